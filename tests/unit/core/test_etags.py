"""ETags of single objects: conditional reads, and changes only of what the client has seen."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client, RequestFactory
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.permissions import Principal
from core.kit.views import ApiView, UndeclaredEtag
from core.organizations.services import add_organization
from core.programs.services import update_content
from core.programs.views import ContentDetail
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import (
    Caller,
    appended,
    goal_request,
    item,
    person,
    progress_report,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db


def send(caller: Caller, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return Client().generic(
        method,
        f"/api/v1/{path}",
        "" if body is None else json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {caller.token}", **headers},
    )


@dataclass(frozen=True)
class Thing:
    """An object that has a route of its own, and a change of it."""

    caller: Caller
    path: str
    change: dict[str, Any]


def a_content_item() -> Thing:
    item("course-101")
    caller = signed_in(person("dora", Role.DIRECTOR))
    return Thing(caller, "content/course-101/", {"title": "Another"})


def a_record_of_progress() -> Thing:
    item("course-1")
    caller = signed_in(person("amina"))
    number = caller.post("progress/", progress_report())[1]["id"]
    return Thing(caller, f"progress/{number}/", {"completion_percentage": 50})


def metadata_of_progress() -> Thing:
    thing = a_record_of_progress()
    return Thing(thing.caller, thing.path, {"metadata": {"page": 3}})


def a_goal() -> Thing:
    caller = signed_in(person("amina"))
    number = caller.post("coaching/goals/", goal_request())[1]["id"]
    return Thing(caller, f"coaching/goals/{number}/", {"title": "Another"})


def an_organization() -> Thing:
    number = add_organization(name="One", kind="school").id
    caller = signed_in(person("ada", Role.ADMIN))
    return Thing(caller, f"organizations/{number}/", {"name": "Two"})


def oneself() -> Thing:
    return Thing(signed_in(person("amina")), "users/me/", {"first_name": "Amina"})


THINGS = (
    a_content_item,
    a_record_of_progress,
    metadata_of_progress,
    a_goal,
    an_organization,
    oneself,
)
each = pytest.mark.parametrize("make", THINGS)


@each
def test_a_read_of_what_the_client_has_is_a_304(make: Callable[[], Thing]) -> None:
    thing = make()
    first = send(thing.caller, "GET", thing.path)
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    for header in (tag, f"W/{tag}", f'"x", W/{tag}', "*"):
        again = send(thing.caller, "GET", thing.path, **{"If-None-Match": header})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        head = send(thing.caller, "HEAD", thing.path, **{"If-None-Match": header})
        assert head.status_code == 304
    for header in ('"x"', "x", ""):
        again = send(thing.caller, "GET", thing.path, **{"If-None-Match": header})
        assert (again.status_code, again.json()) == (200, first.json())


@each
def test_a_change_gives_another_tag(make: Callable[[], Thing]) -> None:
    thing = make()
    before = send(thing.caller, "GET", thing.path).headers["ETag"]
    changed = send(thing.caller, "PATCH", thing.path, thing.change)
    assert (changed.status_code, changed.headers["ETag"] != before) == (200, True)
    after = send(thing.caller, "GET", thing.path, **{"If-None-Match": before})
    assert (after.status_code, after.headers["ETag"]) == (200, changed.headers["ETag"])


@each
def test_a_change_of_another_state_is_refused(make: Callable[[], Thing]) -> None:
    thing = make()
    before, facts = send(thing.caller, "GET", thing.path), appended()
    for header in ('"0"', "0", "", '"0", "x"'):
        answer = send(thing.caller, "PATCH", thing.path, thing.change, **{"If-Match": header})
        assert refusal((answer.status_code, answer.json())) == (412, "precondition_failed", [])
    after = send(thing.caller, "GET", thing.path)
    assert (after.json(), appended()) == (before.json(), facts)


@each
@pytest.mark.parametrize("form", ["{}", "W/{}", '"0", {}', "*"])
def test_a_change_of_the_state_that_was_read_passes(make: Callable[[], Thing], form: str) -> None:
    thing = make()
    tag = send(thing.caller, "GET", thing.path).headers["ETag"]
    answer = send(thing.caller, "PATCH", thing.path, thing.change, **{"If-Match": form.format(tag)})
    assert answer.status_code == 200
    if form != "*":
        late = send(thing.caller, "PATCH", thing.path, thing.change, **{"If-Match": tag})
        assert late.status_code == 412


def test_r20_a_wrong_tag_is_refused_though_nothing_would_change() -> None:
    thing = a_content_item()
    assert send(thing.caller, "PATCH", thing.path, {}, **{"If-Match": '"0"'}).status_code == 412
    assert send(thing.caller, "PATCH", thing.path, {}).status_code == 200


def test_a_new_object_comes_with_its_tag() -> None:
    caller = signed_in(person("amina"))
    made = send(caller, "POST", "coaching/goals/", goal_request())
    path = f"coaching/goals/{made.json()['id']}/"
    headers = {"If-Match": made.headers["ETag"]}
    assert made.status_code == 201
    assert send(caller, "PATCH", path, {"title": "Other"}, **headers).status_code == 200


def test_a_deletion_of_another_state_is_refused() -> None:
    item("course-1")
    caller = signed_in(person("amina"))
    given = send(caller, "POST", "feedback/", {"content_id": "course-1", "verdict": "not_for_me"})
    session = send(caller, "POST", "profiling/sessions/", {"questionnaire": "track-profiler-v1"})
    for path, made in (
        ("feedback/course-1/", given),
        (f"profiling/sessions/{session.json()['id']}/", session),
    ):
        assert send(caller, "DELETE", path, **{"If-Match": '"0"'}).status_code == 412
        tag = made.headers["ETag"]
        assert send(caller, "DELETE", path, **{"If-Match": tag}).status_code == 204


def test_an_account_that_changed_meanwhile_is_not_erased() -> None:
    user = person("amina")
    user.set_password("a-long-passphrase-9")
    user.save(update_fields=["password"])
    caller, body = signed_in(user), {"password": "a-long-passphrase-9"}
    assert send(caller, "DELETE", "users/me/", body, **{"If-Match": '"0"'}).status_code == 412
    assert User.objects.filter(pk=user.pk).exists()
    tag = send(caller, "GET", "users/me/").headers["ETag"]
    assert send(caller, "DELETE", "users/me/", body, **{"If-Match": tag}).status_code == 204


def test_two_users_of_the_same_version_have_different_tags() -> None:
    first, second = (signed_in(person(name)) for name in ("amina", "baraka"))
    tag = send(first, "GET", "users/me/").headers["ETag"]
    other = send(second, "GET", "users/me/", **{"If-None-Match": tag})
    assert (other.status_code, other.headers["ETag"] != tag) == (200, True)


def test_two_organizations_that_changed_at_once_have_different_tags() -> None:
    one, two = (
        add_organization(name="One", kind="school"),
        add_organization(name="Two", kind="school"),
    )
    two.updated_at = one.updated_at
    assert one.etag != two.etag


@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH"])
def test_a_method_that_does_not_declare_its_tag_fails(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    thing = a_content_item()
    left = tuple(one for one in ContentDetail.etag_methods if one != method.replace("HEAD", "GET"))
    monkeypatch.setattr(ContentDetail, "etag_methods", left)
    with pytest.raises(UndeclaredEtag, match="ContentDetail"):
        send(thing.caller, method, thing.path, thing.change if method == "PATCH" else None)


class Blind(ApiView):
    authentication_classes = ()
    permissions = {"PATCH": Principal.ANYONE, "POST": Principal.ANYONE}

    def patch(self, request: Request) -> Response:
        return Response({})

    def post(self, request: Request) -> Response:
        return Response({})


@pytest.mark.parametrize("method", ["PATCH", "POST"])
def test_a_method_that_compares_nothing_refuses_the_header(method: str) -> None:
    """Else the client would believe that the change was made on what it has seen."""
    view, factory = Blind.as_view(), RequestFactory()
    assert view(factory.generic(method, "/", headers={"If-Match": "*"})).status_code == 412
    assert view(factory.generic(method, "/")).status_code == 200


def test_a_retired_item_has_another_tag() -> None:
    thing = a_content_item()
    tag = send(thing.caller, "GET", thing.path).headers["ETag"]
    update_content(content_id="course-101", level=2)
    retired = send(thing.caller, "POST", "content/course-101/retire/")
    assert (retired.status_code, retired.headers["ETag"]) == (200, tag.replace("-1", "-3"))
    assert tag.endswith('-1"')
