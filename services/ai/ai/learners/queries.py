"""Reads learners from the projections."""

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from ai.kit.db import Db
from ai.learners.learner import Attempt, Feedback, Interaction, Learner, Profile, Program
from ai.projections.entities import load, load_keys, load_types
from ongoza_contracts.cohorts import CohortUpdated, EnrolmentState, EnrolmentUpdated
from ongoza_contracts.event import Fact
from ongoza_contracts.feedback import FeedbackGiven
from ongoza_contracts.list_views import DismissalKind, DismissalUpdated
from ongoza_contracts.programs import ProgramVersionPublished
from ongoza_contracts.submissions import SubmissionUpdated
from ongoza_contracts.vocabulary import ProgressStatus, Track

F = TypeVar("F", bound=Fact)

# Each learner with the last completed profiling session, and all progress as arrays, newest last.
LEARNERS = """
SELECT learner.user_id, learner.version, learner.track,
    profile.session_id, profile.version AS profile_version, profile.result,
    done.content_ids, done.statuses, done.versions
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
) AS done
WHERE learner.user_id = ANY($1)
"""
UNREADABLE = (ValueError, KeyError, TypeError)
"""What reading a stored fact raises that another release wrote and this one does not understand."""
# The facts of a learner's own that have no table of their kind, loaded together.
OWN_FACTS = (FeedbackGiven, SubmissionUpdated, DismissalUpdated, EnrolmentUpdated)
ERASED = "SELECT EXISTS (SELECT FROM erased_learner WHERE user_id = $1)"

log = logging.getLogger(__name__)


async def load_learners(db: Db | asyncpg.Pool, user_ids: Collection[int]) -> list[Learner]:
    """The learners of these ids that have been projected."""
    rows = await db.fetch(LEARNERS, list(user_ids))
    facts = await load_types(db, OWN_FACTS, user_ids)
    enrolments = {user_id: _only(EnrolmentUpdated, own) for user_id, own in facts.items()}
    programs = await _programs(db, enrolments)
    return [
        replace(_learner(row, facts.get(row["user_id"], ())), program=programs.get(row["user_id"]))
        for row in rows
    ]


async def load_readable(
    db: Db | asyncpg.Pool, user_ids: Collection[int]
) -> tuple[list[Learner], set[int]]:
    """Like `load_learners`, and the ids of learners with a row that cannot be read, so that it
    does not keep the others from being loaded."""
    try:
        return await load_learners(db, user_ids), set()
    except UNREADABLE:
        pass
    learners, unreadable = list[Learner](), set[int]()
    for user_id in user_ids:
        try:
            learners += await load_learners(db, [user_id])
        except UNREADABLE:
            log.exception("the rows of user_id=%d cannot be read", user_id)
            unreadable.add(user_id)
    return learners, unreadable


async def load_attempts(db: asyncpg.Pool, user_id: int) -> Mapping[UUID, Attempt]:
    """A learner's attempts at missions, by submission id."""
    submissions = await load(db, SubmissionUpdated, [user_id])
    return _attempts(submissions.get(user_id, ()))


async def is_erased(db: asyncpg.Pool, user_id: int) -> bool:
    return bool(await db.fetchval(ERASED, user_id))


def _attempts(submissions: Sequence[SubmissionUpdated]) -> Mapping[UUID, Attempt]:
    return {
        one.submission_id: Attempt(
            mission_id=one.mission_id,
            number=one.attempt,
            state=one.state,
            makes_changes=one.previous_id is not None,
            version=one.version,
        )
        for one in submissions
    }


def _only(fact_type: type[F], facts: Sequence[Fact]) -> list[F]:
    return [fact for fact in facts if isinstance(fact, fact_type)]


def _learner(row: asyncpg.Record, facts: Sequence[Fact]) -> Learner:
    interactions = zip(
        row["content_ids"] or (), row["statuses"] or (), row["versions"] or (), strict=True
    )
    return Learner(
        user_id=row["user_id"],
        version=row["version"],
        profile=_profile(row),
        interactions={
            content_id: Interaction(ProgressStatus(status), version)
            for content_id, status, version in interactions
        },
        feedback={
            one.content_id: Feedback(one.verdict, one.version)
            for one in _only(FeedbackGiven, facts)
            if one.verdict is not None
        },
        attempts=_attempts(_only(SubmissionUpdated, facts)),
        dismissed=frozenset(
            one.target
            for one in _only(DismissalUpdated, facts)
            if one.dismissed and one.kind is DismissalKind.RECOMMENDATION
        ),
    )


def _profile(row: asyncpg.Record) -> Profile | None:
    """The profiling result, else the track chosen in core."""
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


async def load_programs(db: Db | asyncpg.Pool, user_ids: Collection[int]) -> Mapping[int, Program]:
    """By user, for those with an active enrolment whose version of the program is known."""
    return await _programs(db, await load(db, EnrolmentUpdated, user_ids))


async def _programs(
    db: Db | asyncpg.Pool, found: Mapping[int, Sequence[EnrolmentUpdated]]
) -> Mapping[int, Program]:
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
