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
from scripts.bench.debezium import debezium
from scripts.bench.derived import embed, encoder, recompute, search
from scripts.bench.fairness import fairness
from scripts.bench.figures import Figure
from scripts.bench.running import FULL, QUICK
from scripts.bench.scale import row_names, scale
from scripts.bench.scale_out import scale_out
from scripts.bench.web import web
from scripts.stack.services import SEED, SERVICES, WEB
from scripts.stack.temporary import temporary_stack

SEEDED = tuple(one.name for one in (*SERVICES, SEED))  # with the demo's learners
MEASURES_BY_SERVICES = {
    ("postgres-relational", "kafka", "migrate-core", "topics"): (relay, debezium),
    ("postgres-vector", "kafka", "migrate-ai", "topics"): (worker, rebuild),
    ("postgres-vector", "migrate-ai"): (search, recompute),
    SEEDED: (read, write, visible, fairness),
    (): (encoder, embed, scale, scale_out),
    tuple(one.name for one in (*SERVICES, *WEB, SEED)): (web,),
}
MEASURES = {
    measure.__name__: (measure, services)
    for services, measures in MEASURES_BY_SERVICES.items()
    for measure in measures
}
ONLY_BY_NAME = {"scale", "scale_out", "debezium"}
"""They take long, or fetch what nothing else needs."""
console = Console()


def main(
    only: Annotated[str, typer.Option(help="Some measures, separated by commas.")] = "",
    quick: Annotated[bool, typer.Option("--quick", help="Once and short, as a trial.")] = False,
    against: Annotated[
        Path | None, typer.Option(exists=True, help="An earlier JSON: print the change.")
    ] = None,
    row: Annotated[
        str,
        typer.Option(help=f"Some rows of scale, separated by commas: {', '.join(row_names())}."),
    ] = "",
    json: Annotated[Path | None, typer.Option(help="Where to write the JSON.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the measures.")] = False,
) -> None:
    """Measure each path of the product beside its floor, on servers of its own.

    Exits with 0 for any figures, and with 1 when a measure failed to run.
    """
    names = only.split(",") if only else [name for name in MEASURES if name not in ONLY_BY_NAME]
    if unknown := set(names) - MEASURES.keys():
        raise typer.BadParameter(f"no such measure: {', '.join(sorted(unknown))}")
    if list_:
        console.print(*(f"{name:10} {MEASURES[name][0].__doc__}" for name in MEASURES), sep="\n")
        return
    rows = row.split(",") if row else row_names()
    if unknown := set(rows) - set(row_names()):
        raise typer.BadParameter(f"no such row: {', '.join(sorted(unknown))}")
    earlier = figures.read(against) if against else None
    results: list[Figure] = []
    failed = False
    for name in names:
        measure, services = MEASURES[name]
        try:
            with console.status(name), temporary_stack(services) as stack:
                options = {"rows": rows} if name == "scale" else {}
                results += measure(QUICK if quick else FULL, stack, **options)
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
