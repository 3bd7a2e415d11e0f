"""How good the ranking is: `python scripts/evaluate.py FILE [--items FILE]`, or `--seeded`.

Each user's last interaction is hidden; everything before it is known to all rankers, which rank the
whole catalogue. The product's own code does the scoring.
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
from scripts.evaluation.reading import BrokenFile, read_interactions, read_items

SEED = 20261123
console = Console()


def main(
    interactions: Annotated[
        Path | None, typer.Argument(help="user, item, rating, timestamp; tabs or commas")
    ] = None,
    items: Annotated[Path | None, typer.Option(help="id, title, description")] = None,
    seeded: Annotated[bool, typer.Option(help="the project's demo learners instead")] = False,
    learners: Annotated[int, typer.Option(min=2, help="how many of them")] = 1000,
    min_rating: Annotated[float | None, typer.Option(help="what counts as taken")] = None,
    seed: Annotated[int, typer.Option(help="for the cold-start slice, BPR and ALS")] = SEED,
    as_json: Annotated[Path | None, typer.Option("--json", help="also as JSON, here")] = None,
    lists: Annotated[bool, typer.Option(help="a sheet of 20 demo learners' lists")] = False,
    learn: Annotated[bool, typer.Option(help="fit the weights to lists that were shown")] = False,
) -> None:
    """Compare the ranking with popularity, item-kNN and, where `implicit` is there, BPR and ALS."""
    if learn:
        command = [sys.executable, "-m", "scripts.stack", "run", "--", sys.executable]
        raise typer.Exit(subprocess.call([*command, "-m", "ai", "learn"]))  # noqa: S603
    if lists:
        show(console, sheets(learners))
        return
    if seeded == (interactions is not None):
        raise typer.BadParameter("give a file of interactions, or --seeded")
    try:
        with console.status("reading"):
            world = _world(interactions, items, learners, min_rating)
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
        console.print(f"[red]{error}", soft_wrap=True)
        raise typer.Exit(2) from error
    except NotEnoughData as error:
        console.print(f"not enough data: {error}", soft_wrap=True)
        raise typer.Exit(2) from error
    _show(world, figures)
    if as_json:
        as_json.write_text(json.dumps(_document(world, figures), indent=2) + "\n")


def _world(
    interactions: Path | None, items: Path | None, learners: int, min_rating: float | None
) -> World:
    if interactions is None:
        return world_of_demo(learners)
    known = read_interactions(interactions, min_rating=min_rating)
    return world_of_file(known, read_items(items) if items else None)


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


def _show(world: World, figures: list[Figures]) -> None:
    said = _document(world, figures)
    table = Table(
        title=f"{said['users']:,} users, {said['items']:,} items, {said['interactions']:,} "
        f"interactions{'' if world.has_text else ', no texts'}",
        caption=f"Hidden: each user's last item. Cold start: {COLD_SHARE:.0%} of the users, met "
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
            *(f"{value:.4f}" for value in (one.cold_ndcg, one.cold_recall)),
            f"{one.seconds:.1f}",
        )
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
