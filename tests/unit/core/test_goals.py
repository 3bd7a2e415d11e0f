"""Goals of learners: what is stored, published and refused."""

from typing import Any

import pytest

from core.coaching.models import Goal
from ongoza_contracts.coaching import GoalUpdated
from tests.unit.core.coaching_rows import consent_to_mentor
from tests.unit.core.mentor_rows import match_of
from tests.unit.core.school import World
from tests.unit.core.world import (
    Caller,
    appended,
    forget_appended,
    goal_request,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina() -> Caller:
    caller = signed_in(person("amina"))
    forget_appended()
    return caller


def test_a_goal_is_set_changed_and_published_each_time_without_its_title(amina: Caller) -> None:
    status, goal = amina.post("coaching/goals/", goal_request())
    assert (status, goal["state"], goal["target_date"]) == (201, "active", "2999-12-31")
    other = amina.post("coaching/goals/", goal_request())[1]
    status, goal = amina.call("PATCH", f"coaching/goals/{goal['id']}/", {"state": "achieved"})
    assert (status, goal["state"]) == (200, "achieved")
    assert amina.get("coaching/goals/")[1]["results"] == [goal, other]
    assert amina.get("coaching/goals/?state=achieved")[1]["results"] == [goal]
    published = [(goal["id"], 1), (other["id"], 1), (goal["id"], 2)]
    assert appended() == [("goal.updated", *entity) for entity in published]
    assert "title" not in GoalUpdated.model_fields


def test_a_change_that_changes_nothing_publishes_nothing(amina: Caller) -> None:
    goal = amina.post("coaching/goals/", goal_request())[1]
    forget_appended()
    again = {**goal_request(), "state": "active"}
    assert amina.call("PATCH", f"coaching/goals/{goal['id']}/", again) == (200, goal)
    assert appended() == []


@pytest.mark.parametrize(
    ("changes", "code", "fields"),
    [
        ({"title": ""}, "invalid", [("title", "too_short")]),
        ({"target_date": "2026-02-30"}, "invalid", [("target_date", "invalid")]),
        ({"target_date": "2020-01-01"}, "target_date_passed", []),
        ({"state": "achieved"}, "unknown_field", [("state", "unknown_field")]),
    ],
)
def test_a_malformed_goal_is_refused(
    changes: dict[str, Any], code: str, fields: list[tuple[str, str]], amina: Caller
) -> None:
    assert refusal(amina.post("coaching/goals/", goal_request(**changes))) == (400, code, fields)
    assert (Goal.objects.count(), appended()) == (0, [])


def test_a_target_date_is_not_moved_into_the_past(amina: Caller) -> None:
    goal = amina.post("coaching/goals/", goal_request())[1]
    moved = amina.call("PATCH", f"coaching/goals/{goal['id']}/", {"target_date": "2020-01-01"})
    assert refusal(moved) == (400, "target_date_passed", [])
    assert appended() == [("goal.updated", goal["id"], 1)]


def test_a_goal_of_somebody_else_does_not_exist(amina: Caller) -> None:
    goal = amina.post("coaching/goals/", goal_request())[1]
    juma = signed_in(person("juma"))
    assert juma.call("PATCH", f"coaching/goals/{goal['id']}/", {"state": "dropped"})[0] == 404
    assert juma.get(f"coaching/goals/?user={goal['user']}")[0] == 404


def test_a_mentor_reads_titles_by_consent_alone(world: World) -> None:
    lena, mara = signed_in(world.learner), signed_in(world.mentor)
    match_of(world.learner, world.mentor)
    goal = lena.post("coaching/goals/", goal_request())[1]
    one, milestones = f"coaching/goals/{goal['id']}/", f"coaching/goals/{goal['id']}/milestones/"
    milestone = lena.post(milestones, {"title": "Book the exam"})[1]
    goals = f"coaching/goals/?user={world.learner.pk}"

    def read(caller: Caller) -> list[Any]:
        lists = [caller.get(path)[1]["results"] for path in (goals, milestones)]
        return [*lists, caller.get(one)[1]]

    everything = [[goal], [milestone], goal]
    for caller in (lena, signed_in(world.director), signed_in(world.admin)):
        assert read(caller) == everything
    without = {**goal, "title": None}
    assert read(mara) == [[without], [{**milestone, "title": None}], without]
    consent_to_mentor(world.learner)
    assert read(mara) == everything
    assert (
        mara.get(f"mentorship/mentees/{world.learner.pk}/")[1]["goals"][0]["title"] == goal["title"]
    )
