"""Goals move between their states as a table says, and in no other way."""

import itertools

import pytest
from django.core.exceptions import PermissionDenied

from core.coaching import services
from core.coaching.models import Goal
from core.coaching.services import ACTIONS, GOAL_STATES
from core.kit.transitions import IllegalTransition, StateMachine, Transition
from ongoza_contracts.access import Permission
from ongoza_contracts.coaching import GoalState
from tests.unit.core.world import (
    appended,
    forget_appended,
    goal_request,
    person,
    refusal,
    signed_in,
)

ILLEGAL = {(GoalState.ACHIEVED, GoalState.DROPPED)}
GUARDED = StateMachine("plan", (Transition("draft", "open", Permission.LEARNER_READ, "open"),))


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), [*itertools.permutations(GoalState, 2)])
def test_a_goal_moves_as_its_table_says(before: GoalState, after: GoalState) -> None:
    user = person("amina")
    caller = signed_in(user)
    goal = caller.post("coaching/goals/", goal_request())[1]
    if before != GoalState.ACTIVE:
        caller.call("PATCH", f"coaching/goals/{goal['id']}/", {"state": before})
    forget_appended()
    change = {"state": after, "title": "Another"}
    answer = caller.call("PATCH", f"coaching/goals/{goal['id']}/", change)
    row = Goal.objects.get()
    if (before, after) in ILLEGAL:
        assert refusal(answer) == (409, "illegal_transition", [])
        assert "'drop'" in answer[1]["detail"]
        assert "'achieved'" in answer[1]["detail"]
        assert (row.state, row.title, appended()) == (before, goal["title"], [])
    else:
        assert (answer[0], row.state, row.title) == (200, after, "Another")
        assert len(appended()) == 1


@pytest.mark.django_db
def test_the_state_after_an_action_is_the_one_of_the_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    amina = signed_in(person("amina"))
    goal = amina.post("coaching/goals/", goal_request())[1]
    table = (Transition(GoalState.ACTIVE, "achieve", None, GoalState.DROPPED),)
    monkeypatch.setattr(services, "GOAL_STATES", StateMachine("goal", table))
    change = {"state": GoalState.ACHIEVED, "title": "Another"}
    answer = amina.call("PATCH", f"coaching/goals/{goal['id']}/", change)
    assert (answer[1]["state"], answer[1]["title"]) == (GoalState.DROPPED, "Another")


def test_every_action_of_a_table_leads_to_the_state_that_clients_ask_for() -> None:
    assert {(one.action, one.target) for one in GOAL_STATES.transitions} == {
        (action, state) for state, action in ACTIONS.items()
    }


@pytest.mark.parametrize(
    ("state", "action", "expected"),
    [("draft", "close", IllegalTransition), ("open", "open", IllegalTransition)],
)
def test_what_the_table_does_not_name_is_refused(
    state: str, action: str, expected: type[Exception]
) -> None:
    goal = Goal(state=state)
    with pytest.raises(expected):
        GUARDED.move(goal, action, lambda permission: True)
    assert goal.state == state


def test_an_action_with_a_permission_is_refused_to_whoever_lacks_it() -> None:
    goal = Goal(state="draft")
    with pytest.raises(PermissionDenied):
        GUARDED.move(goal, "open", lambda permission: False)
    with pytest.raises(PermissionDenied):
        GUARDED.move(goal, "open")
    assert goal.state == "draft"
    GUARDED.move(goal, "open", lambda permission: permission is Permission.LEARNER_READ)
    assert goal.state == "open"


def test_an_action_leads_from_one_state_to_one_other() -> None:
    twice = (Transition("draft", "open", None, "open"), Transition("draft", "open", None, "x"))
    with pytest.raises(ValueError, match="plan"):
        StateMachine("plan", twice)
