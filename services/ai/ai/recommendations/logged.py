"""Reads lists that were shown with what learning needs of them, and stores what was learned."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time

import asyncpg
import numpy as np

from ai.catalogue.catalogue import Catalogue
from ai.catalogue.queries import load_catalogue
from ai.learners.learner import Learner
from ai.learners.queries import load_readable
from ai.projections.entities import load_all
from ai.projections.marks import RAISE_REVISION
from ai.recommendations.learning import LoggedList
from ai.recommendations.scoring import Features, score
from ongoza_contracts.list_views import ListSurface, ListViewUpdated
from ongoza_contracts.vocabulary import Verdict

LEARNERS_AT_ONCE = 500

# When each learner's progress on an item changed last.
PROGRESS_TIMES = "SELECT user_id, content_id, updated_at FROM progress WHERE user_id = ANY($1)"
STORE = """
INSERT INTO ranking_weight (part, multiplier) SELECT * FROM unnest($1::text[], $2::real[])
ON CONFLICT (part) DO UPDATE SET multiplier = excluded.multiplier
"""

Times = Mapping[tuple[int, str], datetime]


async def load_logged(db: asyncpg.Pool) -> list[LoggedList]:
    """Every view of the list at home by a learner who is projected, of at least two items that
    still exist. Lists of a search are in the order of its query.

    Scores are computed again, from the learner's progress at that time and the day's freshness; the
    rest is as it is now: profile, popularity, neighbours.
    """
    catalogue = await load_catalogue(db, revision=0, as_of=datetime.now(UTC))
    views: dict[int, list[ListViewUpdated]] = {}
    for view in await load_all(db, ListViewUpdated):
        if view.surface is ListSurface.HOME:
            views.setdefault(view.user_id, []).append(view)
    user_ids, found = sorted(views), []
    for start in range(0, len(user_ids), LEARNERS_AT_ONCE):
        some = user_ids[start : start + LEARNERS_AT_ONCE]
        rows = await db.fetch(PROGRESS_TIMES, some)
        times = {(row["user_id"], row["content_id"]): row["updated_at"] for row in rows}
        learners, _ = await load_readable(db, some)
        for learner in learners:
            mine = views[learner.user_id]
            found += await asyncio.to_thread(logged_lists, catalogue, learner, times, mine)
    return found


async def store_multipliers(db: asyncpg.Pool, multipliers: Mapping[str, float]) -> None:
    """Every list is stale from then on."""
    async with db.acquire() as connection, connection.transaction():
        await connection.execute(STORE, [*multipliers], [*multipliers.values()])
        await connection.execute(RAISE_REVISION)


def logged_lists(
    catalogue: Catalogue, learner: Learner, times: Times, views: Sequence[ListViewUpdated]
) -> list[LoggedList]:
    """Pure."""
    found = []
    unwanted = {*learner.with_verdict(Verdict.NOT_FOR_ME), *learner.dismissed}
    wanted = set(learner.with_verdict(Verdict.MORE_LIKE_THIS)) - unwanted
    for view in views:
        items = [one for one in view.items if one.content_id in catalogue.position]
        if len(items) < 2:
            continue
        midnight = datetime.combine(view.created_at.date(), time(), UTC)
        then = replace(catalogue, as_of=midnight)
        rows = np.array([catalogue.position[one.content_id] for one in items], np.intp)
        parts = score(Features(then, before(learner, times, view.created_at)), rows)
        rewards = [
            one.content_id not in unwanted and (one.opened or one.content_id in wanted)
            for one in items
        ]
        found.append(
            LoggedList(
                user_id=learner.user_id,
                content_ids=[one.content_id for one in items],
                places=np.array([one.place for one in items], np.float64),
                rewards=np.array(rewards, np.float64),
                parts=np.stack([*parts.by_name().values()], axis=1).astype(float),
            )
        )
    return found


def before(learner: Learner, times: Times, moment: datetime) -> Learner:
    """Without the interactions since `moment`, and without verdicts: they may be of the list."""
    known = {
        content_id: one
        for content_id, one in learner.interactions.items()
        if times[learner.user_id, content_id] < moment
    }
    return replace(learner, interactions=known, feedback={})
