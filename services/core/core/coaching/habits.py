"""Everything that changes habits and their days. A user's are changed under the user's lock."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, time
from typing import Any
from uuid import UUID

from core.coaching import reminders
from core.coaching.days import LATE_DAYS, local_day
from core.coaching.models import Habit, HabitEntry
from core.coaching.selectors import own_habit
from core.kit import clock
from core.kit.errors import Conflict, DomainError, NotFound
from core.kit.etags import IfMatch
from core.kit.limits import lock_parent, require_below_limit
from core.kit.transitions import StateMachine, Transition
from core.kit.versions import get_for_update, get_or_create_for_update
from core.outbox.publish import publish, publish_with_parts
from core.subscriptions.selectors import entitled_limit
from core.users.models import User
from core.users.preferences import preferences_of
from ongoza_contracts.coaching import HabitState
from ongoza_contracts.streaks import DAY
from ongoza_contracts.subscriptions import Feature

MAX_ACTIVE, MAX_PAUSES = 20, 100

HABIT_STATES = StateMachine(
    "habit",
    (
        Transition(HabitState.ACTIVE, "archive", None, HabitState.ARCHIVED),
        Transition(HabitState.ARCHIVED, "reopen", None, HabitState.ACTIVE),
    ),
)
ACTIONS = {HabitState.ARCHIVED: "archive", HabitState.ACTIVE: "reopen"}
"""By the state that a client asks for."""


class TooManyHabits(Conflict):
    """Says how many there may be."""

    code = "too_many_habits"


class TooManyPauses(Conflict):
    code = "too_many_pauses"
    detail = f"The habit has {MAX_PAUSES} pauses."


class HabitArchived(Conflict):
    code = "habit_archived"
    detail = "The habit is archived. Set its state to active first."


class DayOutOfRange(DomainError):
    code = "day_out_of_range"


def set_habit(
    *,
    user: User,
    title: str,
    schedule: str,
    times_a_week: int | None = None,
    weekdays: Sequence[int] = (),
    reminder_at: time | None = None,
) -> Habit:
    """A new, active habit of the user's. Raises TooManyHabits and Busy."""
    with _lock(user):
        _require_room(user)
        preferences = preferences_of(user)
        today = local_day(preferences, clock.now())
        habit = Habit(user=user, title=title, starts_on=today, reminder_at=reminder_at)
        habit.schedule, habit.times_a_week = schedule, times_a_week
        habit.weekdays = [*weekdays]
        reminders.plan(habit, preferences, clock.now())
        publish(habit)
        return own_habit(user, habit.pk)


def update_habit(
    *, user: User, habit_id: UUID, if_match: IfMatch | None = None, **changes: Any
) -> Habit:
    """Change title, schedule, reminder or state of one's own habit; a no-op if nothing changes. A
    new schedule holds for past days too. An archived habit is paused until it is reopened.

    Raises NotFound, PreconditionFailed, TooManyHabits and Busy.
    """
    with _lock(user):
        habit = _habit_for_update(user, habit_id, if_match)
        changed = {name: value for name, value in changes.items() if getattr(habit, name) != value}
        if "state" in changed:
            if changed["state"] == HabitState.ACTIVE:
                _require_room(user)
            HABIT_STATES.move(habit, ACTIONS[HabitState(changed["state"])])
        for name in changed.keys() - {"state"}:
            setattr(habit, name, changed[name])
        if {"state", "reminder_at"} & changed.keys():
            reminders.plan(habit, preferences_of(user), clock.now())
        if "state" in changed:
            with publish_with_parts(habit):
                _pause_while_archived(habit, local_day(preferences_of(user), clock.now()))
        elif changed:
            publish(habit)
        return own_habit(user, habit_id)


def _pause_while_archived(habit: Habit, today: date) -> None:
    """Begin a pause on the day on which the habit was archived, unless one lasts; end it where the
    habit was reopened."""
    lasting = habit.pauses.filter(last_day=None, first_day__lte=today)
    if habit.state == HabitState.ARCHIVED:
        if not lasting:
            habit.pauses.create(first_day=today)
        return
    for pause in lasting:
        if pause.first_day == today:
            pause.delete()
        else:
            pause.last_day = today - DAY
            pause.save()


