"""Organizations: admins write them, staff see all of them, a member their own."""

from collections.abc import Callable
from typing import Any

import pytest

from core.organizations.models import Organization
from core.organizations.services import add_organization
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import (
    NOBODY,
    Caller,
    Refusal,
    appended,
    forget_appended,
    person,
    refusal,
    service,
    signed_in,
)

pytestmark = pytest.mark.django_db

ABSENT: Refusal = (404, "not_found", [])
SCHOOL = {"name": "Makini School", "kind": "school"}


@pytest.fixture
def admin() -> Caller:
    caller = signed_in(person("ada", Role.ADMIN))
    forget_appended()
    return caller


@pytest.fixture
def school() -> Organization:
    return add_organization(**SCHOOL)


def rows() -> list[tuple[str, str]]:
    return list(Organization.objects.order_by("id").values_list("name", "kind"))


@pytest.mark.parametrize("path", ["organizations", "organizations/"])
def test_an_admin_adds_an_organization_and_nothing_is_published(path: str, admin: Caller) -> None:
    status, body = admin.post(path, SCHOOL)

    assert (status, body) == (201, {"id": Organization.objects.get().id, **SCHOOL})
    assert rows() == [("Makini School", "school")]
    assert appended() == []


def test_an_admin_changes_an_organization(admin: Caller, school: Organization) -> None:
    changed = admin.call("PATCH", f"organizations/{school.id}/", {"kind": "partner"})

    assert changed == (200, {"id": school.id, "name": "Makini School", "kind": "partner"})
    assert rows() == [("Makini School", "partner")]
    assert appended() == []


REFUSED: list[tuple[dict[str, Any], int, str, list[tuple[str, str]]]] = [
    ({"name": ""}, 400, "invalid", [("name", "too_short")]),
    ({"name": "   "}, 400, "invalid", [("name", "too_short")]),
    ({"name": "x" * 121}, 400, "invalid", [("name", "too_long")]),
    ({"name": None}, 400, "invalid", [("name", "wrong_type")]),
    ({"name": 7}, 400, "invalid", [("name", "wrong_type")]),
    ({"kind": "bank"}, 400, "invalid", [("kind", "unknown_value")]),
    ({"id": 7}, 400, "read_only", [("id", "read_only")]),
    ({"members": [1]}, 400, "unknown_field", [("members", "unknown_field")]),
    ({"name": "Taken"}, 409, "name_taken", []),
]


@pytest.mark.parametrize(("changes", "status", "code", "errors"), REFUSED)
def test_what_is_wrong_is_neither_added_nor_set(
    changes: dict[str, Any],
    status: int,
    code: str,
    errors: Any,
    admin: Caller,
    school: Organization,
) -> None:
    add_organization(name="Taken", kind="partner")
    before = rows()

    added = admin.post("organizations/", {"name": "New", "kind": "school", **changes})
    changed = admin.call("PATCH", f"organizations/{school.id}/", changes)

    assert refusal(added) == (status, code, errors)
    assert refusal(changed) == (status, code, errors)
    assert rows() == before


def test_an_organization_there_is_not_is_not_changed(admin: Caller) -> None:
    assert refusal(admin.call("PATCH", "organizations/2147483647/", {"name": "New"})) == ABSENT
    assert refusal(admin.call("PATCH", "organizations/0/", {"name": "New"})) == ABSENT


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN}))
def test_nobody_but_an_admin_writes(role: Role, school: Organization) -> None:
    member = signed_in(person("member", role, school))
    path = f"organizations/{school.id}/"

    assert refusal(member.post("organizations/", SCHOOL)) == (403, "forbidden", [])
    assert refusal(member.call("PATCH", path, {"name": "Ours"})) == (403, "forbidden", [])
    assert rows() == [("Makini School", "school")]


@pytest.mark.parametrize(
    ("calling", "expected"),  # made when the test runs: a service's token lives for a minute
    [(lambda: NOBODY, (401, "not_authenticated", [])), (service, (403, "forbidden", []))],
)
def test_nobody_unknown_and_no_service_reads_or_writes(
    calling: Callable[[], Caller], expected: Refusal, school: Organization
) -> None:
    caller = calling()
    path = f"organizations/{school.id}/"

    assert refusal(caller.get("organizations/")) == expected
    assert refusal(caller.get(path)) == expected
    assert refusal(caller.post("organizations/", SCHOOL)) == expected
    assert refusal(caller.call("PATCH", path, {"name": "Ours"})) == expected
    assert rows() == [("Makini School", "school")]


def names(caller: Caller) -> list[str]:
    return [row["name"] for row in caller.get("organizations/")[1]["results"]]


@pytest.mark.parametrize("role", [Role.MENTOR, Role.DIRECTOR, Role.ADMIN])
def test_staff_see_every_organization(role: Role, school: Organization) -> None:
    other = add_organization(name="Other", kind="employer")
    staff = signed_in(person("staff", role))

    assert names(staff) == ["Makini School", "Other"]
    assert staff.get(f"organizations/{other.id}")[0] == 200


@pytest.mark.parametrize("role", [Role.LEARNER, Role.SPONSOR])
def test_a_member_sees_their_own_alone(role: Role, school: Organization) -> None:
    other = add_organization(name="Other", kind="employer")
    member = signed_in(person("member", role, school))
    stranger = signed_in(person("stranger", role))

    assert names(member) == ["Makini School"]
    assert member.get(f"organizations/{school.id}/") == (200, {"id": school.id, **SCHOOL})
    assert refusal(member.get(f"organizations/{other.id}/")) == ABSENT
    assert names(stranger) == []
    assert refusal(stranger.get(f"organizations/{school.id}/")) == ABSENT


@pytest.mark.parametrize("query", ["page=2", "name=x", "page_size=1000"])
def test_a_bad_parameter_is_refused(query: str, admin: Caller) -> None:
    assert refusal(admin.get(f"organizations/?{query}")) == (400, "bad_parameter", [])
