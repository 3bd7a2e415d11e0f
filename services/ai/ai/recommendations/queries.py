"""What lists are computed from and where they are kept."""

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
import numpy as np

from ai.kit.db import Db
from ai.recommendations.catalogue import Catalogue, Item
from ai.recommendations.learner import Learner, Profile, Said, Step
from ai.recommendations.together import Settings, Together
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Track, Verdict

DIMENSION = 384

CATALOGUE = """
SELECT content_id, content_type, title, description, track, level, prerequisites, retired, skills,
    version, published_at, vector.embedding, coalesce(taken.learners, 0)::integer AS learners
FROM content
LEFT JOIN content_vector AS vector USING (content_id)
LEFT JOIN (
    SELECT content_id, count(*) AS learners FROM progress
    WHERE status IN ('in_progress', 'completed') GROUP BY content_id
) AS taken USING (content_id)
ORDER BY content_id
"""

TOGETHER = "SELECT content_id, other_id, learners, closeness FROM {table}"
TOGETHER_SETTINGS = "SELECT recency, in_order, words, doubt FROM {table}_made"

STAMP = """
SELECT (SELECT name FROM generation WHERE state = 'live') AS generation, revision
FROM catalogue_revision
"""

# Of each learner: the last completed profiling session, and all progress, the newest last, and
# feedback, in arrays.
LEARNERS = """
SELECT learner.user_id, learner.version, learner.track,
    profile.session_id, profile.version AS profile_version, profile.result,
    steps.content_ids, steps.statuses, steps.versions,
    said.content_ids AS said_ids, said.verdicts, said.versions AS said_versions
FROM learner
LEFT JOIN LATERAL (
    SELECT session_id, version, result FROM profiling_session AS session
    WHERE session.user_id = learner.user_id AND result IS NOT NULL
    ORDER BY completed_at DESC, session_id LIMIT 1
) AS profile ON true
CROSS JOIN LATERAL (
    SELECT array_agg(content_id ORDER BY updated_at, content_id) AS content_ids,
        array_agg(status ORDER BY updated_at, content_id) AS statuses,
        array_agg(version ORDER BY updated_at, content_id) AS versions
    FROM progress WHERE progress.user_id = learner.user_id
) AS steps
CROSS JOIN LATERAL (
    SELECT array_agg(content_id ORDER BY content_id) AS content_ids,
        array_agg(verdict ORDER BY content_id) AS verdicts,
        array_agg(version ORDER BY content_id) AS versions
    FROM feedback WHERE feedback.user_id = learner.user_id AND verdict IS NOT NULL
) AS said
WHERE learner.user_id = ANY($1)
"""
ERASED = "SELECT EXISTS (SELECT FROM erased_learner WHERE user_id = $1)"

# One read: the list, unless something changed since that it does not show: of the learner, who is
# marked then; or of its items, when the catalogue is another by now. By then an empty list is no
# answer: there may be something to do.
PRECOMPUTED = """
SELECT kept.{column} FROM recommendation AS kept
WHERE user_id = $1
AND NOT EXISTS (SELECT FROM dirty_learner AS dirty WHERE dirty.user_id = $1)
AND (
    revision = (SELECT revision FROM catalogue_revision)
    OR content_ids <> '{{}}' AND NOT EXISTS (
        SELECT FROM ({shown}) AS shown (content_id) LEFT JOIN content USING (content_id)
        WHERE coalesce(content.retired, true) OR EXISTS (
            SELECT FROM unnest(content.prerequisites) AS needed
            WHERE NOT EXISTS (
                SELECT FROM progress
                WHERE progress.user_id = $1 AND progress.content_id = needed
                AND status = 'completed'
            )
        )
    )
)
"""
PRECOMPUTED_BODY = PRECOMPUTED.format(column="body", shown="SELECT unnest(content_ids)")
PRECOMPUTED_ITEMS = PRECOMPUTED.format(
    column="items, kept.computed_at",
    shown="SELECT item ->> 'content_id' FROM jsonb_array_elements(items) AS item",
)


async def load_stamp(db: asyncpg.Pool) -> tuple[str, int]:
    """Changes when the catalogue changes: the live generation, and the catalogue's revision."""
    (row,) = await db.fetch(STAMP)
    return row["generation"], row["revision"]


async def load_catalogue(
    db: Db | asyncpg.Pool, *, revision: int, as_of: datetime, together: str = "together"
) -> Catalogue:
    """`together` may name the table of another generation."""
    rows = await db.fetch(CATALOGUE)
    made = await db.fetchrow(TOGETHER_SETTINGS.format(table=together))
    pairs = await db.fetch(TOGETHER.format(table=together)) if made else []
    # On a thread: with thousands of items it takes longer than other requests should wait.
    return await asyncio.to_thread(_catalogue, rows, made, pairs, revision, as_of)


def _catalogue(
    rows: Sequence[asyncpg.Record],
    made: asyncpg.Record | None,
    pairs: Sequence[asyncpg.Record],
    revision: int,
    as_of: datetime,
) -> Catalogue:
    vectors = np.zeros((len(rows), DIMENSION), np.float32)
    for place, row in enumerate(rows):
        if row["embedding"] is not None:
            vectors[place] = row["embedding"].to_numpy()
    items = tuple(_item(row) for row in rows)
    position = {item.content_id: place for place, item in enumerate(items)}
    taken = None if made is None else _together(position, made, pairs)
    return Catalogue(items, vectors, revision, as_of, taken)


def _together(
    position: Mapping[str, int], made: asyncpg.Record, pairs: Sequence[asyncpg.Record]
) -> Together:
    placed = [
        (position[item], position[other], closeness, learners)
        for item, other, learners, closeness in pairs
        if item in position and other in position
    ]
    return Together.of_pairs(placed, len(position), Settings(**made))


async def load_learners(db: Db | asyncpg.Pool, user_ids: Collection[int]) -> list[Learner]:
    """Those of them that are known here."""
    return [_learner(row) for row in await db.fetch(LEARNERS, list(user_ids))]


async def is_erased(db: asyncpg.Pool, user_id: int) -> bool:
    return bool(await db.fetchval(ERASED, user_id))


def _item(row: asyncpg.Record) -> Item:
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
    )


def _learner(row: asyncpg.Record) -> Learner:
    steps = zip(row["content_ids"] or (), row["statuses"] or (), row["versions"] or (), strict=True)
    said = zip(
        row["said_ids"] or (), row["verdicts"] or (), row["said_versions"] or (), strict=True
    )
    return Learner(
        user_id=row["user_id"],
        version=row["version"],
        profile=_profile(row),
        steps={
            content_id: Step(ProgressStatus(status), version)
            for content_id, status, version in steps
        },
        feedback={
            content_id: Said(Verdict(verdict), version) for content_id, verdict, version in said
        },
    )


def _profile(row: asyncpg.Record) -> Profile | None:
    """What profiling came to; without it the track chosen in core."""
    if row["result"] is not None:
        result: dict[str, Any] = json.loads(row["result"])
        return Profile(
            scores={Track(track): score for track, score in result["scores"].items()},
            primary=Track(result["primary"]),
            fact=f"profiling:{row['session_id']}@{row['profile_version']}",
        )
    if row["track"] is not None:
        return chosen(Track(row["track"]), row["version"])
    return None


def chosen(track: Track, version: int) -> Profile:
    return Profile(scores={track: 100.0}, primary=track, fact=f"user@{version}")
