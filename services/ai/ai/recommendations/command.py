"""`python -m ai learn` fits the weights of recommendations to the lists that learners were shown.

It stores them only where every estimate says that they are better, beyond its 95 % interval.
"""

import asyncio
import sys
from typing import Annotated

import asyncpg
import typer

from ai.catalogue.queries import MULTIPLIERS
from ai.kit.db import UNAVAILABLE, open_pool
from ai.kit.settings import Settings, load_settings
from ai.recommendations.learning import Learned, NotEnoughLists, learn
from ai.recommendations.logged import load_logged, store_multipliers
from ai.recommendations.scoring import PARTS

SEED = 20261123
command = typer.Typer(add_completion=False)


@command.command()
def main(
    dry_run: Annotated[bool, typer.Option(help="store nothing, better or not")] = False,
) -> None:
    """Fit the weights of recommendations to what learners opened."""
    try:
        lines = asyncio.run(_learn(load_settings(), dry_run=dry_run))
    except UNAVAILABLE as error:
        sys.exit(f"the database cannot be reached: {type(error).__name__}: {error}")
    except NotEnoughLists as error:
        typer.echo(f"not enough data: {error}. Nothing is changed.")
        return
    for line in lines:
        typer.echo(line)


async def _learn(settings: Settings, *, dry_run: bool) -> list[str]:
    pool = await open_pool(settings, search_path="live, public", size=1)
    try:
        lists = await load_logged(pool)
        learned = await asyncio.to_thread(learn, lists, SEED)
        stored = learned.is_better and not dry_run
        if stored:
            await store(pool, learned)
    finally:
        await pool.close()
    return [*report(len(lists), learned), outcome(learned, stored=stored)]


async def store(pool: asyncpg.Pool, learned: Learned) -> None:
    """Multiplies the present multipliers, to which the scores of the lists belong."""
    present = {row["part"]: row["multiplier"] for row in await pool.fetch(MULTIPLIERS)}
    fitted = zip(PARTS, learned.multipliers, strict=True)
    await store_multipliers(pool, {part: present.get(part, 1.0) * by for part, by in fitted})


def report(lists: int, learned: Learned) -> list[str]:
    weights = zip(PARTS, learned.multipliers, strict=True)
    return [
        f"{lists} lists; a place k is looked at with probability k^-{learned.eta:.2f}",
        "multipliers: " + ", ".join(f"{part} {by:.2f}" for part, by in weights),
        "opened items for each list, on learners to whom the weights were not fitted"
        " (SNIPS: for each item that is looked at as often as it was):",
        *(
            f"  {one.name:6}{one.present:8.4f} now{one.fitted:8.4f} fitted"
            f"{one.fitted - one.present:+8.4f} [{one.low:+.4f}, {one.high:+.4f}]"
            for one in learned.estimates
        ),
    ]


def outcome(learned: Learned, *, stored: bool) -> str:
    if stored:
        return "Better beyond noise: stored. All lists are computed again."
    if learned.is_better:
        return "Better beyond noise, but nothing is changed, as asked."
    return "Not better beyond noise: nothing is changed."
