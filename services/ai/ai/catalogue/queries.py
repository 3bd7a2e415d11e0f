"""Reads the catalogue from the projections."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import asyncpg
import numpy as np

from ai.catalogue.catalogue import Catalogue, Item, MissionTerms
from ai.catalogue.item_neighbours import ItemNeighbours, Settings
from ai.kit.db import Db
from ai.projections.entities import load_all
from ongoza_contracts.missions import LatePolicy, MissionState, MissionUpdated
from ongoza_contracts.vocabulary import ContentType, Track

DIMENSION = 384
TYPES, TRACKS = frozenset(ContentType), frozenset(Track)

# Every item with its vector and the number of its learners, in the order of ids.
CATALOGUE = """
SELECT content_id, content_type, title, description, track, level, prerequisites, retired, skills,
    version, published_at, course_id, duration_minutes, vector.embedding,
    coalesce(taken.learners, 0)::integer AS learners
FROM content
LEFT JOIN content_vector AS vector USING (content_id)
LEFT JOIN (
    SELECT content_id, count(*) AS learners FROM progress
    WHERE status IN ('in_progress', 'completed') GROUP BY content_id
) AS taken USING (content_id)
ORDER BY content_id
"""

# The item neighbours and the settings they were counted with.
NEIGHBOURS = "SELECT content_id, other_id, learners, closeness FROM {table}"
NEIGHBOUR_SETTINGS = "SELECT recency, in_order, semantic_weight, shrinkage FROM {table}_settings"

# What was learned of the weights of scores.
MULTIPLIERS = "SELECT part, multiplier FROM ranking_weight"

# Changes whenever the catalogue changes.
STAMP = """
SELECT (SELECT name FROM generation WHERE state = 'live') AS generation, revision
FROM catalogue_revision
"""

log = logging.getLogger(__name__)


async def load_stamp(db: asyncpg.Pool) -> tuple[str, int]:
    """Changes when the catalogue changes: the live generation, and the catalogue's revision."""
    (row,) = await db.fetch(STAMP)
    return row["generation"], row["revision"]


async def load_catalogue(
    db: Db | asyncpg.Pool, *, revision: int, as_of: datetime, neighbours: str = "item_neighbour"
) -> Catalogue:
    """`neighbours` may name the table of another generation."""
    rows = [row for row in await db.fetch(CATALOGUE) if _is_readable(row)]
    missions = await load_all(db, MissionUpdated)
    made = await db.fetchrow(NEIGHBOUR_SETTINGS.format(table=neighbours))
    pairs = await db.fetch(NEIGHBOURS.format(table=neighbours)) if made else []
    multipliers = {row["part"]: row["multiplier"] for row in await db.fetch(MULTIPLIERS)}
    # On a thread, because with thousands of items it takes longer than other requests should wait.
    read = await asyncio.to_thread(_catalogue, rows, missions, made, pairs, revision, as_of)
    return replace(read, multipliers=multipliers)


def _is_readable(row: asyncpg.Record) -> bool:
    """Whether this release knows the type and track; an item that it does not know is left out."""
    known = row["content_type"] in TYPES and row["track"] in TRACKS
    if not known:
        log.warning("%s has an unknown type or track", row["content_id"])
    return known


def _catalogue(
    rows: Sequence[asyncpg.Record],
    missions: Sequence[MissionUpdated],
    made: asyncpg.Record | None,
    pairs: Sequence[asyncpg.Record],
    revision: int,
    as_of: datetime,
) -> Catalogue:
    vectors = np.zeros((len(rows), DIMENSION), np.float32)
    for place, row in enumerate(rows):
        if row["embedding"] is not None:
            vectors[place] = row["embedding"].to_numpy()
    published = (one for one in missions if one.state is MissionState.PUBLISHED)
    terms = {one.content_id: _terms(one) for one in published}
    items = tuple(_item(row, terms.get(row["content_id"])) for row in rows)
    position = {item.content_id: place for place, item in enumerate(items)}
    taken = None if made is None else _neighbours(position, made, pairs)
    return Catalogue(items, vectors, revision, as_of, taken)


def _neighbours(
    position: Mapping[str, int], made: asyncpg.Record, pairs: Sequence[asyncpg.Record]
) -> ItemNeighbours:
    placed = [
        (position[item], position[other], closeness, learners)
        for item, other, learners, closeness in pairs
        if item in position and other in position
    ]
    return ItemNeighbours.of_pairs(placed, len(position), Settings(**made))


def _terms(mission: MissionUpdated) -> MissionTerms:
    closes_at = None
    if mission.due_at and mission.late_policy is LatePolicy.REFUSE:
        closes_at = mission.due_at + timedelta(minutes=mission.late_grace_minutes)
    return MissionTerms(
        mission.mission_id, mission.max_attempts, closes_at, mission.due_at, mission.version
    )


def _item(row: asyncpg.Record, mission: MissionTerms | None) -> Item:
    return Item(
        content_id=row["content_id"],
        content_type=ContentType(row["content_type"]),
        title=row["title"],
        description=row["description"],
        track=Track(row["track"]),
        level=row["level"],
        prerequisites=tuple(row["prerequisites"]),
        retired=row["retired"],
        learners=row["learners"],
        skills=tuple(row["skills"]),
        version=row["version"],
        published_at=row["published_at"],
        course_id=row["course_id"],
        mission=mission,
        duration_minutes=row["duration_minutes"],
    )
