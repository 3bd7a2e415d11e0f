"""Reads the catalogue from the projections."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import asyncpg
import numpy as np

from ai.catalogue.catalogue import Catalogue, Item, MissionTerms
from ai.catalogue.item_neighbours import (
    PackedRow,
    Settings,
    places_by_number,
    unpack,
)
from ai.kit.db import Db
from ai.kit.vectors import Matrix
from ai.projections.entities import load_all
from ongoza_contracts.missions import LatePolicy, MissionState, MissionUpdated
from ongoza_contracts.topics import topic_of
from ongoza_contracts.vocabulary import ContentType, Track

DIMENSION = 384
PAGE = 500
"""So many items are read at a time, because the event loop waits while rows are decoded."""
TYPES, TRACKS = [*ContentType], [*Track]

# The catalogue's items in its order, as columns: what tells whether an item or its vector changed,
# and how many learners take it.
OUTLINE = """
SELECT coalesce(array_agg(content_id), '{}') AS ids, coalesce(array_agg(version), '{}') AS versions,
    coalesce(array_agg(text_sha256), '{}') AS texts,
    coalesce(array_agg(learners), '{}') AS learners
FROM (
    SELECT content_id, version, vector.text_sha256, coalesce(learners, 0)::integer AS learners
    FROM content LEFT JOIN content_vector AS vector USING (content_id)
    LEFT JOIN (
        SELECT content_id, sum(learners) AS learners
        FROM (
            SELECT content_id, learners FROM item_count
            UNION ALL SELECT content_id, learners FROM item_count_change
        ) AS noted GROUP BY content_id
    ) AS count USING (content_id)
    WHERE content_type = ANY($1) AND track = ANY($2) ORDER BY content_id
) AS item
"""
# Items of a type or track that this release does not know; the catalogue leaves them out.
UNKNOWN = """
SELECT content_id FROM content
WHERE NOT (content_type = ANY($1) AND track = ANY($2)) ORDER BY content_id
"""
# These items with their vectors.
ITEMS = """
SELECT content_id, content_type, title, description, track, level, prerequisites, retired, skills,
    version, published_at, course_id, duration_minutes, vector.text_sha256, vector.embedding
FROM content LEFT JOIN content_vector AS vector USING (content_id) WHERE content_id = ANY($1)
"""
VECTORS = "SELECT content_id, embedding FROM content_vector WHERE content_id = ANY($1)"
# Changes whenever a mission changes, because versions only rise and no row is deleted.
MISSIONS = "SELECT count(*), sum(version) FROM entity WHERE kind = $1"

# The settings that item neighbours were counted with.
NEIGHBOUR_SETTINGS = """
SELECT recency, in_order, out_of_order, order_decay, ridge, neighbours, semantic_weight, shrinkage
FROM {table}_settings
"""
NEIGHBOUR_REVISION = "SELECT revision FROM {table}_settings"
# The rows that differ since a count, in pages.
NEIGHBOURS = """
SELECT content_id, others, closeness, learners FROM {table}
WHERE revision > $1 AND content_id > $2 ORDER BY content_id LIMIT $3
"""
# The numbers that the rows have for items.
NUMBERS = """
SELECT coalesce(array_agg(content_id), '{{}}') AS ids,
    coalesce(array_agg(number), '{{}}') AS numbers
