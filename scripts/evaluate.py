"""How good the ranking is: `python scripts/evaluate.py FILE [--items FILE]`, or `--seeded`.

Each user's last interaction, or any one, is hidden; all others are known to all rankers, which rank
the whole catalogue. The product's own code does the scoring.
"""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a file, this folder is on it instead

from scripts.evaluation.cases import (
    COLD_SHARE,
    COLD_STEPS,
    NotEnoughData,
    World,
    world_of_demo,
    world_of_file,
)
from scripts.evaluation.evaluating import Figures, evaluate
from scripts.evaluation.lists import sheets, show
from scripts.evaluation.reading import Account, BrokenFile, read_interactions, read_items

SEED = 20261123
LINES_NAMED = 20
console = Console()


def main(
    interactions: Annotated[
        Path | None, typer.Argument(help="who took what, and when: a text file with a header")
    ] = None,
    items: Annotated[Path | None, typer.Option(help="id, title, description")] = None,
    seeded: Annotated[bool, typer.Option(help="the project's demo learners instead")] = False,
    learners: Annotated[int, typer.Option(min=2, help="how many of them")] = 1000,
    min_rating: Annotated[float | None, typer.Option(help="what counts as taken")] = None,
    random_split: Annotated[
        bool, typer.Option(help="hide any interaction of each user, not the last")
    ] = False,
    seed: Annotated[int, typer.Option(help="for all that is drawn by lot")] = SEED,
    as_json: Annotated[Path | None, typer.Option("--json", help="also as JSON, here")] = None,
    lists: Annotated[bool, typer.Option(help="a sheet of 20 demo learners' lists")] = False,
    learn: Annotated[bool, typer.Option(help="fit the weights to lists that were shown")] = False,
) -> None:
    """Compare the ranking with popularity, item-kNN, EASE, Markov chains, BPR and ALS."""
    if learn:
        command = [sys.executable, "-m", "scripts.stack", "run", "--", sys.executable]
        raise typer.Exit(subprocess.call([*command, "-m", "ai", "learn"]))  # noqa: S603
    if lists:
        show(console, sheets(learners))
        return
    if seeded == (interactions is not None):
        raise typer.BadParameter("give a file of interactions, or --seeded")
    if seeded and random_split:
        raise typer.BadParameter("--random-split is for a file of interactions")
    try:
        with console.status("reading"):
            world = _world(
                interactions, items, learners, min_rating, seed if random_split else None
            )
        with _progress() as progress:
            task = progress.add_task("", total=None)
            figures = evaluate(
                world,
                seed,
                lambda what, done, of: progress.update(
                    task, description=what, completed=done, total=of
                ),
            )
    except BrokenFile as error:
        console.print(str(error), style="red", soft_wrap=True, markup=False)
        raise typer.Exit(2) from error
    except NotEnoughData as error:
        console.print(f"not enough data: {error}", soft_wrap=True)
        raise typer.Exit(2) from error
    _show(world, figures, hidden="any item" if random_split else "the last item")
    if as_json:
        as_json.write_text(json.dumps(_document(world, figures), indent=2) + "\n")


def _world(
    interactions: Path | None,
    items: Path | None,
    learners: int,
    min_rating: float | None,
    shuffled: int | None,
) -> World:
    if interactions is None:
        return world_of_demo(learners)
    account, of_items = Account(), Account()
    known = read_interactions(
        interactions, min_rating=min_rating, in_order=shuffled is None, account=account
    )
    described = read_items(items, of_items) if items else None
    for path, one in ((interactions, account), (items, of_items)):
        if path:
            console.print(*_lines(path, one), sep="\n", soft_wrap=True, markup=False)
    return world_of_file(known, described, shuffled)


def _lines(path: Path, account: Account) -> list[str]:
    """What became of the lines of a file, and from which columns."""
    others = {
        "header": account.headers,
        "blank": account.blank,
        "within quoted cells": account.within_cells,
    }
    counted = "".join(f", {count:,} {name}" for name, count in others.items() if count)
    columns = ", ".join(f"{name} is {column!r}" for name, column in account.columns.items())
    ignored = f"; not read: {', '.join(account.ignored)}" if account.ignored else ""
    said = [
        f"{path}: {account.lines:,} lines: {account.rows:,} rows{counted}; {account.kept:,} count",
        f"  {columns}{ignored}",
    ]
    for reason, lines in account.left_out.items():
        named = ", ".join(map(str, lines[:LINES_NAMED]))
        more = f" and {len(lines) - LINES_NAMED:,} more" if len(lines) > LINES_NAMED else ""
        said.append(f"  left out, {reason}: {len(lines):,} rows, line {named}{more}")
    return said


def _progress() -> Progress:
    bar = (TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn())
    return Progress(*bar, TimeElapsedColumn(), console=console, transient=True)


def _document(world: World, figures: list[Figures]) -> dict[str, object]:
    return {
        "users": len(world.cases),
        "items": len(world.catalogue.items),
        "interactions": sum(len(case.seen) + 1 for case in world.cases),
        "has_text": world.has_text,
        "rankers": [asdict(one) for one in figures],
    }


def _show(world: World, figures: list[Figures], hidden: str) -> None:
    said = _document(world, figures)
    table = Table(
        title=f"{said['users']:,} users, {said['items']:,} items, {said['interactions']:,} "
        f"interactions{'' if world.has_text else ', no texts'}",
        caption=f"Hidden: {hidden} of each user. Cold start: {COLD_SHARE:.0%} of the users, met "
        f"after {COLD_STEPS} items.",
    )
    for name in ("ranking", "NDCG@10", "Recall@10", "coverage", "similarity", "cold NDCG@10"):
        table.add_column(name, justify="left" if name == "ranking" else "right")
    table.add_column("cold Recall@10", justify="right")
    table.add_column("seconds", justify="right")
    for one in figures:
        table.add_row(
            one.ranker,
            *(f"{value:.4f}" for value in (one.ndcg, one.recall, one.coverage)),
            "-" if one.similarity is None else f"{one.similarity:.3f}",
            *(
                "-" if value is None else f"{value:.4f}"
                for value in (one.cold_ndcg, one.cold_recall)
            ),
            f"{one.seconds:.1f}",
        )
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
