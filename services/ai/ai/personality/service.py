"""Analyses a learner's behaviour, from the facts or from the rows of the request."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

import asyncpg

from ai.access.service import require_reach
from ai.kit.auth import Caller, Unauthenticated
from ai.kit.errors import NotFound
from ai.kit.fairness import run_in_child
from ai.kit.fallback import before, deadline_in, first_available
from ai.learners.queries import is_erased
from ai.personality.measures import Row, measure
from ai.personality.narrative import advice, summary, trait
from ai.personality.rows import AnalysisRequest, ItemProgress
from ongoza_contracts.access import Permission
from ongoza_contracts.http.personality import CONTRADICTIONS_MAX, PersonalityResponse, Source
from ongoza_contracts.vocabulary import ProgressStatus, Track

DATABASE_SECONDS = 0.8
MANY_ROWS = 100
"""More are measured in a process beside this one, because that takes milliseconds."""

# Whether the learner is projected.
KNOWN = "SELECT EXISTS (SELECT FROM learner WHERE user_id = $1)"
PROGRESS = """
SELECT content_id, status, completion_percentage, score, created_at, updated_at, activity
FROM progress WHERE user_id = $1 ORDER BY content_id
"""
FACETS = "SELECT content_id, track, level FROM content WHERE content_id = ANY($1)"

Facets = Mapping[str, tuple[Track, int]]


class LearnerFacts(NamedTuple):
    facts: list[ItemProgress] | None
    """None while the database is unavailable."""
    facets: Facets


async def analyze(
    pool: asyncpg.Pool, caller: Caller, asked: AnalysisRequest
) -> PersonalityResponse:
    """Raises NotFound for a learner who is unknown or whom the caller does not reach,
    Unauthenticated for a caller who was erased, and ServiceUnavailable when the database is needed
    and unavailable."""
    await require_reach(pool, caller, Permission.LEARNER_READ, asked.user_id)
    known = await first_available(
        before(deadline_in(DATABASE_SECONDS), lambda: _read_facts(pool, caller, asked)),
        lambda: _without_facts(asked),
    )
    if asked.rows is not None:
        rows, source = asked.rows, Source.REQUEST
        contradicts = contradictions(rows, known.facts)
    else:
        rows, source, contradicts = known.facts or [], Source.PROJECTION, ()
    arguments = asked.user_id, rows, known.facets, source, contradicts
    if len(rows) > MANY_ROWS:
        return await run_in_child(_answer, *arguments)
    return _answer(*arguments)


def contradictions(
    given: Sequence[ItemProgress], facts: Sequence[ItemProgress] | None
) -> tuple[str, ...] | None:
    """Items whose given row differs from the recorded fact; None while the facts are unknown."""
    if facts is None:
        return None
    recorded = {fact.content_id: fact for fact in facts}
    contradicting = [
        row.content_id
        for row in given
        if row.content_id in recorded and _differ(row, recorded[row.content_id])
    ]
    return tuple(contradicting[:CONTRADICTIONS_MAX])


def _differ(given: ItemProgress, recorded: ItemProgress) -> bool:
    """A completed item may be taken again: then its row has the percentage and score of the running
    attempt, but not its status."""
    if (given.completion_percentage, given.score) != (
        recorded.completion_percentage,
        recorded.score,
    ):
        return True
    return recorded.status is not ProgressStatus.COMPLETED and given.status != recorded.status


async def _read_facts(pool: asyncpg.Pool, caller: Caller, asked: AnalysisRequest) -> LearnerFacts:
    """Raises NotFound, and Unauthenticated for a caller who was erased. A caller whose account is
    not projected yet has no facts."""
    if caller.user_id != asked.user_id and not await pool.fetchval(KNOWN, asked.user_id):
        raise NotFound
    if await is_erased(pool, asked.user_id):
        raise Unauthenticated if caller.user_id == asked.user_id else NotFound
    facts = [_item_progress(one) for one in await pool.fetch(PROGRESS, asked.user_id)]
    ids = {row.content_id for row in (*facts, *(asked.rows or ()))}
    facets = await pool.fetch(FACETS, sorted(ids))
    return LearnerFacts(
        facts, {row["content_id"]: (Track(row["track"]), row["level"]) for row in facets}
    )


def _item_progress(record: asyncpg.Record) -> ItemProgress:
    content_id, status, percentage, score, begun_at, changed_at, activity = record
    counted = json.loads(activity)
    weeks = counted["weeks"]
    return ItemProgress(
        content_id,
        ProgressStatus(status),
        percentage,
        score,
        begun_at,
        changed_at,
        counted["retried"],
        None if weeks is None else tuple(date.fromisoformat(week) for week in weeks),
    )


async def _without_facts(asked: AnalysisRequest) -> LearnerFacts | None:
    """None for a request without rows, which cannot be answered then."""
    return None if asked.rows is None else LearnerFacts(None, {})


def _measured(progress: ItemProgress, track: Track | None, level: int | None) -> Row:
    """Work on a mission changes its progress only at the beginning and by a review, so its weeks
    are not all counted."""
    is_mission = progress.content_id.startswith("mission-")
    return Row(
        progress.content_id,
        progress.status,
        progress.begun_at,
        progress.changed_at,
        track,
        level,
        progress.retried,
        None if is_mission else progress.active_weeks,
    )


def _answer(
    user_id: int,
    progress: Sequence[ItemProgress],
    facets: Facets,
    source: Source,
    contradicts: tuple[str, ...] | None,
) -> PersonalityResponse:
    now = datetime.now(UTC)
    rows = [_measured(one, *facets.get(one.content_id, (None, None))) for one in progress]
    measures = measure(rows, now)
    return PersonalityResponse(
        user_id=user_id,
        traits=tuple(trait(one) for one in measures),
        summary=summary(measures, contradicted=len(contradicts or ())),
        recommendations=advice(measures),
        source=source,
        contradicts=contradicts,
        as_of=now,
    )
