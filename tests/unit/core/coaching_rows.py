"""Building blocks of the tests of habits and reflections."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import timezone

from core.coaching.habits import log_day, set_habit
from core.coaching.models import Habit, HabitEntry
from core.users.models import User
from core.users.preferences import record_consent

HABITS, REFLECTIONS = "coaching/habits/", "coaching/reflections/"
MONDAY = date(2026, 6, 1)


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """It is this time in UTC."""
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)


def habit_request(**changes: Any) -> dict[str, Any]:
    return {"title": "Read an advisory", "schedule": "daily", **changes}


def habit_of(user: User, **changes: Any) -> Habit:
    return set_habit(user=user, **habit_request(**changes))


def done_today(user: User, **changes: Any) -> HabitEntry:
    habit = habit_of(user, **changes)
    log_day(user=user, habit_id=habit.pk, state="done")
    return habit.entries.get()


def consent_to_mentor(user: User) -> None:
    record_consent(user=user, kind="mentor_reads_reflections", given=True, version="2026-01")
