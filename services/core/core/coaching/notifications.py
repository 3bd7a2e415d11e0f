"""Kinds of notification about goals, habits and the week."""

from collections.abc import Collection, Mapping

from core.coaching.models import Goal, Habit, WeekSummary
from core.coaching.selectors import with_measures
from core.notifications.models import Channel
from core.notifications.registry import declare

GOAL_NEAR = "coaching.goal_near"
GOAL_DUE = "coaching.goal_due"
HABIT_DUE = "coaching.habit_due"
WEEK = "coaching.week"


def _goals(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    rows = Goal.objects.filter(pk__in=subjects)
    return {str(goal.pk): {"title": goal.title, "date": goal.target_date} for goal in rows}


def _habits(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    habits = with_measures([*Habit.objects.filter(pk__in=subjects)])
    return {
        str(habit.pk): {"title": habit.title, "streak": habit.measures and habit.measures.streak}
        for habit in habits
    }


def _weeks(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    rows = WeekSummary.objects.filter(pk__in=filter(str.isdecimal, subjects))
    return {str(one["id"]): one for one in rows.values()}


declare(GOAL_NEAR, Channel.PUSH, contexts=_goals)
declare(GOAL_DUE, Channel.PUSH, contexts=_goals)
declare(HABIT_DUE, Channel.PUSH, contexts=_habits)
declare(WEEK, Channel.MAIL, in_digest=False, contexts=_weeks)  # its mail goes out on Mondays too
