"""Advice by rules from a learner's facts. Pure.

A rule gives advice together with why it is given now and the facts it rests on, or nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from ai.coaching.overview import first_open_day
from ongoza_contracts.coaching import (
    GoalState,
    GoalUpdated,
    HabitEntryState,
    HabitEntryUpdated,
    HabitState,
    HabitUpdated,
)
from ongoza_contracts.cohorts import EnrolmentUpdated
from ongoza_contracts.event import Fact
from ongoza_contracts.http.coaching import Advice, CoachRule
from ongoza_contracts.mentorship import SessionState, SessionUpdated
from ongoza_contracts.missions import MissionUpdated
from ongoza_contracts.streaks import measures
from ongoza_contracts.submissions import SubmissionState, SubmissionUpdated
from ongoza_contracts.topics import topic_of

SESSION_AHEAD = timedelta(hours=48)
DUE_AHEAD = timedelta(days=7)
QUIET_FOR = timedelta(days=14)
STREAK_MIN = 3
"""A shorter streak is no reason to remind of it."""


class Requirements(NamedTuple):
    """What the learner's active enrolment requires."""

    enrolment: EnrolmentUpdated
    total: int
    done: int
    unconfirmed: int
    last_completed_at: datetime | None
    """Of the required items, by another's word."""


class Situation(NamedTuple):
    """What the rules look at."""

    now: datetime
    """In UTC."""
    submissions: Sequence[SubmissionUpdated] = ()
    missions: Mapping[UUID, MissionUpdated] = {}
    """Those of the submissions."""
    extensions: Mapping[UUID, datetime] = {}
    """By mission, until when the learner may hand in instead of its due time."""
    sessions: Sequence[SessionUpdated] = ()
    goals: Sequence[GoalUpdated] = ()
    habits: Sequence[HabitUpdated] = ()
    entries: Sequence[HabitEntryUpdated] = ()
    requirements: Requirements | None = None


def advise(situation: Situation) -> tuple[Advice, ...]:
    """The most important first."""
    return tuple(advice for rule in RULES for advice in rule(situation))


def evidence(*facts: Fact) -> tuple[str, ...]:
    return tuple(f"{topic_of(type(one)).kind}:{one.key}@{one.version}" for one in facts)


def changes_requested(situation: Situation) -> Iterator[Advice]:
    """A reviewer requested changes, and no attempt makes them."""
    followed = {one.previous_id for one in situation.submissions}
    for one in situation.submissions:
        if one.state is SubmissionState.CHANGES_REQUESTED and one.submission_id not in followed:
            decided = one.decided_at or one.updated_at
            yield Advice(
                rule=CoachRule.CHANGES_REQUESTED,
                text="Read the review, and hand in again what it asks you to change.",
                why_now=f"Changes were requested on {decided:%Y-%m-%d}, and no attempt makes them.",
                evidence=evidence(one),
            )


def session_soon(situation: Situation) -> Iterator[Advice]:
    for one in situation.sessions:
        ahead = one.starts_at - situation.now
        if one.state is SessionState.CONFIRMED and timedelta(0) <= ahead <= SESSION_AHEAD:
            yield Advice(
                rule=CoachRule.SESSION_SOON,
                text="Write down what you want to ask in the session with your mentor.",
                why_now=f"It begins at {_minute(one.starts_at)}.",
                evidence=evidence(one),
            )


def mission_due(situation: Situation) -> Iterator[Advice]:
    """A draft of a mission that is due soon."""
    for one in situation.submissions:
        mission = situation.missions.get(one.mission_id)
        if one.state is not SubmissionState.DRAFT or mission is None or mission.due_at is None:
            continue
        due_at = situation.extensions.get(one.mission_id, mission.due_at)
        if timedelta(0) <= due_at - situation.now <= DUE_AHEAD:
            yield Advice(
                rule=CoachRule.MISSION_DUE,
                text="Finish your draft, and hand it in.",
                why_now=f"The mission is due at {_minute(due_at)}.",
                evidence=evidence(one, mission),
            )


def goal_due(situation: Situation) -> Iterator[Advice]:
    today = situation.now.date()
    for one in situation.goals:
        if one.state is GoalState.ACTIVE and one.target_date <= today + DUE_AHEAD:
            tense = "was" if one.target_date < today else "is"
            yield Advice(
                rule=CoachRule.GOAL_DUE,
                text="Look at your goal: is it achieved, or does it need another date?",
                why_now=f"Its date {tense} {one.target_date}.",
                evidence=evidence(one),
            )


def streak_at_risk(situation: Situation) -> Iterator[Advice]:
    """A long streak of a habit with nothing recorded for the last days that may not be over."""
    open_day = first_open_day(situation.now)
    for habit in situation.habits:
        if habit.state is not HabitState.ACTIVE:
            continue
        entries = [one for one in situation.entries if one.habit_id == habit.habit_id]
        days = {one.local_date: one.state for one in entries}
        streak = measures(habit, days, open_day).streak
        is_recorded = any(day >= open_day for day in days)
        if streak < STREAK_MIN or is_recorded:
            continue
        done = [one for one in entries if one.state is HabitEntryState.DONE]
        last = max(done, key=lambda one: one.local_date)
        yield Advice(
            rule=CoachRule.STREAK_AT_RISK,
            text="Do your habit today, and record it.",
            why_now=f"Its streak is {streak}, and {last.local_date} is the last day done.",
            evidence=evidence(habit, last),
        )


def no_completions(situation: Situation) -> Iterator[Advice]:
    """Nothing that the enrolment requires was completed for a while."""
    required = situation.requirements
    if required is None or required.done >= required.total:
        return
    began = required.enrolment.activated_at or required.enrolment.created_at
    last = max(began, required.last_completed_at or began)
    if situation.now - last < QUIET_FOR:
        return
    left = required.total - required.done
    # What the learner completed by their own word is not left, but waits to be confirmed.
    waits = required.unconfirmed > 0
    open_, done = ("not confirmed", "was confirmed") if waits else ("left", "was completed")
    yield Advice(
        rule=CoachRule.NO_COMPLETIONS,
        text="Choose one required item for this week, and set a time for it.",
        why_now=f"{left} of {required.total} required items are {open_}, and none {done} in the"
        f" {(situation.now - last).days} days since {last:%Y-%m-%d}.",
        evidence=evidence(required.enrolment),
    )


def unconfirmed(situation: Situation) -> Iterator[Advice]:
    required = situation.requirements
    if required is not None and required.unconfirmed:
        yield Advice(
            rule=CoachRule.UNCONFIRMED,
            text="Take the quiz of what you finished, or ask your mentor to confirm it.",
            why_now=f"Required items that count by your word alone: {required.unconfirmed}.",
            evidence=evidence(required.enrolment),
        )


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


RULES: tuple[Callable[[Situation], Iterator[Advice]], ...] = (
    changes_requested,
    session_soon,
    mission_due,
    goal_due,
    streak_at_risk,
    no_completions,
    unconfirmed,
)
"""In the order of `CoachRule`."""
