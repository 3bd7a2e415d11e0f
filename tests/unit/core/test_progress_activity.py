"""The failures and the active weeks of a record of progress, as they are counted and published."""

from datetime import UTC, datetime

import pytest
from django.db import models

from core.progress.models import Progress
from core.users.models import User
from ongoza_contracts.progress import ACTIVE_WEEKS_MAX, WEEK, week_of
from ongoza_contracts.vocabulary import Role
from tests.unit.core.progress_reports import (
    ago,
    amina,
    attempts_path,
    completed,
    last_fact,
    learner,
    report,
)
from tests.unit.core.world import Caller, person, progress_report, signed_in

__all__ = ["amina", "learner"]
pytestmark = pytest.mark.django_db


def weeks(*weeks_ago: int) -> list[str]:
    this_week = week_of(datetime.now(UTC))
    return [(this_week - WEEK * one).isoformat() for one in sorted(weeks_ago, reverse=True)]


def test_each_week_with_a_change_by_the_learner_is_published_once(
    amina: Caller, learner: User
) -> None:
    for weeks_ago, percentage in ((3, 10), (3, 20), (1, 30), (0, 40)):
        reported_at = ago(weeks=weeks_ago)
        report(amina, completion_percentage=percentage, reported_at=reported_at)
    assert last_fact(learner)["active_weeks"] == weeks(3, 1, 0)
    assert last_fact(learner)["failures"] == 0


def test_a_report_that_changes_nothing_makes_no_week_active(amina: Caller, learner: User) -> None:
    report(amina, completion_percentage=10, reported_at=ago(weeks=2))
    report(amina, completion_percentage=10, reported_at=ago(weeks=1))
    assert last_fact(learner)["active_weeks"] == weeks(2)


def test_a_failure_that_was_overcome_stays_counted(amina: Caller, learner: User) -> None:
    report(amina, "failed", score=20)
    report(amina, "failed", score=25)  # the same failure, corrected
    report(amina, "in_progress")
    report(amina, "failed", score=30)
    completed(amina, score=90)
    assert last_fact(learner)["failures"] == 2


def test_a_new_attempt_is_activity_and_keeps_the_failures(amina: Caller, learner: User) -> None:
    report(amina, "failed", score=20, reported_at=ago(weeks=2))
    record = completed(amina, reported_at=ago(weeks=1))
    amina.post(attempts_path(record), {})
    fact = last_fact(learner)
    assert (fact["failures"], fact["active_weeks"]) == (1, weeks(2, 1, 0))


def test_what_staff_record_is_no_activity_of_the_learner(amina: Caller, learner: User) -> None:
    staff = signed_in(person("dora", Role.ADMIN))
    body = progress_report(status="failed", completion_percentage=None)
    staff.post(f"users/{learner.id}/progress/", body)
    fact = last_fact(learner)
    assert (fact["failures"], fact["active_weeks"]) == (1, [])


def test_only_the_newest_weeks_are_stored(amina: Caller, learner: User) -> None:
    for number in range(ACTIVE_WEEKS_MAX + 4, -1, -1):
        reported_at = ago(weeks=number)
        report(amina, completion_percentage=50 - number, reported_at=reported_at)
    assert last_fact(learner)["active_weeks"] == weeks(*range(ACTIVE_WEEKS_MAX))


def test_of_a_record_from_before_nothing_is_counted(amina: Caller, learner: User) -> None:
    report(amina, completion_percentage=10)
    models.QuerySet(Progress).filter(user=learner).update(failures=None, active_weeks=None)
    record = report(amina, "failed", score=20)
    fact = last_fact(learner)
    assert (fact["failures"], fact["active_weeks"]) == (None, None)
    completed(amina)
    amina.post(attempts_path(record), {})
    assert last_fact(learner)["active_weeks"] is None
