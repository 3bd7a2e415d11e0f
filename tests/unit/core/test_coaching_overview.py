"""The overview that ai reads: numbers without text, and the same as ai's own from the facts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ai.coaching.overview import overview
from core.coaching.habits import log_day, pause_habit, update_habit
from core.coaching.models import Goal, Reflection
from core.coaching.reflections import write_reflection
from core.outbox.models import FactHistory
from core.users.models import User
from ongoza_contracts.coaching import GoalUpdated, HabitEntryUpdated, HabitUpdated
from ongoza_contracts.event import Fact
from ongoza_contracts.http.coaching import CoachingOverview
from tests.unit.core.coaching_lists import habits
from tests.unit.core.coaching_rows import at, habit_of
from tests.unit.core.world import goal_request, person, signed_in

pytestmark = pytest.mark.django_db

F = TypeVar("F", bound=Fact)
OVERVIEW = "student/coaching/overview/"


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> User:
    at(monkeypatch, "2026-06-10T09:00")
    return person("amina")


def newest(fact: type[F], user: User) -> list[F]:
    """The newest facts of the user's entities of a type."""
    rows = FactHistory.objects.filter(type=fact.type, owner_id=user.pk).order_by("id")
    bodies: dict[str, Any] = {row.key: {**row.body, "version": row.version} for row in rows}
    return [fact.model_validate(body) for body in bodies.values()]


def test_it_has_streaks_goals_and_tags_without_text(user: User) -> None:
    daily, weekly = habit_of(user), habit_of(user, schedule="times_a_week", times_a_week=2)
    for day in (7, 8, 9, 10):
        for habit in (daily, weekly):
            log_day(user=user, habit_id=habit.pk, state="done", local_date=date(2026, 6, day))
    update_habit(user=user, habit_id=habit_of(user).pk, state="archived")
    pause_habit(user=user, habit_id=weekly.pk, first_day=date(2026, 6, 12))
    caller = signed_in(user)
    caller.post("coaching/goals/", goal_request())
    for tags in (["time"], ["health", "time"], []):
        write_reflection(user=user, text="Secret", tags=tags)
    old = write_reflection(user=user, text="Old", tags=["career"])
    past = timezone.now() - timedelta(days=31)
    Reflection.objects.filter(pk=old.pk).update(created_at=past)
    status, body = caller.get(OVERVIEW)
    assert status == 200
    shown = [(one["habit_id"], one["streak"], one["best_streak"]) for one in body["habits"]]
    assert shown == [(str(daily.pk), 4, 4), (str(weekly.pk), 1, 1)]
    assert body["goals"] == {"active": 1, "achieved": 0, "dropped": 0}
    assert body["tags"] == ["time", "health"]
    assert "ecret" not in str(body)
    assert "advisory" not in str(body)
    # ai comes to the same from the facts, but for the tags, which are not published.
    found = overview(
        user.pk,
        newest(GoalUpdated, user),
        newest(HabitUpdated, user),
        newest(HabitEntryUpdated, user),
        datetime(2026, 6, 10, 9, tzinfo=UTC),
    )
    assert found == CoachingOverview.model_validate(body).model_copy(update={"tags": None})


def test_it_costs_no_more_queries_for_many_habits_than_for_few(user: User) -> None:
    caller, costs = signed_in(user), []
    for numbers in (range(2), range(2, 10)):
        habits(user, numbers)
        with CaptureQueriesContext(connection) as queries:
            body = caller.get(OVERVIEW)[1]
        costs.append((len(body["habits"]), len(queries)))
    assert [count for count, _ in costs] == [2, 10]
    assert costs[0][1] == costs[1][1]
    assert not Goal.objects.exists()
