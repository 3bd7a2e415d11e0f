"""Saying of an item "not for me" or "more like this": what is stored, published and refused."""

from typing import Any

import pytest

from core.feedback.models import Feedback
from core.programs.services import retire_content
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import (
    NOBODY,
    Caller,
    Refusal,
    appended,
    forget_appended,
    item,
    person,
    refusal,
    service,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner() -> User:
    return person("amina")


@pytest.fixture
def amina(learner: User) -> Caller:
    item("course-1")
    caller = signed_in(learner)
    forget_appended()
    return caller


def said(content_id: Any = "course-1", verdict: Any = "not_for_me") -> dict[str, Any]:
    return {"content_id": content_id, "verdict": verdict}


@pytest.mark.parametrize("path", ["feedback", "feedback/"])
def test_a_verdict_is_kept_changed_and_published_each_time(
    path: str, amina: Caller, learner: User
) -> None:
    status, body = amina.post(path, said())
    assert (status, body["content_id"], body["verdict"]) == (201, "course-1", "not_for_me")

    status, body = amina.post(path, said(verdict="more_like_this"))

    assert (status, body["verdict"]) == (200, "more_like_this")
    key = f"{learner.id}:course-1"
    assert appended() == [("feedback.given", key, 1), ("feedback.given", key, 2)]


def test_the_same_verdict_again_is_no_change_and_appends_nothing(amina: Caller) -> None:
    amina.post("feedback/", said())
    forget_appended()

    assert amina.post("feedback/", said())[0] == 200

    assert appended() == []
    assert Feedback.objects.get().version == 1


def test_what_is_taken_back_is_published_without_a_verdict_and_can_be_said_again(
    amina: Caller, learner: User
) -> None:
    amina.post("feedback/", said())
    assert amina.call("DELETE", "feedback/course-1/") == (204, None)
    assert amina.get("feedback/")[1]["results"] == []
    assert refusal(amina.call("DELETE", "feedback/course-1/")) == (404, "not_found", [])

    assert amina.post("feedback/", said())[0] == 201

    key = f"{learner.id}:course-1"
    assert appended() == [("feedback.given", key, version) for version in (1, 2, 3)]


@pytest.mark.parametrize("content_id", ["course-99", "1%00", "course-1%00", "../1", "1 OR 1=1"])
def test_what_was_never_said_cannot_be_taken_back(amina: Caller, content_id: str) -> None:
    amina.post("feedback/", said())
    assert refusal(amina.call("DELETE", f"feedback/{content_id}/")) == (404, "not_found", [])
    assert Feedback.objects.get().verdict == "not_for_me"


def test_an_item_retired_since_can_still_be_taken_back(amina: Caller) -> None:
    amina.post("feedback/", said())
    retire_content(content_id="course-1")
    assert amina.call("DELETE", "feedback/course-1/")[0] == 204


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR, Role.ADMIN])
def test_everybody_sees_and_takes_back_their_own_alone(amina: Caller, role: Role) -> None:
    amina.post("feedback/", said())
    other = signed_in(person("baraka", role))
    forget_appended()

    assert other.get("feedback/")[1]["results"] == []
    assert refusal(other.get("feedback/?user=1")) == (400, "bad_parameter", [])
    assert refusal(other.call("DELETE", "feedback/course-1/")) == (404, "not_found", [])

    assert [one["verdict"] for one in amina.get("feedback/")[1]["results"]] == ["not_for_me"]
    assert appended() == []


REFUSED: dict[str, tuple[Any, Refusal]] = {
    "an unknown verdict": (
        said(verdict="meh"),
        (400, "invalid", [("verdict", "unknown_value")]),
    ),
    "no verdict": (
        {"content_id": "course-1"},
        (400, "invalid", [("verdict", "required")]),
    ),
    "an unknown field": (
        {**said(), "user": 8},
        (400, "unknown_field", [("user", "unknown_field")]),
    ),
    "an item nobody knows": (said("course-99"), (400, "unknown_content", [])),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_neither_kept_nor_published(amina: Caller, case: str) -> None:
    body, expected = REFUSED[case]

    assert refusal(amina.post("feedback/", body)) == expected

    assert not Feedback.objects.exists()
    assert appended() == []


def test_a_retired_item_is_not_on_offer_and_nothing_is_said_of_it(amina: Caller) -> None:
    retire_content(content_id="course-1")
    forget_appended()
    assert refusal(amina.post("feedback/", said())) == (400, "unknown_content", [])
    assert appended() == []


def test_only_people_who_are_signed_in_say_anything(amina: Caller) -> None:
    assert NOBODY.post("feedback/", said())[0] == 401
    assert NOBODY.get("feedback/")[0] == 401
    assert service().post("feedback/", said())[0] == 403
    assert not Feedback.objects.exists()
