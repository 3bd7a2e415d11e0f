"""Measure each path of the product beside its floor, on servers of its own."""

from pathlib import Path
from subprocess import SubprocessError
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from scripts.bench import figures
from scripts.bench.api import read, visible, write
from scripts.bench.bus import rebuild, relay, worker
from scripts.bench.fairness import fairness
from scripts.bench.figures import Figure
from scripts.bench.recompute import recompute
from scripts.bench.running import FULL, QUICK, start_stack
from scripts.bench.vectors import embed, encoder, search
from scripts.bench.web import web
from scripts.stack.services import BY_NAME, WEB

AI = ("postgres-vector", "migrate-ai")
AI_AND_KAFKA = (*AI, "kafka", "topics")
SEEDED = tuple(name for name in BY_NAME if BY_NAME[name] not in WEB)
"""Everything `make up` starts but the web client, with every list computed."""
MEASURES = {
    relay: ("postgres-relational", "kafka", "migrate-core", "topics"),
    worker: AI_AND_KAFKA,
    read: SEEDED,
    write: SEEDED,
    visible: SEEDED,
    encoder: (),
    rebuild: AI_AND_KAFKA,
    embed: (),
    search: AI,
    recompute: AI,
    fairness: SEEDED,
    web: tuple(BY_NAME),
}
"""Each measure with the services that it needs."""
BY_MEASURE = {measure.__name__: measure for measure in MEASURES}
console = Console()


def main(
    only: Annotated[str, typer.Option(help="Some measures, separated by commas.")] = "",
    quick: Annotated[bool, typer.Option("--quick", help="Once and short, as a trial.")] = False,
    against: Annotated[
        Path | None, typer.Option(exists=True, help="An earlier JSON: print the change.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Where to write the JSON.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the measures.")] = False,
) -> None:
    """Measure each path of the product beside its floor, on servers of its own.

    Exits with 0 for any figures, and with 1 when a measure failed to run.
    """
    names = only.split(",") if only else list(BY_MEASURE)
    if unknown := set(names) - BY_MEASURE.keys():
        raise typer.BadParameter(f"no such measure: {', '.join(sorted(unknown))}")
    if list_:
        console.print(*(f"{name:10} {BY_MEASURE[name].__doc__}" for name in names), sep="\n")
        return
    earlier = figures.read(against) if against else None
    results: list[Figure] = []
    failed = False
    for name in names:
        measure = BY_MEASURE[name]
        try:
            with console.status(name), start_stack(MEASURES[measure]) as stack:
                results += measure(QUICK if quick else FULL, stack)
        except (RuntimeError, SubprocessError) as error:
            failed = True
            output = escape(f"{error}\n{str(getattr(error, 'stderr', None) or '')[-3000:]}")
            console.print(f"[red]{name} failed to run:[/] {output}")
    console.print(figures.table(results))
    if earlier is not None:
        console.print(figures.change_table(results, earlier))
    console.print(f"written to {figures.write(results, json)}", highlight=False)
    raise typer.Exit(int(failed))


if __name__ == "__main__":
    typer.run(main)
