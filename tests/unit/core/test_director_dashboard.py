"""Directors' numbers: of the cohorts that they manage, and of no others."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.coaching.models import HabitEntry
from core.cohorts.models import Cohort, Enrolment
from core.director_dashboard.risks import RiskRule
from core.mentorship.messages import Content, send_message
from core.outbox.models import FactHistory
from core.progress.models import Progress
from core.reviews.models import QueueEntry
from core.users.models import Minor
from ongoza_contracts.cohorts import EnrolmentState
from ongoza_contracts.vocabulary import Role
from tests.unit.core.coaching_rows import done_today
from tests.unit.core.cohort_rows import apply, enrolment_in, open_cohort
from tests.unit.core.mentor_rows import match_of, session_in
from tests.unit.core.program_rows import complete
from tests.unit.core.review_rows import waiting
from tests.unit.core.school import World
from tests.unit.core.subscription_rows import after_end_of, paid_subscription
from tests.unit.core.world import Caller, person, refusal, signed_in

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)


def set_columns(row: Model, **columns: Any) -> None:
    """Without publishing it."""
    QuerySet(type(row)).filter(pk=row.pk).update(**columns)


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def cohort(world: World) -> Cohort:
    return open_cohort(world.school, scholarship=10, paid=5)


@pytest.fixture
def director(world: World) -> Caller:
    return signed_in(world.director)


def enrolled(world: World, cohort: Cohort, name: str = "", days: float = 30) -> Enrolment:
    """An enrolment that has been active for so many days."""
    learner = person(name, Role.LEARNER, world.school) if name else world.learner
    row = enrolment_in(EnrolmentState.ACTIVE, cohort, learner)
    set_columns(row, activated_at=days_ago(days))
    return row


def get(caller: Caller, path: str) -> dict[str, Any]:
    status, found = caller.get(f"director/{path}")
    assert status == 200, found
    return dict(found)


# --- overview ------------------------------------------------------------------------------------
def test_without_cohorts_every_number_is_zero(director: Caller) -> None:
    found = get(director, "overview/")
    assert (found["learners"], found["active_7_days"], found["at_risk"]) == (0, 0, 0)
    assert set(found["enrolments"].values()) | set(found["cohorts"].values()) == {0}
    assert found["review_queue"] == {
        "reviews_waiting": 0,
        "reviews_overdue": 0,
        "oldest_since": None,
    }
    assert found["sessions"] == {"unrecorded_sessions": 0, "unrecorded_hours": 0}


def test_enrolments_are_counted_by_state_and_people_once(
    world: World, cohort: Cohort, director: Caller
) -> None:
    enrolled(world, cohort)
    enrolment_in(EnrolmentState.ACTIVE, open_cohort(world.school, scholarship=1), world.learner)
    apply(person("moses", Role.LEARNER, world.school), cohort)
    foreign = open_cohort(world.other, scholarship=1)
    enrolment_in(EnrolmentState.ACTIVE, foreign, world.foreign)

    found = get(director, "overview/")

    assert found["enrolments"]["active"] == 2
    assert found["enrolments"]["offered"] == 1
    assert found["learners"] == 1
    assert found["cohorts"] == {"draft": 0, "open": 2, "running": 0, "closed": 0}


def test_a_learner_is_active_by_what_they_did_within_seven_days(
    world: World, cohort: Cohort, director: Caller
) -> None:
    enrolled(world, cohort)
    assert get(director, "overview/")["active_7_days"] == 0

    complete(world.learner, "course-1")
    assert get(director, "overview/")["active_7_days"] == 1

    set_columns(Progress.objects.get(), updated_at=days_ago(8))
    assert get(director, "overview/")["active_7_days"] == 0

    done_today(world.learner)
    assert get(director, "overview/")["active_7_days"] == 1


def test_the_queue_names_what_waits_and_what_is_overdue(
    world: World, cohort: Cohort, director: Caller
) -> None:
    enrolled(world, cohort)
    waiting(world.learner)
    waiting(world.foreign)
    entry = QueueEntry.objects.get(submission__user=world.learner)
    set_columns(entry, promised_by=days_ago(1), entered_at=days_ago(4))

    found = get(director, "overview/")["review_queue"]

    assert (found["reviews_waiting"], found["reviews_overdue"]) == (1, 1)
    assert datetime.fromisoformat(found["oldest_since"]) < days_ago(3)


def test_work_that_nobody_may_review_is_not_overdue(
    world: World, cohort: Cohort, director: Caller
) -> None:
    enrolled(world, cohort)
    waiting(world.learner)
    set_columns(QueueEntry.objects.get(), promised_by=days_ago(1))
    Minor.objects.create(user=world.learner, adult_from=date(2999, 1, 1))

    found = get(director, "overview/")

    queue = found["review_queue"]
    assert (queue["reviews_waiting"], queue["reviews_overdue"]) == (0, 0)
    assert found["risks"]["review_overdue"] == 0


def test_ended_sessions_that_nobody_recorded_are_counted_with_their_hours(
    world: World, cohort: Cohort, director: Caller
) -> None:
    enrolled(world, cohort)
    match = match_of(world.learner, world.mentor)
    session = session_in("confirmed", match)
    assert get(director, "overview/")["sessions"]["unrecorded_sessions"] == 0

    set_columns(session, starts_at=days_ago(1), ends_at=days_ago(1) + timedelta(minutes=90))
    assert get(director, "overview/")["sessions"] == {
        "unrecorded_sessions": 1,
        "unrecorded_hours": 1.5,
    }


def test_one_cohort_is_looked_into_and_a_foreign_one_is_not_found(
    world: World, cohort: Cohort, director: Caller
) -> None:
    enrolled(world, cohort)
    enrolled(world, open_cohort(world.school, scholarship=1), "moses")
    foreign = open_cohort(world.other, scholarship=1)

    assert get(director, "overview/")["learners"] == 2
    assert get(director, f"overview/?cohort={cohort.pk}")["learners"] == 1
    for route in (
        "overview/?",
        "at-risk/?",
        "compare/?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&",
    ):
        assert director.get(f"director/{route}cohort={foreign.pk}")[0] == 404
        assert refusal(director.get(f"director/{route}cohort=x"))[:2] == (400, "bad_parameter")


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR, Role.SPONSOR])
def test_others_than_directors_and_admins_are_refused(world: World, role: Role) -> None:
    caller = signed_in(person("somebody", role, world.school))
    for route in ("overview/", "cohorts/", "at-risk/"):
        assert caller.get(f"director/{route}")[0] == 403


# --- cohorts -------------------------------------------------------------------------------------
def test_each_cohort_has_its_own_numbers(world: World, cohort: Cohort, director: Caller) -> None:
    enrolled(world, cohort)
    enrolled(world, cohort, "moses", days=2)
    open_cohort(world.other)

    (found,) = get(director, "cohorts/")["results"]

    assert (found["id"], found["seats"]) == (str(cohort.pk), 15)
    assert found["enrolments"]["active"] == found["learners"] == 2
    assert (found["active_7_days"], found["at_risk"]) == (0, 1)


# --- at risk -------------------------------------------------------------------------------------
def make_inactive(world: World, row: Enrolment) -> datetime:
    complete(world.learner, "course-1")
    since = days_ago(9)
    set_columns(Progress.objects.get(), updated_at=since)
    return since


def make_review_overdue(world: World, row: Enrolment) -> datetime:
    waiting(world.learner)
    since = days_ago(2)
    set_columns(QueueEntry.objects.get(), promised_by=since)
    return since


def make_streak_lost(world: World, row: Enrolment) -> datetime:
    entry = done_today(world.learner)
    today = timezone.now().date()
    for days in (12, 11, 10):
        copy = HabitEntry.objects.get(pk=entry.pk)
        copy.pk, copy.local_date = None, today - timedelta(days=days)
        copy._state.adding, copy.version = True, 0
        copy.save()
    last = today - timedelta(days=10)
    set_columns(entry, state="skipped")
    return datetime(last.year, last.month, last.day, tzinfo=UTC)


def make_payment_missing(world: World, row: Enrolment) -> datetime:
    late = after_end_of("period_ends_at", paid_subscription(world.learner))
    since = days_ago(4)
    set_columns(late, period_ends_at=since)
    return since


MAKERS: dict[RiskRule, Callable[[World, Enrolment], datetime]] = {
    RiskRule.INACTIVE: make_inactive,
    RiskRule.REVIEW_OVERDUE: make_review_overdue,
    RiskRule.STREAK_LOST: make_streak_lost,
    RiskRule.PAYMENT_MISSING: make_payment_missing,
}


@pytest.mark.parametrize("rule", RiskRule)
def test_a_rule_says_since_when_it_holds(
    world: World, cohort: Cohort, director: Caller, rule: RiskRule
) -> None:
    row = enrolled(world, cohort)
    enrolled(world, cohort, "newcomer", days=1)
    since = MAKERS[rule](world, row)

    (found,) = get(director, f"at-risk/?rule={rule}")["results"]

    assert found["user"] == world.learner.pk
    fired = {one["rule"]: datetime.fromisoformat(one["since"]) for one in found["rules"]}
    assert abs(fired[rule] - since) < timedelta(minutes=1)
    assert get(director, "overview/")["risks"][rule] == 1


def test_a_learner_for_whom_nothing_holds_is_not_at_risk(
    world: World, cohort: Cohort, director: Caller
) -> None:
    enrolled(world, cohort)
    done_today(world.learner)
    assert get(director, "at-risk/")["results"] == []


def test_what_mentors_did_since_is_named_and_what_they_did_before_is_not(
    world: World, cohort: Cohort, director: Caller
) -> None:
    enrolled(world, cohort, days=9)
    match = match_of(world.learner, world.mentor)
    before = session_in("held", match)
    set_columns(before, starts_at=days_ago(20), ends_at=days_ago(19.9))
    send_message(author=world.mentor, match_id=match.pk, content=Content("How are you?"))

    (found,) = get(director, "at-risk/")["results"]

    assert [one["kind"] for one in found["responses"]] == ["mentor_message"]


def test_the_number_of_queries_does_not_grow_with_learners_and_cohorts(
    world: World, cohort: Cohort, director: Caller
) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as found:
            get(director, path)
        return len(found)

    times = "from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z"
    paths = ("overview/", "cohorts/", "at-risk/", f"compare/?{times}")
    enrolled(world, cohort)
    before = {path: queries(path) for path in paths}
    for number in range(4):
        enrolled(world, open_cohort(world.school, scholarship=1), f"learner-{number}")
    assert {path: queries(path) for path in paths} == before


# --- two times -----------------------------------------------------------------------------------
def test_two_times_are_compared_by_the_history_of_facts(
    world: World, cohort: Cohort, director: Caller
) -> None:
    row = enrolled(world, cohort)
    facts = FactHistory.objects.filter(topic="ongoza.enrolments", key=str(row.pk))
    assert [*facts.order_by("version").values_list("body__state", flat=True)] == [
        "applied",
        "offered",
        "active",
    ]
    facts.exclude(version=3).update(time=days_ago(20))
    facts.filter(version=3).update(time=days_ago(10))

    earlier, later = (days_ago(days).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (15, 5))
    found = get(director, f"compare/?from={earlier}&to={later}")

    assert found["earlier"]["enrolments"]["offered"] == 1
    assert found["earlier"]["enrolments"]["active"] == 0
    assert found["later"]["enrolments"]["active"] == 1


def test_what_an_applicant_did_elsewhere_is_not_shown(
    world: World, cohort: Cohort, director: Caller
) -> None:
    enrolled(world, cohort)
    complete(world.learner, "course-1")
    apply(world.foreign, cohort)
    complete(world.foreign, "course-1")

    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    found = get(director, f"compare/?from=2026-01-01T00:00:00Z&to={now}")

    assert found["later"]["enrolments"]["offered"] == 1
    assert (found["earlier"]["completions"], found["later"]["completions"]) == (0, 1)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "from=2026-01-01T00:00:00Z",
        "from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        "from=2026-01-01T00:00:00Z&to=2999-01-01T00:00:00Z",
        "from=2026-01-01&to=2026-02-01",
    ],
)
def test_times_that_cannot_be_compared_are_refused(director: Caller, query: str) -> None:
    assert refusal(director.get(f"director/compare/?{query}"))[:2] == (400, "bad_parameter")