FROM {schema}item_count
"""

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


@dataclass(frozen=True, slots=True)
class Loaded:
    """A catalogue, and what is needed to load only what differs from it."""

    catalogue: Catalogue
    texts: Sequence[bytes | None] = ()
    """For each item the digest of the text of its vector."""
    missions: Mapping[str | None, MissionTerms] = field(default_factory=dict)
    missions_stamp: tuple[object, ...] = ()
    neighbours: Mapping[str, PackedRow] = field(default_factory=dict)
    neighbours_revision: int = 0
    """0 while they were never counted."""


NO_VECTORS: Matrix = np.zeros((0, DIMENSION), np.float32)
NOTHING = Loaded(Catalogue((), NO_VECTORS))


async def load_catalogue(
    db: Db | asyncpg.Pool, *, revision: int, as_of: datetime, neighbours: str = "item_neighbour"
) -> Catalogue:
    """`neighbours` may name the table of another generation."""
    loaded = await load_changes(db, NOTHING, revision, as_of, neighbours)
    return loaded.catalogue


async def load_changes(
    db: Db | asyncpg.Pool,
    known: Loaded,
    revision: int,
    as_of: datetime,
    neighbours: str = "item_neighbour",
) -> Loaded:
    """The present catalogue; only items, vectors and neighbours that differ from `known` are
    read."""
    (outline,) = await db.fetch(OUTLINE, TYPES, TRACKS)
    for row in await db.fetch(UNKNOWN, TYPES, TRACKS):
        log.warning("%s has an unknown type or track", row["content_id"])
    changed = await asyncio.to_thread(_changed, known, outline)
    rows = [row for page in _pages(changed) for row in await db.fetch(ITEMS, page)]
    found = await _load_missions(db, known)
    found = await _load_neighbours(db, found, neighbours)
    packing = None
    if found.neighbours is not known.neighbours or [*known.catalogue.position] != outline["ids"]:
        packing = await _load_packing(db, neighbours) if found.neighbours_revision else None
    multipliers = {row["part"]: row["multiplier"] for row in await db.fetch(MULTIPLIERS)}
    present = Catalogue((), NO_VECTORS, revision, as_of, multipliers=multipliers)
    # On a thread, because with thousands of items it takes longer than other requests should wait.
    return await asyncio.to_thread(_merge, known, found, present, outline, rows, packing)


async def load_settings_of(db: Db | asyncpg.Pool, table: str) -> Settings:
    """The settings that the neighbours in `table` were counted with."""
    (row,) = await db.fetch(NEIGHBOUR_SETTINGS.format(table=table))
    return Settings(**row)


async def load_vectors(db: Db | asyncpg.Pool, ids: Sequence[str]) -> Matrix:
    """Row per item: its vector, or zeros while it has none."""
    vectors = np.zeros((len(ids), DIMENSION), np.float32)
    place = {content_id: at for at, content_id in enumerate(ids)}
    for page in _pages(ids):
        for row in await db.fetch(VECTORS, page):
            vectors[place[row["content_id"]]] = row["embedding"].to_numpy()
    return vectors


def _pages(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), PAGE):
        yield ids[first : first + PAGE]


def _changed(known: Loaded, outline: asyncpg.Record) -> Sequence[str]:
    """The ids of the items that are new, or whose row or vector differs."""
    items = known.catalogue.items
    before = {
        (item.content_id, item.version, text) for item, text in zip(items, known.texts, strict=True)
    }
    now = zip(outline["ids"], outline["versions"], outline["texts"], strict=True)
    return [one[0] for one in now if one not in before]


async def _load_missions(db: Db | asyncpg.Pool, known: Loaded) -> Loaded:
    stamp = tuple((await db.fetch(MISSIONS, topic_of(MissionUpdated).kind))[0])
    if stamp == known.missions_stamp:
        return known
    missions = await load_all(db, MissionUpdated)
    published = (one for one in missions if one.state is MissionState.PUBLISHED)
    terms = {one.content_id: _terms(one) for one in published}
    return replace(known, missions=terms, missions_stamp=stamp)


async def _load_neighbours(db: Db | asyncpg.Pool, known: Loaded, table: str) -> Loaded:
    """The revision is read before the rows, so that rows of a count that ends meanwhile are read
    again and not missed."""
    revision = await db.fetchval(NEIGHBOUR_REVISION.format(table=table)) or 0
    if revision == known.neighbours_revision:
        return known
    if revision < known.neighbours_revision:  # a restored database
        known = replace(known, neighbours={}, neighbours_revision=0)
    since, found = known.neighbours_revision, dict(known.neighbours)
    last, query = "", NEIGHBOURS.format(table=table)
    while rows := await db.fetch(query, since, last, PAGE):
        last = rows[-1]["content_id"]
        found |= {row["content_id"]: tuple(row)[1:] for row in rows}
    return replace(known, neighbours=found, neighbours_revision=revision)


async def _load_packing(db: Db | asyncpg.Pool, table: str) -> tuple[Settings, Mapping[str, int]]:
    """The settings of a count, and the numbers of items in its rows."""
    settings = await load_settings_of(db, table)
    (row,) = await db.fetch(NUMBERS.format(schema=table.removesuffix("item_neighbour")))
    return settings, dict(zip(row["ids"], row["numbers"], strict=True))


def _merge(
    known: Loaded,
    found: Loaded,
    present: Catalogue,
    outline: asyncpg.Record,
    rows: Sequence[asyncpg.Record],
    packing: tuple[Settings, Mapping[str, int]] | None,
) -> Loaded:
    """`found` is `known` with the present missions and rows of neighbours, and `present` the
    catalogue without items. Without `packing` the neighbours are those of `known`."""
    old, ids = known.catalogue, outline["ids"]
    changed = {row["content_id"]: row for row in rows}
    texts = dict(zip(old.position, known.texts, strict=True))
    texts |= {content_id: row["text_sha256"] for content_id, row in changed.items()}
    neighbours = old.item_neighbours if found.neighbours_revision else None
    if packing:
        settings, number_of = packing
        place_of = places_by_number([number_of.get(one, 0) for one in ids])
        neighbours = unpack([found.neighbours.get(one) for one in ids], place_of, settings)
    catalogue = replace(
        present,
        items=_items(old, changed, outline, found.missions),
        vectors=_vectors(old, changed, ids),
        item_neighbours=neighbours,
    )
    catalogue.derive()
    return replace(found, catalogue=catalogue, texts=[texts[one] for one in ids])


def _items(
    old: Catalogue,
    changed: Mapping[str, asyncpg.Record],
    outline: asyncpg.Record,
    missions: Mapping[str | None, MissionTerms],
) -> tuple[Item, ...]:
    """An item that does not differ stays the same object."""
    items = []
    for content_id, learners in zip(outline["ids"], outline["learners"], strict=True):
        mission = missions.get(content_id)
        if row := changed.get(content_id):
            item = _item(row, mission, learners)
        else:
            item = old.items[old.position[content_id]]
            if item.learners != learners or item.mission != mission:
                item = replace(item, learners=learners, mission=mission)
        items.append(item)
    return tuple(items)


def _vectors(old: Catalogue, changed: Mapping[str, asyncpg.Record], ids: Sequence[str]) -> Matrix:
    if not changed and len(ids) == len(old.items):
        return old.vectors
    vectors = np.zeros((len(ids), DIMENSION), np.float32)
    for place, content_id in enumerate(ids):
        if row := changed.get(content_id):
            if row["embedding"] is not None:
                vectors[place] = row["embedding"].to_numpy()
        else:
            vectors[place] = old.vectors[old.position[content_id]]
    return vectors


def _terms(mission: MissionUpdated) -> MissionTerms:
    closes_at = None
    if mission.due_at and mission.late_policy is LatePolicy.REFUSE:
        closes_at = mission.due_at + timedelta(minutes=mission.late_grace_minutes)
    return MissionTerms(
        mission.mission_id, mission.max_attempts, closes_at, mission.due_at, mission.version
    )


def _item(row: asyncpg.Record, mission: MissionTerms | None, learners: int) -> Item:
    return Item(
        content_id=row["content_id"],
        content_type=ContentType(row["content_type"]),
        title=row["title"],
        description=row["description"],
        track=Track(row["track"]),
        level=row["level"],
        prerequisites=tuple(row["prerequisites"]),
        retired=row["retired"],
        learners=learners,
        skills=tuple(row["skills"]),
        version=row["version"],
        published_at=row["published_at"],
        course_id=row["course_id"],
        mission=mission,
        duration_minutes=row["duration_minutes"],
    )
