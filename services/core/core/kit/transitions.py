"""State machines as tables: which action moves an entity from which state to which, and who may.

with the row locked by `get_for_update`: GOAL_STATES.move(goal, "achieve", may); publish(goal)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from django.core.exceptions import PermissionDenied

from core.kit.errors import Conflict
from ongoza_contracts.access import Permission


class IllegalTransition(Conflict):
    code = "illegal_transition"
    detail = "The action is not possible in the present state."


class HasState(Protocol):
    state: str


@dataclass(frozen=True)
class Transition:
    """One row of a table."""

    origin: str
    action: str
    permission: Permission | None
    """None for an action of everybody whom the service lets reach the entity."""
    target: str


def _nobody(_: Permission) -> bool:
    return False


@dataclass(frozen=True)
class StateMachine:
    """The whole life of one kind of entity. Every move that the table does not name is illegal."""

    entity: str
    transitions: tuple[Transition, ...]

    def __post_init__(self) -> None:
        moves = [(one.origin, one.action) for one in self.transitions]
        if len(moves) != len({*moves}):
            raise ValueError(f"{self.entity}: an action leads from one state to two")

    def move(self, row: HasState, action: str, may: Callable[[Permission], bool] = _nobody) -> None:
        """Set the state that the action leads to.

        The caller holds the row's lock, and publishes the row. Raises IllegalTransition, and
        PermissionDenied where `may` refuses the action's permission.
        """
        found = self._find(row.state, action)
        if found.permission is not None and not may(found.permission):
            raise PermissionDenied
        row.state = found.target

    def _find(self, state: str, action: str) -> Transition:
        """Raises IllegalTransition."""
        possible = {one.action: one for one in self.transitions if one.origin == state}
        if action not in possible:
            actions = ", ".join(possible) or "nothing"
            raise IllegalTransition(
                f"'{action}' is not possible while the {self.entity} is '{state}', only: {actions}."
            )
        return possible[action]
