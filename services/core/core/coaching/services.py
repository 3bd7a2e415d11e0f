"""Everything that changes goals."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from core.coaching.models import Goal
from core.kit import clock
from core.kit.errors import DomainError
from core.kit.etags import IfMatch
from core.kit.transitions import StateMachine, Transition
from core.kit.versions import get_for_update
from core.outbox.publish import publish
from core.users.models import User
from ongoza_contracts.coaching import GoalState

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
