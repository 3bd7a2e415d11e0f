"""Reads what learners' active enrolments require."""

from collections.abc import Collection, Mapping

import asyncpg

from ai.kit.db import Db
from ai.learners.learner import Program
from ai.projections.entities import load, load_keys
from ongoza_contracts.cohorts import CohortUpdated, EnrolmentState, EnrolmentUpdated
from ongoza_contracts.programs import ProgramVersionPublished


async def load_programs(db: Db | asyncpg.Pool, user_ids: Collection[int]) -> Mapping[int, Program]:
    """By user, for those with an active enrolment whose version of the program is known."""
    found = await load(db, EnrolmentUpdated, user_ids)
    running = {
        user_id: max(active, key=_begun)
        for user_id, enrolments in found.items()
        if (active := [one for one in enrolments if one.state is EnrolmentState.ACTIVE])
    }
    version_ids = {str(one.program_version_id) for one in running.values()}
    cohort_ids = {str(one.cohort_id) for one in running.values()}
    versions = await load_keys(db, ProgramVersionPublished, version_ids)
    cohorts = await load_keys(db, CohortUpdated, cohort_ids)
    by_version = {one.program_version_id: one for one in versions}
    by_cohort = {one.cohort_id: one for one in cohorts}
    return {
        user_id: program_of(one, version, by_cohort.get(one.cohort_id))
        for user_id, one in running.items()
        if (version := by_version.get(one.program_version_id))
    }


def program_of(
    enrolment: EnrolmentUpdated, version: ProgramVersionPublished, cohort: CohortUpdated | None
) -> Program:
    return Program(
        enrolment=f"enrolments:{enrolment.key}@{enrolment.version}",
        program_version=f"program-versions:{version.key}@{version.version}",
        required=frozenset(one.content_id for one in version.items if one.required),
        cohort=f"cohorts:{cohort.key}@{cohort.version}" if cohort else None,
        ends_on=cohort.ends_on if cohort else None,
    )


def _begun(enrolment: EnrolmentUpdated) -> tuple[bool, object, str]:
    begun = enrolment.activated_at or enrolment.created_at
    return enrolment.activated_at is not None, begun, enrolment.key
