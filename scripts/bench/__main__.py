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
from scripts.bench.running import FULL, QUICK
from scripts.bench.vectors import embed, encoder, search
from scripts.bench.web import web

MEASURES = {
    measure.__name__: measure
    for measure in (
        *(relay, worker, read, write, visible, encoder),
        *(rebuild, embed, search, recompute, fairness, web),
    )
}
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
    names = only.split(",") if only else list(MEASURES)
    if unknown := set(names) - MEASURES.keys():
        raise typer.BadParameter(f"no such measure: {', '.join(sorted(unknown))}")
    if list_:
        console.print(*(f"{name:10} {MEASURES[name].__doc__}" for name in names), sep="\n")
        return
    earlier = figures.read(against) if against else None
    results: list[Figure] = []
    failed = False
    for name in names:
        try:
            with console.status(name):
                results += MEASURES[name](QUICK if quick else FULL)
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
