"""The lists of coaching: what adds rows for a user, and the address without a page."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from core.coaching.models import Goal, GoalMilestone, Habit, HabitEntry
from core.coaching.reflections import write_reflection
from core.outbox.publish import publish_with_parts
from core.users.models import User

DAY = date(2026, 1, 1)


def goals(user: User, numbers: range) -> None:
    day = date(2999, 1, 1)
    Goal.objects.bulk_create([Goal(user=user, title=f"{n}", target_date=day) for n in numbers])


def milestones(user: User, numbers: range) -> None:
    """Of the one goal."""
    if not Goal.objects.exists():
        goals(user, range(1))
    goal = Goal.objects.get()
    GoalMilestone.objects.bulk_create([GoalMilestone(goal=goal, title=f"{n}") for n in numbers])


def habits(user: User, numbers: range) -> None:
    """Each with a pause and a day."""
    for number in numbers:
        habit = Habit(user=user, title=f"{number}", schedule="daily", starts_on=DAY)
        habit.save()
        with publish_with_parts(habit):
            habit.pauses.create(first_day=DAY)
        habit.entries.create(user=user, local_date=DAY, state="done")


def entries(user: User, numbers: range) -> None:
    """Of the one habit."""
    if not Habit.objects.exists():
        Habit(user=user, title="Read", schedule="daily", starts_on=DAY).save()
    habit = Habit.objects.get()
    HabitEntry.objects.bulk_create(
        HabitEntry(user=user, habit=habit, local_date=DAY + timedelta(days=n), state="done")
        for n in numbers
    )


def reflections(user: User, numbers: range) -> None:
    for number in numbers:
        write_reflection(user=user, text=f"{number}")


COACHING_LISTS: Mapping[str, tuple[Callable[[User, range], None], str]] = {
    "/coaching/goals/": (goals, "coaching/goals/?"),
    "/coaching/goals/{goal_id}/milestones/": (milestones, "coaching/goals/{goal}/milestones/?"),
    "/coaching/habits/": (habits, "coaching/habits/?"),
    "/coaching/habits/{habit_id}/log/": (entries, "coaching/habits/{habit}/log/?"),
    "/coaching/reflections/": (reflections, "coaching/reflections/?"),
}
