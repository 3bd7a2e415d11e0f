"""Kill random processes of a stack while it is written and read, and count what goes wrong.

Each entity has one writer, and each write a value of its own, so that every acknowledged write
must have exactly one fact, in a known order.
"""

import random
import time
from collections import Counter
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from scripts.chaos.faults import Faults, database_was_down, restart_ended
from scripts.chaos.load import Load, load_on
from scripts.chaos.verdict import Verdict, final_verdict
from scripts.stack.services import SEED, SERVICES
from scripts.stack.stack import Stack
from scripts.stack.temporary import temporary_stack

WRONG = ("lost", "doubled", "inverted", "500", "503 otherwise")

console = Console()


def main(
    minutes: Annotated[float, typer.Option(help="How long processes are killed.")] = 10,
    seed: Annotated[int, typer.Option(help="Repeats the order of the kills.")] = 0,
) -> None:
    """Kill random processes under load; exit with 1 when anything was lost, doubled, out of order
    or answered with 500, or with 503 while that service's database was up."""
    chosen = seed or random.SystemRandom().randrange(1, 2**31)
    with temporary_stack([service.name for service in (*SERVICES, SEED)], patience=5) as stack:
        wrong = _run(stack, minutes * 60, Faults(stack, random.Random(chosen)))  # noqa: S311
    console.print(f"seed {chosen}")
    raise typer.Exit(1 if wrong else 0)


def _run(stack: Stack, seconds: float, faults: Faults) -> int:
    with load_on(stack) as load:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            time.sleep(faults.rng.uniform(0.5, 4))
            faults.kill_one()
    restart_ended(stack)
    return _show(final_verdict(load), load, faults)


def _show(verdict: Verdict, load: Load, faults: Faults) -> int:
    """Prints the result; returns the number of faults."""
    statuses = Counter((service, status) for _, service, status in load.answers)
    unexplained = [
        service
        for when, service, status in load.answers
        if status == 503 and not database_was_down(when, service, faults.downtimes)
    ]
    figures = {
        "kills": faults.kills.total(),
        "acknowledged": verdict.acknowledged,
        "lost": len(verdict.lost),
        "doubled": len(verdict.doubled),
        "inverted": len(verdict.inverted),
        "500": sum(count for (_, status), count in statuses.items() if status == 500),
        "503 while the database was down": (
            sum(count for (_, status), count in statuses.items() if status == 503)
            - len(unexplained)
        ),
        "503 otherwise": len(unexplained),
        "not answered": sum(count for (_, status), count in statuses.items() if not status),
    }
    table = Table("", "count")
    for name, count in figures.items():
        table.add_row(name, str(count))
    console.print(table, dict(faults.kills), dict(statuses))
    for fault in (*verdict.lost, *verdict.doubled, *verdict.inverted)[:20]:
        console.print(fault, markup=False)
    return sum(figures[name] for name in WRONG) or not verdict.acknowledged


if __name__ == "__main__":
    typer.run(main)
