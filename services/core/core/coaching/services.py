"""Everything that changes goals and their milestones."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from core.coaching.models import Goal, GoalMilestone
from core.kit import clock
from core.kit.errors import Conflict, DomainError, NotFound
from core.kit.etags import IfMatch
from core.kit.limits import lock_parent, require_below_limit
from core.kit.transitions import StateMachine, Transition
from core.kit.versions import get_for_update
from core.outbox.publish import publish
from core.users.models import User
from ongoza_contracts.coaching import GoalState

MAX_MILESTONES = 20

GOAL_STATES = StateMachine(
    "goal",
    (
        Transition(GoalState.ACTIVE, "achieve", None, GoalState.ACHIEVED),
        Transition(GoalState.ACTIVE, "drop", None, GoalState.DROPPED),
        Transition(GoalState.DROPPED, "achieve", None, GoalState.ACHIEVED),
        Transition(GoalState.DROPPED, "reopen", None, GoalState.ACTIVE),
        Transition(GoalState.ACHIEVED, "reopen", None, GoalState.ACTIVE),
    ),
)
ACTIONS = {
    GoalState.ACHIEVED: "achieve",
    GoalState.DROPPED: "drop",
    GoalState.ACTIVE: "reopen",
}
"""By the state that a client asks for."""


class TargetDatePassed(DomainError):
    code = "target_date_passed"
    detail = "target_date must be today or later."


class TooManyMilestones(Conflict):
    code = "too_many_milestones"
    detail = f"The goal has {MAX_MILESTONES} milestones. Delete one first."


@transaction.atomic
def set_goal(*, user: User, title: str, target_date: date) -> Goal:
    """A new, active goal of the user's. Raises TargetDatePassed."""
    require_future(target_date)
    goal = Goal(user=user, title=title, target_date=target_date)
    publish(goal)
    return goal


@transaction.atomic
def update_goal(
    *, user: User, goal_id: UUID, if_match: IfMatch | None = None, **changes: Any
) -> Goal:
    """Change title, target date or state of one's own goal; a no-op if nothing changes.

    Raises NotFound, PreconditionFailed, TargetDatePassed and IllegalTransition.
    """
    goal = get_for_update(Goal.objects.filter(pk=goal_id, user=user), if_match=if_match)
    changed = {name: value for name, value in changes.items() if getattr(goal, name) != value}
    if "target_date" in changed:
        require_future(changed["target_date"])
    if "state" in changed:
        GOAL_STATES.move(goal, ACTIONS[GoalState(changed["state"])])
    for name in changed.keys() - {"state"}:
        setattr(goal, name, changed[name])
    if changed:
        publish(goal)
    return goal


def require_future(target_date: date) -> None:
    if target_date < clock.now().date():
        raise TargetDatePassed


def add_milestone(*, user: User, goal_id: UUID, title: str) -> GoalMilestone:
    """A step on the way to one's own goal. Raises NotFound, TooManyMilestones and Busy."""
    with lock_parent(Goal.objects.filter(pk=goal_id, user=user)) as goal:
        require_below_limit(goal.milestones.all(), MAX_MILESTONES, TooManyMilestones)
        return goal.milestones.create(title=title)


@transaction.atomic
def change_milestone(
    *,
    user: User,
    goal_id: UUID,
    milestone_id: UUID,
    title: str | None = None,
    done: bool | None = None,
) -> GoalMilestone:
    """Change the title, or say that it is done or not. Raises NotFound."""
    rows = GoalMilestone.objects.filter(pk=milestone_id, goal=goal_id, goal__user=user)
    milestone = rows.select_for_update(no_key=True, of=("self",)).first()
    if milestone is None:
        raise NotFound
    if title is not None:
        milestone.title = title
    if done is not None and done != (milestone.done_at is not None):
        milestone.done_at = clock.now() if done else None
    milestone.save()
    return milestone


@transaction.atomic
def delete_milestone(*, user: User, goal_id: UUID, milestone_id: UUID) -> None:
    """Raises NotFound."""
    rows = GoalMilestone.objects.filter(pk=milestone_id, goal=goal_id, goal__user=user)
    if not rows.delete()[0]:
        raise NotFound
