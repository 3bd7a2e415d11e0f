"""Calls of the services that write habits and their days."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from core.coaching.habits import pause_habit
from core.users.models import User
from tests.unit.core.coaching_rows import habit_of, habit_request
from tests.unit.core.school import World


def own(user: User, **arguments: Any) -> dict[str, Any]:
    """Arguments about a habit of the user's."""
    return {"user": user, "habit_id": habit_of(user).pk, **arguments}


def paused(user: User) -> dict[str, Any]:
    named, today = own(user), date.today()  # noqa: DTZ011  (any day near is as good)
    habit = pause_habit(**named, first_day=today)
    last_day = today + timedelta(days=2)
    return {**named, "pause_id": habit.pauses.get().pk, "last_day": last_day}


OF_COACHING: Mapping[str, tuple[str, Callable[[World], dict[str, Any]]]] = {
    "coaching.habits.set_habit": ("habits", lambda w: {"user": w.learner, **habit_request()}),
    "coaching.habits.update_habit": ("habits", lambda w: own(w.learner, state="archived")),
    "coaching.habits.log_day": ("habit-entries", lambda w: own(w.learner, state="done")),
    "coaching.habits.pause_habit": ("habits", lambda w: own(w.learner, first_day=date.max)),
    "coaching.habits.end_pause": ("habits", lambda w: paused(w.learner)),
}
