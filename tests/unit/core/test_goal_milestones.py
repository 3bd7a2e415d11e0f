"""Milestones of goals: small steps that are done or not, and stay in core."""

import pytest

from core.coaching.models import GoalMilestone
from core.coaching.services import MAX_MILESTONES
from ongoza_contracts.vocabulary import Role
from tests.unit.core.coaching_rows import consent_to_mentor
from tests.unit.core.world import (
    Caller,
    appended,
    assign,
    forget_appended,
    goal_request,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina() -> Caller:
    return signed_in(person("amina"))


@pytest.fixture
def path(amina: Caller) -> str:
    goal = amina.post("coaching/goals/", goal_request())[1]
    forget_appended()
    return f"coaching/goals/{goal['id']}/milestones/"


def test_a_milestone_is_added_done_undone_and_deleted_without_a_fact(
    amina: Caller, path: str
) -> None:
    status, made = amina.post(path, {"title": "Half of it"})
    assert (status, made["title"], made["done_at"]) == (201, "Half of it", None)
    address = f"{path}{made['id']}/"
    done = amina.call("PATCH", address, {"done": True})[1]
    assert done["done_at"] is not None
    assert amina.call("PATCH", address, {"done": True, "title": "A half"})[1] == {
        **done,
        "title": "A half",
    }
    assert amina.call("PATCH", address, {"done": False})[1]["done_at"] is None
    assert [one["title"] for one in amina.get(path)[1]["results"]] == ["A half"]
    assert [amina.call("DELETE", address)[0] for _ in range(2)] == [204, 404]
    assert (GoalMilestone.objects.count(), appended()) == (0, [])


def test_a_goal_has_so_many_milestones_and_no_more(amina: Caller, path: str) -> None:
    for number in range(MAX_MILESTONES):
        assert amina.post(path, {"title": f"{number}"})[0] == 201
    assert refusal(amina.post(path, {"title": "x"}))[:2] == (409, "too_many_milestones")
    assert GoalMilestone.objects.count() == MAX_MILESTONES


def test_a_mentor_reads_milestones_and_changes_none(amina: Caller, path: str) -> None:
    made = amina.post(path, {"title": "Half of it"})[1]
    learner = GoalMilestone.objects.get().goal.user
    mentor = person("mara", Role.MENTOR)
    reader, stranger = signed_in(mentor), signed_in(person("juma"))
    assign(mentor, learner)
    address = f"{path}{made['id']}/"
    consent_to_mentor(learner)
    assert reader.get(path)[1]["results"] == [made]
    assert stranger.get(path)[0] == 404
    for caller in (reader, stranger):
        assert caller.post(path, {"title": "x"})[0] == 404
        assert caller.call("PATCH", address, {"done": True})[0] == 404
        assert caller.call("DELETE", address)[0] == 404
    assert GoalMilestone.objects.get().done_at is None