def log_day(*, user: User, habit_id: UUID, state: str, local_date: date | None = None) -> Habit:
    """Record what became of one's habit on a day, by default today; a no-op for what is recorded
    already. Returns the habit.

    Raises NotFound, HabitArchived, DayOutOfRange and Busy.
    """
    with _lock(user):
        habit = _habit_for_update(user, habit_id)
        if habit.state == HabitState.ARCHIVED:
            raise HabitArchived
        preferences = preferences_of(user)
        today = local_day(preferences, clock.now())
        day = local_date or today
        if not today - LATE_DAYS * DAY <= day <= today:
            raise DayOutOfRange(f"local_date must be within the {LATE_DAYS} days before {today}.")
        new = HabitEntry(user=user, habit=habit, local_date=day, state=state)
        entry = get_or_create_for_update(
            HabitEntry.objects.filter(habit=habit, local_date=day), new
        )
        if entry.version == 0 or entry.state != state:
            entry.state, entry.time_zone = state, preferences.time_zone
            publish(entry)
        return own_habit(user, habit_id)


def pause_habit(
    *,
    user: User,
    habit_id: UUID,
    first_day: date,
    last_day: date | None = None,
    if_match: IfMatch | None = None,
) -> Habit:
    """Nothing is due on these days. A pause without last day lasts until it is ended.

    Raises NotFound, PreconditionFailed, DayOutOfRange, TooManyPauses and Busy.
    """
    with _lock(user):
        habit = _habit_for_update(user, habit_id, if_match)
        earliest = _earliest_day(user)
        if first_day < earliest:
            raise DayOutOfRange(f"first_day must be {earliest} or later.")
        if last_day is not None and last_day < first_day:
            raise DayOutOfRange("last_day must be first_day or later.")
        require_below_limit(habit.pauses.all(), MAX_PAUSES, TooManyPauses)
        with publish_with_parts(habit):
            habit.pauses.create(first_day=first_day, last_day=last_day)
        return own_habit(user, habit_id)


def end_pause(
    *, user: User, habit_id: UUID, pause_id: int, last_day: date, if_match: IfMatch | None = None
) -> Habit:
    """Set the last day of a pause.

    Raises NotFound, PreconditionFailed, DayOutOfRange and Busy.
    """
    with _lock(user):
        habit = _habit_for_update(user, habit_id, if_match)
        pause = habit.pauses.filter(pk=pause_id).first()
        if pause is None:
            raise NotFound
        settled = _earliest_day(user) - DAY
        if pause.last_day is not None and pause.last_day < settled:
            raise DayOutOfRange("The pause is over.")
        if last_day < max(pause.first_day, settled):
            raise DayOutOfRange(f"last_day must be {max(pause.first_day, settled)} or later.")
        if pause.last_day != last_day:
            pause.last_day = last_day
            with publish_with_parts(habit):
                pause.save()
        return own_habit(user, habit_id)


def _lock(user: User) -> AbstractContextManager[User]:
    return lock_parent(User.objects.filter(pk=user.pk))


def _habit_for_update(user: User, habit_id: UUID, if_match: IfMatch | None = None) -> Habit:
    """The caller holds the user's lock. Raises NotFound and PreconditionFailed."""
    if if_match:
        if_match.require(own_habit(user, habit_id))  # whose tag follows from the measures too
    return get_for_update(Habit.objects.filter(user=user, pk=habit_id))


def _require_room(user: User) -> None:
    """An entitlement may raise the limit, and never lowers it. Raises TooManyHabits."""
    limit = max(MAX_ACTIVE, entitled_limit(user.pk, Feature.HABITS))
    if Habit.objects.filter(user=user, state=HabitState.ACTIVE).count() >= limit:
        raise TooManyHabits(f"You have {limit} active habits. Archive one first.")


def _earliest_day(user: User) -> date:
    """The first day that may still change."""
    return local_day(preferences_of(user), clock.now()) - LATE_DAYS * DAY
