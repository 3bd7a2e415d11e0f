"""Reads the program that a learner is enrolled in."""

import asyncpg

from ai.projections.entities import load, load_one
from ongoza_contracts.cohorts import EnrolmentState, EnrolmentUpdated
from ongoza_contracts.programs import ProgramVersionPublished


async def load_program(pool: asyncpg.Pool, user_id: int) -> ProgramVersionPublished | None:
    """The version that the learner's active enrolment follows; of several the last activated."""
    enrolments = (await load(pool, EnrolmentUpdated, [user_id])).get(user_id, [])
    active = [one for one in enrolments if one.state is EnrolmentState.ACTIVE]
    if not active:
        return None
    newest = max(active, key=lambda one: (one.activated_at or one.created_at, one.enrolment_id))
    return await load_one(pool, ProgramVersionPublished, str(newest.program_version_id))
