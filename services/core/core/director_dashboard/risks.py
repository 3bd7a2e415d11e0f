"""The rules by which a learner is at risk, as SQL over active enrolments."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection

from core.users.guardians import without_consent
from ongoza_contracts.coaching import HabitEntryState, HabitState
from ongoza_contracts.cohorts import EnrolmentState
from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.subscriptions import SubscriptionState

WEEK = timedelta(days=7)
PAYMENT_TAKES = timedelta(days=3)
"""A payment may come so long after a period ended before somebody should ask."""
STREAK_DAYS = 3
"""So many days of habits done within a week are a streak that can be lost."""


class RiskRule(StrEnum):
    INACTIVE = "inactive"
    REVIEW_OVERDUE = "review_overdue"
    STREAK_LOST = "streak_lost"
    PAYMENT_MISSING = "payment_missing"


DEFINITIONS: Mapping[RiskRule, str] = {
    RiskRule.INACTIVE: "the enrolment has been active for 7 days, and the learner is not in "
    "`active_7_days`; since the last activity, or since the enrolment became active.",
    RiskRule.REVIEW_OVERDUE: "a submission that may be reviewed waits for a review whose promised "
    "time has passed; since that time.",
    RiskRule.STREAK_LOST: "the learner did active habits that were not paused lately on 3 days or "
    "more of the week before the last 7 days, and on no day since; since the last day done.",
    RiskRule.PAYMENT_MISSING: "no payment came within 3 days after a paid period of the learner's "
    "subscription ended; since it ended.",
}

# Each active enrolment of the cohorts, with what holds for its learner. Each table is read once.
RISKS = """
WITH seen AS MATERIALIZED (
    SELECT user_id FROM progress_progress WHERE updated_at > %(week_ago)s
    UNION
    SELECT user_id FROM submissions_submission
    WHERE created_at > %(week_ago)s OR submitted_at > %(week_ago)s
    UNION
    SELECT user_id FROM quizzes_quizattempt WHERE started_at > %(week_ago)s
    UNION
    SELECT user_id FROM coaching_habitentry WHERE created_at > %(week_ago)s
), overdue AS MATERIALIZED (
    SELECT DISTINCT submission.user_id
    FROM reviews_queueentry AS entry
    JOIN submissions_submission AS submission ON submission.id = entry.submission_id
    WHERE entry.promised_by < %(now)s
        AND (entry.second_opinion OR submission.state = ANY(%(undecided)s))
        AND submission.user_id <> ALL(%(without_consent)s)
), lost AS MATERIALIZED (
    SELECT entry.user_id FROM coaching_habitentry AS entry
    JOIN coaching_habit AS habit ON habit.id = entry.habit_id AND habit.state = %(active_habit)s
    WHERE entry.state = %(done)s AND entry.local_date >= %(today)s::date - 14
        AND NOT EXISTS (
            SELECT FROM coaching_pauserange AS pause
            WHERE pause.habit_id = habit.id
                AND (pause.last_day IS NULL OR pause.last_day >= %(today)s::date - 7)
        )
    GROUP BY entry.user_id
    HAVING max(entry.local_date) < %(today)s::date - 7
        AND count(DISTINCT entry.local_date) >= %(streak_days)s
), unpaid AS MATERIALIZED (
    SELECT user_id FROM subscriptions_subscription
    WHERE state = %(past_due)s AND NOT is_trial AND period_ends_at <= %(unpaid_since)s
)
SELECT enrolment.id, enrolment.cohort_id, enrolment.user_id,
    seen.user_id IS NOT NULL AS active_7_days,
    seen.user_id IS NULL AND enrolment.activated_at <= %(week_ago)s AS inactive,
    overdue.user_id IS NOT NULL AS review_overdue,
    lost.user_id IS NOT NULL AS streak_lost,
    unpaid.user_id IS NOT NULL AS payment_missing
FROM cohorts_enrolment AS enrolment
LEFT JOIN seen USING (user_id)
LEFT JOIN overdue USING (user_id)
LEFT JOIN lost USING (user_id)
LEFT JOIN unpaid USING (user_id)
WHERE enrolment.state = %(active)s AND enrolment.cohort_id = ANY(%(cohorts)s)
"""
HOLDS = " OR ".join(RiskRule)
# Learners, each once: of all cohorts together in the row without a cohort, and of each.
COUNTS = f"""
SELECT cohort_id,
    count(DISTINCT user_id),
    count(DISTINCT user_id) FILTER (WHERE active_7_days),
    count(DISTINCT user_id) FILTER (WHERE {HOLDS}),
    {", ".join(f"count(DISTINCT user_id) FILTER (WHERE {rule})" for rule in RiskRule)}
