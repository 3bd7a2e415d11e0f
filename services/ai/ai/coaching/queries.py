"""Reads the facts that advice rests on."""

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime
from uuid import UUID

import asyncpg

from ai.coaching.rules import Requirements, Situation
from ai.dashboard.queries import load_active_enrolment
from ai.kit.locks import LEARNER_READ_LOCK
from ai.projections.entities import load, load_keys
from ongoza_contracts.coaching import GoalUpdated, HabitEntryUpdated, HabitUpdated
from ongoza_contracts.cohorts import EnrolmentUpdated
from ongoza_contracts.list_views import DismissalKind, DismissalUpdated
from ongoza_contracts.mentorship import SessionUpdated
from ongoza_contracts.missions import MissionUpdated
from ongoza_contracts.submissions import SubmissionState, SubmissionUpdated

# The nudges of the learner's day: those given before, and further ones up to the limit. Reads at
# the same time agree, because the row is locked; an erased learner gets no row.
GIVE_NUDGES = """
INSERT INTO nudges_given AS given (user_id, local_date, advice_ids)
SELECT $1, $2::date, ($3::text[])[:$4]
WHERE NOT EXISTS (SELECT FROM erased_learner WHERE user_id = $1)
ON CONFLICT (user_id) DO UPDATE SET
    local_date = greatest(given.local_date, excluded.local_date),
    advice_ids = CASE WHEN given.local_date < excluded.local_date THEN excluded.advice_ids
        ELSE (given.advice_ids || ARRAY(
            SELECT id FROM unnest($3::text[]) WITH ORDINALITY AS one (id, place)
            WHERE id <> ALL (given.advice_ids) ORDER BY place
        ))[:greatest($4, cardinality(given.advice_ids))] END
RETURNING advice_ids
"""


async def load_situation(db: asyncpg.Pool, user_id: int, now: datetime, *, own: bool) -> Situation:
    """The learner alone (`own`) sees advice about work, sessions, goals and habits: not everybody
    who reads a learner's progress may read these."""
    found = Situation(now=now, requirements=await _requirements(db, user_id))
    if not own:
        return found
    submissions = (await load(db, SubmissionUpdated, [user_id])).get(user_id, [])
    return found._replace(
        submissions=submissions,
        missions=await _missions_of_drafts(db, submissions),
        sessions=(await load(db, SessionUpdated, [user_id])).get(user_id, []),
        goals=(await load(db, GoalUpdated, [user_id])).get(user_id, []),
        habits=(await load(db, HabitUpdated, [user_id])).get(user_id, []),
        entries=(await load(db, HabitEntryUpdated, [user_id])).get(user_id, []),
    )


async def load_dismissed(db: asyncpg.Pool, user_id: int, *kinds: DismissalKind) -> Set[str]:
    """The ids of what the learner dismissed."""
    facts = (await load(db, DismissalUpdated, [user_id])).get(user_id, [])
    return {one.target for one in facts if one.dismissed and one.kind in kinds}


async def give_nudges(
    db: asyncpg.Pool, user_id: int, day: date, advice_ids: Sequence[str], limit: int
) -> Sequence[str]:
    """The ids of the nudges of the learner's day: with those given on it before, `limit` at most.
    None of a learner who is erased."""
    async with db.acquire() as connection, connection.transaction():
        # An erasure that began comes first, and leaves its mark.
        await connection.execute(LEARNER_READ_LOCK)
        given = await connection.fetchval(GIVE_NUDGES, user_id, day, advice_ids, limit)
    return given or ()


async def _missions_of_drafts(
    db: asyncpg.Pool, submissions: Sequence[SubmissionUpdated]
) -> Mapping[UUID, MissionUpdated]:
    drafts = [one for one in submissions if one.state is SubmissionState.DRAFT]
    keys = {str(one.mission_id) for one in drafts}
    return {one.mission_id: one for one in await load_keys(db, MissionUpdated, keys)}


async def _requirements(db: asyncpg.Pool, user_id: int) -> Requirements | None:
    """None without an active enrolment whose version of the program is known."""
    active = await load_active_enrolment(db, user_id)
    if active is None or active.required is None:
        return None
    facts = (await load(db, EnrolmentUpdated, [user_id])).get(user_id, [])
    return Requirements(
        enrolment=next(one for one in facts if one.enrolment_id == active.enrolment_id),
        total=active.required,
        done=len(active.completions),
        unconfirmed=active.unconfirmed,
        last_completed_at=max(active.completions, default=None),
    )
