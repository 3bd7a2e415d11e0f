"""Kinds of notification about goals."""

from collections.abc import Collection, Mapping

from core.coaching.models import Goal
from core.notifications.models import Channel
from core.notifications.registry import declare

GOAL_NEAR = "coaching.goal_near"
GOAL_DUE = "coaching.goal_due"


def _goals(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    rows = Goal.objects.filter(pk__in=subjects)
    return {str(goal.pk): {"title": goal.title, "date": goal.target_date} for goal in rows}


declare(GOAL_NEAR, Channel.PUSH, contexts=_goals)
declare(GOAL_DUE, Channel.PUSH, contexts=_goals)
