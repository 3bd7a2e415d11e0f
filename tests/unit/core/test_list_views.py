"""Lists that learners were shown, and what they dismissed: stored, published and refused."""

from typing import Any
from uuid import UUID

import pytest

from core.list_views import services
from core.list_views.models import Dismissal, ListView
from core.programs.services import retire_content
from core.users.models import User
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

VIEWS, DISMISSALS = "student/list-views/", "student/dismissals/"
FIRST = str(UUID(int=1))
ADVICE = "goal_due-3f0a91c2b7d4"


@pytest.fixture
def learner() -> User:
    return person("amina")


@pytest.fixture
def amina(learner: User) -> Caller:
    for name in ("course-1", "course-2"):
        item(name)
    caller = signed_in(learner)
    forget_appended()
    return caller


def shown(content_id: str, place: int, **more: Any) -> dict[str, Any]:
    return {"content_id": content_id, "place": place, **more}


def view(view_id: str = FIRST, *items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    rows = [*items] or [shown("course-2", 2), shown("course-1", 1)]
    return {"view_id": view_id, "surface": "home", "items": rows, **changes}


def batch(*views: dict[str, Any]) -> dict[str, Any]:
    return {"views": [*views] or [view()]}


def test_lists_are_stored_in_their_order_and_published(amina: Caller, learner: User) -> None:
    retire_content(content_id="course-2")  # after it was shown
    forget_appended()
    second = str(UUID(int=2))
    assert amina.post(VIEWS, batch(view(), view(second, surface="search"))) == (200, {"stored": 2})
    rows = ListView.objects.all()
    assert [(row.user_id, row.surface, len(row.items)) for row in rows] == [
        (learner.id, "home", 2),
        (learner.id, "search", 2),
    ]
    assert [one["place"] for one in rows[0].items] == [1, 2]
    assert appended() == [
        ("list-view.updated", f"{learner.id}:{view_id}", 1) for view_id in (FIRST, second)
    ]


def test_what_was_opened_is_added_in_any_order_and_the_same_report_changes_nothing(
    amina: Caller, learner: User
) -> None:
    both = [view(FIRST, shown("course-1", 1, opened=True), shown("course-2", 2)), view()]
    for report in (both[1], both[0], both[1], both[0]):
        assert amina.post(VIEWS, batch(report)) == (200, {"stored": 1})
    row = ListView.objects.get()
    assert [one["opened"] for one in row.items] == [True, False]
    assert appended() == [("list-view.updated", f"{learner.id}:{FIRST}", n) for n in (1, 2)]


def test_a_view_id_is_of_one_learner_alone(amina: Caller) -> None:
    other = signed_in(person("baraka"))
    for caller in (amina, other):
        assert caller.post(VIEWS, batch()) == (200, {"stored": 1})
    assert ListView.objects.count() == 2


def test_beyond_the_limit_lists_are_left_out_and_known_ones_still_change(
    amina: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "VIEWS_MAX", 1)
    amina.post(VIEWS, batch())
    opened = view(FIRST, shown("course-1", 1, opened=True))
    assert amina.post(VIEWS, batch(view(str(UUID(int=2))), opened)) == (200, {"stored": 1})
    assert ListView.objects.get().items[0]["opened"]


REFUSED: dict[str, tuple[Any, Refusal]] = {
    "no list": ({"views": []}, (400, "invalid", [("views", "too_short")])),
    "no item": (
        {"views": [{"view_id": FIRST, "surface": "home", "items": []}]},
        (400, "invalid", [("views.0.items", "too_short")]),
    ),
    "an unknown surface": (
        batch(view(surface="attic")),
        (400, "invalid", [("views.0.surface", "unknown_value")]),
    ),
    "an unknown item": (
        batch(view(FIRST, shown("course-99", 1))),
        (400, "unknown_content", []),
    ),
    "a place twice": (
        batch(view(FIRST, shown("course-1", 1), shown("course-2", 1))),
        (400, "invalid", [("views.0.items", "invalid")]),
    ),
    "a place out of range": (
        batch(view(FIRST, shown("course-1", 51))),
        (400, "invalid", [("views.0.items.0.place", "out_of_range")]),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_report_that_is_refused_stores_and_publishes_nothing(amina: Caller, case: str) -> None:
    body, expected = REFUSED[case]
    assert refusal(amina.post(VIEWS, body)) == expected
    assert (ListView.objects.count(), appended()) == (0, [])


def dismissed(kind: str = "advice", target: str = ADVICE) -> dict[str, str]:
    return {"kind": kind, "target": target}


def test_what_is_dismissed_is_listed_published_and_can_be_taken_back(
    amina: Caller, learner: User
) -> None:
    status, body = amina.post(DISMISSALS, dismissed())
    assert (status, body["kind"], body["target"]) == (201, "advice", ADVICE)
    assert amina.post(DISMISSALS, dismissed())[0] == 200
    amina.post(DISMISSALS, dismissed("recommendation", "course-1"))
    assert len(amina.get(DISMISSALS)[1]["results"]) == 2
    assert amina.get(f"{DISMISSALS}?kind=advice")[1]["results"] == [body]

    address = f"{DISMISSALS}advice/{ADVICE}/"
    assert amina.call("DELETE", address) == (204, None)
    assert refusal(amina.call("DELETE", address)) == (404, "not_found", [])
    assert amina.get(f"{DISMISSALS}?kind=advice")[1]["results"] == []
    assert amina.post(DISMISSALS, dismissed())[0] == 201

    advice, course = f"{learner.id}:advice:{ADVICE}", f"{learner.id}:recommendation:course-1"
    assert appended() == [
        ("dismissal.updated", key, version)
        for key, version in ((advice, 1), (course, 1), (advice, 2), (advice, 3))
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (dismissed("person"), (400, "invalid", [("kind", "unknown_value")])),
        (dismissed(target="Not an id"), (400, "invalid", [("target", "invalid")])),
        (dismissed("recommendation"), (400, "unknown_content", [])),
    ],
)
def test_a_dismissal_that_is_refused_stores_and_publishes_nothing(
    amina: Caller, body: dict[str, str], expected: Refusal
) -> None:
    assert refusal(amina.post(DISMISSALS, body)) == expected
    assert (Dismissal.objects.count(), appended()) == (0, [])


def test_dismissals_have_a_limit(amina: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "DISMISSALS_MAX", 1)
    amina.post(DISMISSALS, dismissed())
    refused = amina.post(DISMISSALS, dismissed("nudge"))
    assert refusal(refused) == (409, "too_many_dismissals", [])
    assert Dismissal.objects.count() == 1
    assert amina.call("DELETE", f"{DISMISSALS}advice/{ADVICE}/")[0] == 204
    assert amina.post(DISMISSALS, dismissed("nudge"))[0] == 201


def test_everybody_sees_and_changes_their_own_alone(amina: Caller) -> None:
    amina.post(DISMISSALS, dismissed())
    other = signed_in(person("baraka"))
    assert other.get(DISMISSALS)[1]["results"] == []
    assert other.call("DELETE", f"{DISMISSALS}advice/{ADVICE}/")[0] == 404
    for path, body in ((VIEWS, batch()), (DISMISSALS, dismissed())):
        assert NOBODY.post(path, body)[0] == 401
        assert service().post(path, body)[0] == 403
    assert Dismissal.objects.get().dismissed
