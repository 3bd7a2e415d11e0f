"""The rules by which a learner is at risk, each as a filter over active enrolments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, DateTimeField, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Greatest

from core.coaching.models import HabitEntry
from core.progress.models import Progress
from core.quizzes.models import QuizAttempt
from core.reviews.models import QueueEntry
from core.reviews.selectors import WAITS
from core.submissions.models import Submission
from ongoza_contracts.coaching import HabitEntryState

DAY = timedelta(days=1)
INACTIVE_FOR = timedelta(days=7)
STREAK_DAYS = 3
"""So many days of habits done within a week are a streak that can be lost."""


class RiskRule(StrEnum):
    INACTIVE = "inactive"
    REVIEW_OVERDUE = "review_overdue"
    STREAK_LOST = "streak_lost"


@dataclass(frozen=True)
class Risk:
    definition: str
    holds: Callable[[datetime], Q]
    """The enrolments, of a learner each, for which it holds at the time."""
    since: Callable[[datetime], Any]
    """An expression over those enrolments."""


ACTIVITY: tuple[tuple[QuerySet[Any], str], ...] = (
    (Progress.objects.all(), "updated_at"),
    (Submission.objects.all(), "created_at"),
    (Submission.objects.all(), "submitted_at"),
    (QuizAttempt.objects.all(), "started_at"),
    (HabitEntry.objects.all(), "created_at"),
)
"""What shows that a learner is there, and when."""


def was_active(since: datetime) -> Q:
    """The enrolments of learners who did something since then."""
    found = Q()
    for rows, column in ACTIVITY:
        found |= Q(user__in=rows.filter(**{f"{column}__gt": since}).order_by().values("user"))
    return found


def _last_activity(now: datetime) -> Any:
    latest = [
        _of_learner(rows, Max(column)) for rows, column in ACTIVITY
    ]  # GREATEST leaves out those that are null
    return Greatest(F("activated_at"), *latest)


def _of_learner(rows: QuerySet[Any], aggregate: Any) -> Subquery:
    """An aggregate over the rows of the enrolment's learner."""
    found = rows.filter(user=OuterRef("user")).order_by().values("user").annotate(value=aggregate)
    return Subquery(found.values("value"))


def _inactive(now: datetime) -> Q:
    return Q(activated_at__lte=now - INACTIVE_FOR) & ~was_active(now - INACTIVE_FOR)


def _overdue_entries(now: datetime) -> QuerySet[QueueEntry]:
    return QueueEntry.objects.filter(WAITS, promised_by__lt=now)


def _review_overdue(now: datetime) -> Q:
    return Q(user__in=_overdue_entries(now).order_by().values("submission__user"))


def _promised_since(now: datetime) -> Subquery:
    rows = _overdue_entries(now).filter(submission__user=OuterRef("user")).order_by()
    found = rows.values("submission__user").annotate(value=Min("promised_by"))
    return Subquery(found.values("value"))


def _done_days() -> QuerySet[HabitEntry]:
    return HabitEntry.objects.filter(state=HabitEntryState.DONE).order_by()


def _streak_lost(now: datetime) -> Q:
    today = now.date()
    week_ago, before = today - 7 * DAY, today - 14 * DAY
    days = _done_days().filter(local_date__gte=before, local_date__lt=week_ago).values("user")
    kept = days.annotate(days=Count("local_date", distinct=True)).filter(days__gte=STREAK_DAYS)
    since = _done_days().filter(local_date__gte=week_ago).values("user")
    return Q(user__in=kept.values("user")) & ~Q(user__in=since)


def _last_done_day(now: datetime) -> Any:
    return Cast(_of_learner(_done_days(), Max("local_date")), DateTimeField())


RISKS: Mapping[RiskRule, Risk] = {
    RiskRule.INACTIVE: Risk(
        "the enrolment has been active for 7 days, and the learner is not in `active_7_days`; "
        "since the last activity, or since the enrolment became active.",
        _inactive,
        _last_activity,
    ),
    RiskRule.REVIEW_OVERDUE: Risk(
        "a submission waits for a review whose promised time has passed; since that time.",
        _review_overdue,
        _promised_since,
    ),
    RiskRule.STREAK_LOST: Risk(
        "the learner did habits on 3 days or more of the week before the last 7 days, and on no "
        "day since; since the last day done.",
        _streak_lost,
        _last_done_day,
    ),
}
