"""Measure each path of the product beside its floor, on servers of its own."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from scripts.bench import report
from scripts.bench.measures import MEASURES
from scripts.bench.running import FULL, QUICK, ChildFailed
from scripts.embedded.errors import CannotRun

console = Console()


def main(
    only: Annotated[str, typer.Option(help=f"Some of {','.join(MEASURES)}.")] = "",
    quick: Annotated[bool, typer.Option(help="Once and short: whether it runs at all.")] = False,
) -> None:
    """Exits with 0 whatever the figures are; with 1 when something failed to run."""
    lines: list[report.Line] = []
    failed = False
    for name in _chosen(only):
        with console.status(name):
            try:
                lines += MEASURES[name](QUICK if quick else FULL)
            except (CannotRun, ChildFailed) as error:
                failed = True
                console.print(f"[red]{name} failed to run:[/] {escape(str(error))}")
    report.show(lines, console)
    console.print(f"written to {report.write(lines)}", highlight=False)
    raise typer.Exit(int(failed))


def _chosen(only: str) -> list[str]:
    names = only.split(",") if only else list(MEASURES)
    if unknown := set(names) - MEASURES.keys():
        raise typer.BadParameter(f"no such measure: {', '.join(sorted(unknown))}")
    return names


if __name__ == "__main__":
    typer.run(main)
