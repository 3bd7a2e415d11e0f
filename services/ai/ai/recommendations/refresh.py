"""Counts item neighbours again in the background."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter

import asyncpg
import numpy as np

from ai.catalogue.cache import CatalogueCache
from ai.catalogue.catalogue import Catalogue
from ai.catalogue.item_neighbours import Places
from ai.kit.db import Db
from ai.kit.locks import LEARNER_READ_LOCK, RELEASE_COUNT_NEIGHBOURS, TRY_COUNT_NEIGHBOURS
from ai.projections.marks import mark_catalogue
from ai.recommendations.tuning import fit

CHANGED_SHARE = 0.05
CHANGED_MIN = 10
"""Neighbours are counted again when this share of the facts changed, and at least CHANGED_MIN."""
FORCE_REFRESH = -1
"""Stored instead of the number of facts when a counted learner was erased."""

# Session settings, because counting may take longer than the statement timeout.
PATIENT, USUAL = "SET statement_timeout = 0", "RESET statement_timeout"
# How many facts can be counted now, and how many were counted last time.
FACTS = """
SELECT count(*) FROM progress JOIN content USING (content_id) WHERE progress.status = 'completed'
"""
MADE = "SELECT facts FROM item_neighbour_settings"
# The histories to count, oldest step first.
FINISHED = """
SELECT user_id, content_id FROM progress WHERE status = 'completed'
ORDER BY user_id, updated_at, content_id
"""
ERASED = "SELECT count(*) FROM erased_learner"
DELETE_NEIGHBOURS = "DELETE FROM item_neighbour"
# Neighbours are replaced as a whole, with the settings they were counted with.
STORE = """
INSERT INTO item_neighbour (content_id, other_id, closeness, learners)
SELECT * FROM unnest($1::text[], $2::text[], $3::real[], $4::integer[])
"""
STORE_MADE = """
INSERT INTO item_neighbour_settings (facts, recency, in_order, semantic_weight, shrinkage, ndcg)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (one) DO UPDATE SET facts = excluded.facts, recency = excluded.recency,
    in_order = excluded.in_order, semantic_weight = excluded.semantic_weight,
    shrinkage = excluded.shrinkage, ndcg = excluded.ndcg, counted_at = now()
"""


class NeighboursRefresh:
    def __init__(self, pool: asyncpg.Pool, catalogues: CatalogueCache) -> None:
        self._pool = pool
        self._catalogues = catalogues

    async def refresh(self) -> bool:
        """Counts when enough facts changed, in one process at a time. Always False."""
        async with self._pool.acquire() as db:
            if await db.fetchval(TRY_COUNT_NEIGHBOURS):
                try:
                    await db.execute(PATIENT)
                    if await _is_due(db):
                        await _refresh(db, await self._catalogues.current())
                finally:
                    await db.execute(USUAL)
                    await db.execute(RELEASE_COUNT_NEIGHBOURS)
        return False


async def _is_due(db: Db) -> bool:
    made, facts = await db.fetchval(MADE), await db.fetchval(FACTS)
    if made is None:
        return bool(facts)
    return made == FORCE_REFRESH or bool(
        abs(facts - made) >= max(CHANGED_MIN, CHANGED_SHARE * made)
    )


async def _refresh(db: Db, catalogue: Catalogue) -> None:
    erased = await db.fetchval(ERASED)
    rows = await db.fetch(FINISHED)
    histories = _histories(rows, catalogue.position)
    neighbours, ndcg = await asyncio.to_thread(fit, histories, catalogue.vectors)
    pairs = [*neighbours.pairs()]
    ids = [item.content_id for item in catalogue.items]
    async with db.transaction():
        await db.execute(LEARNER_READ_LOCK)
        if await db.fetchval(ERASED) != erased:
            return  # a learner was erased meanwhile: the next round counts without them
        await db.execute(DELETE_NEIGHBOURS)
        await db.execute(
            STORE,
            [ids[item] for item, *_ in pairs],
            [ids[other] for _, other, *_ in pairs],
            [closeness for *_, closeness, _ in pairs],
            [learners for *_, learners in pairs],
        )
        chosen = neighbours.settings
        figures = (chosen.recency, chosen.in_order, chosen.semantic_weight, chosen.shrinkage, ndcg)
        await db.execute(STORE_MADE, sum(map(len, histories)), *figures)
        await mark_catalogue(db)


def _histories(rows: Sequence[asyncpg.Record], places: Mapping[str, int]) -> list[Places]:
    """For each learner the items of the catalogue that they finished, oldest first."""
    known = [row for row in rows if row["content_id"] in places]
    return [
        np.array([places[row["content_id"]] for row in of_one], np.intp)
        for _, of_one in groupby(known, key=itemgetter("user_id"))
    ]
