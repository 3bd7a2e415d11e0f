"""Reminders of habits, for learners who ask for them: when something is due and not recorded."""

from datetime import date, datetime

from django.db import connection, transaction

from core.coaching.days import local_day, next_time
from core.coaching.models import Habit
from core.coaching.notifications import HABIT_DUE
from core.coaching.publications import habit_fact
from core.coaching.selectors import days_of, preferences_by_user
from core.notifications.services import notify
from core.users.models import Preferences
from ongoza_contracts.coaching import HabitState
from ongoza_contracts.streaks import Days, is_left_to_do

# An erasure that holds a user also wants the user's habits: users are locked first.
LOCK_USERS = "SELECT id FROM users_user WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE SKIP LOCKED"


@transaction.atomic
def send_due(now: datetime, limit: int) -> int:
    """Remind of the habits whose time has come; how many times had come."""
    due = Habit.objects.filter(state=HabitState.ACTIVE, reminder_due_at__lte=now)
    found = dict(due.order_by("reminder_due_at").values_list("pk", "user_id")[:limit])
    with connection.cursor() as cursor:
        cursor.execute(LOCK_USERS, [[*{*found.values()}]])
        present = [user_id for (user_id,) in cursor.fetchall()]
    rows = due.filter(pk__in=found, user__in=present).order_by("pk")
    rows = rows.prefetch_related("pauses")
    habits = [*rows.select_for_update(no_key=True, of=("self",), skip_locked=True)]
    days, preferences = days_of(habits), preferences_by_user({*present})
    for habit in habits:
        own = preferences[habit.user_id]
        _remind(habit, days[habit.pk], local_day(own, now))
        plan(habit, own, now)
    Habit.objects.bulk_update(habits, ["reminder_due_at"])
    return len(found)


def plan_again(preferences: Preferences, now: datetime) -> None:
    """Plan the reminders of a user whose time zone changed. The caller holds the user's lock."""
    asked = Habit.objects.filter(user=preferences.user_id).exclude(reminder_due_at=None)
    habits = [*asked.order_by("pk").select_for_update(no_key=True)]
    for habit in habits:
        plan(habit, preferences, now)
    Habit.objects.bulk_update(habits, ["reminder_due_at"])


def plan(habit: Habit, preferences: Preferences, now: datetime) -> None:
    """Set when the next reminder is due: none of an archived habit, or if none is asked for."""
    habit.reminder_due_at = None
    if habit.reminder_at is not None and habit.state == HabitState.ACTIVE:
        habit.reminder_due_at = next_time(preferences, habit.reminder_at, now)


def _remind(habit: Habit, days: Days, today: date) -> None:
    """No-op if nothing is left to do today."""
    if is_left_to_do(habit_fact(habit), days, today):
        notify(
            user_id=habit.user_id,
            kind=HABIT_DUE,
            subject=str(habit.pk),
            version=today.toordinal(),
        )