FROM ({RISKS}) AS risk
GROUP BY GROUPING SETS ((), (cohort_id))
"""  # noqa: S608  (constants)
AT_RISK = f"""
SELECT id, {", ".join(RiskRule)} FROM ({RISKS}) AS risk WHERE {HOLDS}
"""  # noqa: S608  (constants)
# Since when each rule would hold for enrolments; the rules themselves are not looked at.
SINCE = """
SELECT enrolment.id,
    GREATEST(
        enrolment.activated_at,
        (SELECT max(updated_at) FROM progress_progress AS one
            WHERE one.user_id = enrolment.user_id),
        (SELECT max(GREATEST(created_at, submitted_at)) FROM submissions_submission AS one
            WHERE one.user_id = enrolment.user_id),
        (SELECT max(started_at) FROM quizzes_quizattempt AS one
            WHERE one.user_id = enrolment.user_id),
        (SELECT max(created_at) FROM coaching_habitentry AS one
            WHERE one.user_id = enrolment.user_id)
    ),
    (SELECT min(entry.promised_by) FROM reviews_queueentry AS entry
        JOIN submissions_submission AS submission ON submission.id = entry.submission_id
        WHERE submission.user_id = enrolment.user_id
            AND (entry.second_opinion OR submission.state = ANY(%(undecided)s))),
    (SELECT max(local_date)::timestamptz FROM coaching_habitentry AS one
        WHERE one.user_id = enrolment.user_id AND one.state = %(done)s),
    (SELECT period_ends_at FROM subscriptions_subscription AS one
        WHERE one.user_id = enrolment.user_id AND one.state = %(past_due)s)
FROM cohorts_enrolment AS enrolment
WHERE enrolment.id = ANY(%(enrolments)s)
"""


@dataclass(frozen=True)
class LearnerCounts:
    """Of the learners with an active enrolment."""

    learners: int = 0
    active_7_days: int = 0
    at_risk: int = 0
    risks: Mapping[RiskRule, int] = field(default_factory=lambda: dict.fromkeys(RiskRule, 0))


@dataclass(frozen=True)
class FiredRule:
    rule: RiskRule
    since: datetime


def learner_counts(
    cohort_ids: Collection[UUID], now: datetime
) -> Mapping[UUID | None, LearnerCounts]:
    """Of each cohort that has active enrolments, and for None of all these cohorts together."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, _parameters(cohort_ids, now))
        return {
            cohort_id: LearnerCounts(
                learners, active, at_risk, dict(zip(RiskRule, by_rule, strict=True))
            )
            for cohort_id, learners, active, at_risk, *by_rule in cursor.fetchall()
        }


def enrolments_at_risk(
    cohort_ids: Collection[UUID], now: datetime
) -> Mapping[UUID, frozenset[RiskRule]]:
    """The rules that hold for each active enrolment for which one does."""
    with connection.cursor() as cursor:
        cursor.execute(AT_RISK, _parameters(cohort_ids, now))
        return {
            enrolment_id: frozenset(
                rule for rule, holds in zip(RiskRule, held, strict=True) if holds
            )
            for enrolment_id, *held in cursor.fetchall()
        }


def fired_rules(rules: Mapping[UUID, frozenset[RiskRule]]) -> Mapping[UUID, list[FiredRule]]:
    """Since when the rules hold that hold for each enrolment."""
    with connection.cursor() as cursor:
        cursor.execute(SINCE, {"enrolments": [*rules], **_states()})
        return {
            enrolment_id: [
                FiredRule(rule, since)
                for rule, since in zip(RiskRule, times, strict=True)
                if rule in rules[enrolment_id] and since is not None
            ]
            for enrolment_id, *times in cursor.fetchall()
        }


def _parameters(cohort_ids: Collection[UUID], now: datetime) -> dict[str, Any]:
    return {
        "cohorts": [*cohort_ids],
        "active": EnrolmentState.ACTIVE.value,
        "now": now,
        "today": now.date(),
        "week_ago": now - WEEK,
        "unpaid_since": now - PAYMENT_TAKES,
        "streak_days": STREAK_DAYS,
        "without_consent": [*without_consent().values_list("user", flat=True)],
        **_states(),
    }


def _states() -> dict[str, Any]:
    undecided = (SubmissionState.SUBMITTED.value, SubmissionState.IN_REVIEW.value)
    return {
        "undecided": [*undecided],
        "done": HabitEntryState.DONE.value,
        "active_habit": HabitState.ACTIVE.value,
        "past_due": SubscriptionState.PAST_DUE.value,
    }
