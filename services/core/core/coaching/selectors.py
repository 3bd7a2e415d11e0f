"""Reads of goals: the caller's own, and those of learners within reach."""

from uuid import UUID

from django.db.models import QuerySet

from core.access.selectors import reach, reaches
from core.coaching.models import Goal
from core.kit.errors import NotFound
from core.users.models import User
from ongoza_contracts.access import Permission


def goals_of(caller: User, user_id: int) -> QuerySet[Goal]:
    """A learner's goals, oldest first. Raises NotFound for a learner out of reach."""
    if not reaches(caller, Permission.LEARNER_READ, user_id):
        raise NotFound
    return Goal.objects.filter(user_id=user_id)


def visible_goal(caller: User, goal_id: UUID) -> Goal:
    """Raises NotFound both for a goal that does not exist and for one out of reach."""
    within = reach(caller, Permission.LEARNER_READ, "user_id")
    goal = Goal.objects.filter(within, pk=goal_id).first()
    if goal is None:
        raise NotFound
    return goal
