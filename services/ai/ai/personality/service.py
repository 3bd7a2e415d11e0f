"""Analyses a learner's behaviour, from the facts or from the rows of the request.

On a thread, because a thousand rows would hold up the requests of others.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from ai.access.service import require_reach
from ai.kit.auth import Caller, Unauthenticated
from ai.kit.errors import InvalidBody, NotFound
from ai.kit.fairness import run_in_single_thread
from ai.kit.fallback import before, deadline_in, first_available
from ai.learners.queries import is_erased
from ai.personality.measures import Measure, Row, measure
from ai.personality.narrative import advice, summary, trait
from ongoza_contracts.access import Permission
from ongoza_contracts.http.errors import FieldError
from ongoza_contracts.http.personality import (
    CONTRADICTIONS_MAX,
    PersonalityRequest,
    PersonalityResponse,
    ProgressRow,
    Source,
)
from ongoza_contracts.vocabulary import ProgressStatus, Track

DATABASE_SECONDS = 0.8
AHEAD = timedelta(minutes=5)
"""Tolerance for a client's clock that is ahead of ours."""

# Whether the learner is projected.
KNOWN = "SELECT EXISTS (SELECT FROM learner WHERE user_id = $1)"
PROGRESS = """
SELECT content_id, status, completion_percentage, score, created_at, updated_at
FROM progress WHERE user_id = $1 ORDER BY content_id
"""
FACETS = "SELECT content_id, track, level FROM content WHERE content_id = ANY($1)"

Facets = Mapping[str, tuple[Track, int]]


async def analyze(
    pool: asyncpg.Pool, caller: Caller, asked: PersonalityRequest
) -> PersonalityResponse:
    """Raises NotFound for a learner who is unknown or whom the caller does not reach,
    Unauthenticated for a caller who was erased, InvalidBody for rows that cannot be this learner's,
    and ServiceUnavailable when the database is needed and unavailable."""
    await require_reach(pool, caller, Permission.LEARNER_READ, asked.user_id)
    now = datetime.now(UTC)
    if asked.progress_data is not None:
        await run_in_single_thread(lambda: _validate_rows(asked, now))
    return await first_available(
        before(deadline_in(DATABASE_SECONDS), lambda: _with_database(pool, caller, asked, now)),
        lambda: _without_database(asked, now),
    )


async def _with_database(
    pool: asyncpg.Pool, caller: Caller, asked: PersonalityRequest, now: datetime
) -> PersonalityResponse:
    facts = await _facts(pool, caller, asked.user_id)
    given = asked.progress_data
    ids = {row["content_id"] for row in facts} | {one.content_id for one in given or ()}
    facets = await _facets(pool, sorted(ids))
    if given is None:
        return await run_in_single_thread(
            lambda: _answer(asked.user_id, [_of_fact(row, facets) for row in facts], now)
        )
    return await run_in_single_thread(
        lambda: _answer(
            asked.user_id,
            _of_request(given, facets),
            now,
            given=True,
            contradicts=contradictions(given, facts),
        )
    )


async def _without_database(asked: PersonalityRequest, now: datetime) -> PersonalityResponse | None:
    """None when the request has no rows."""
    given = asked.progress_data
    if given is None:
        return None
    return await run_in_single_thread(
        lambda: _answer(asked.user_id, _of_request(given, {}), now, given=True)
    )


def contradictions(
    given: Sequence[ProgressRow], facts: Sequence[asyncpg.Record]
) -> tuple[str, ...]:
    """Items whose given row differs from the recorded fact."""
    known = {
        row["content_id"]: (row["status"], row["completion_percentage"], row["score"])
        for row in facts
    }
    contradicting = [
        one.content_id
        for one in given
        if one.content_id in known
        and known[one.content_id] != (one.status, one.completion_percentage, one.score)
    ]
    return tuple(contradicting[:CONTRADICTIONS_MAX])


async def _facts(pool: asyncpg.Pool, caller: Caller, user_id: int) -> list[asyncpg.Record]:
    """Raises NotFound, and Unauthenticated for a caller who was erased. A caller whose account is
    not projected yet has no facts."""
    if caller.user_id != user_id and not await pool.fetchval(KNOWN, user_id):
        raise NotFound
    if await is_erased(pool, user_id):
        raise Unauthenticated if caller.user_id == user_id else NotFound
    return list(await pool.fetch(PROGRESS, user_id))


async def _facets(pool: asyncpg.Pool, content_ids: Sequence[str]) -> Facets:
    rows = await pool.fetch(FACETS, content_ids)
    return {row["content_id"]: (Track(row["track"]), row["level"]) for row in rows}


def _validate_rows(asked: PersonalityRequest, now: datetime) -> None:
    """Raises InvalidBody with every row that cannot be progress of this learner."""
    errors: list[FieldError] = []

    def refuse(place: int, name: str, code: str, detail: str) -> None:
        field = f"progress_data.{place}.{name}"
        errors.append(FieldError(field=field, code=code, detail=detail))

    seen: set[str] = set()
    for place, row in enumerate(asked.progress_data or ()):
        if {row.user, row.user_id} - {None, asked.user_id}:
            refuse(place, "user", "other_user", "Another learner's row.")
        if row.content_id in seen:
            refuse(place, "content_id", "duplicate", "The item comes twice.")
        seen.add(row.content_id)
        for name in ("created_at", "updated_at"):
            moment = getattr(row, name)
            if moment is not None and moment > now + AHEAD:
                refuse(place, name, "out_of_range", "In the future.")
        if row.created_at and row.updated_at and row.updated_at < row.created_at:
            refuse(place, "updated_at", "out_of_range", "Changed before it was begun.")
    if errors:
        raise InvalidBody("The rows cannot be one learner's progress.", errors=tuple(errors))


def _of_fact(row: asyncpg.Record, facets: Facets) -> Row:
    track, level = facets.get(row["content_id"], (None, None))
    status = ProgressStatus(row["status"])
    return Row(row["content_id"], status, row["created_at"], row["updated_at"], track, level)


def _of_request(given: Sequence[ProgressRow], facets: Facets) -> list[Row]:
    rows = []
    for one in given:
        track, level = facets.get(one.content_id, (None, None))
        rows.append(Row(one.content_id, one.status, one.created_at, one.updated_at, track, level))
    return rows


def _answer(
    user_id: int,
    rows: Sequence[Row],
    now: datetime,
    *,
    given: bool = False,
    contradicts: tuple[str, ...] | None = None,
) -> PersonalityResponse:
    measures: list[Measure] = measure(rows, now)
    return PersonalityResponse(
        user_id=user_id,
        traits=tuple(trait(one) for one in measures),
        summary=summary(measures, contradicted=len(contradicts or ())),
        recommendations=advice(measures),
        source=Source.REQUEST if given else Source.PROJECTION,
        contradicts=contradicts if given else (),
        as_of=now,
    )
