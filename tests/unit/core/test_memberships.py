"""Memberships: who grants and revokes them, what follows from a user, and what is published."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from core.access.models import Membership
from core.access.services import Scope, grant
from core.erasure.services import erase_user
from core.outbox.models import OutboxEvent
from core.users.services import update_user
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.vocabulary import Role
from tests.unit.core.school import ABSENT, COHORT, World, active, last_fact
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


# --- what follows from a user --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "in_organization", "expected"),
    [
        (Role.LEARNER, True, "organization"),
        (Role.LEARNER, False, None),
        (Role.MENTOR, True, "organization"),
        (Role.MENTOR, False, "platform"),
        (Role.DIRECTOR, True, "organization"),
        (Role.SPONSOR, False, "platform"),
        (Role.ADMIN, True, "platform"),
        (Role.ADMIN, False, "platform"),
    ],
)
def test_a_new_user_holds_the_main_role_where_they_belong(
    role: Role, in_organization: bool, expected: str | None, world: World
) -> None:
    user = person("nina", role, world.school if in_organization else None)

    organization_id = world.school.id if expected == "organization" else None
    assert active(user) == ({(role, expected, organization_id)} if expected else set())
    memberships = [key for kind, key, _ in appended() if kind == "membership.updated"]
    assert len(memberships) == (1 if expected else 0)


def test_a_change_of_organization_moves_the_membership(world: World) -> None:
    update_user(user_id=world.learner.id, organization=world.other)

    assert active(world.learner) == {("learner", "organization", world.other.id)}
    assert [(kind, version) for kind, _, version in appended()] == [
        ("user.updated", 2),
        ("membership.updated", 2),
        ("membership.updated", 1),
    ]


def test_a_change_that_is_no_change_of_role_leaves_memberships_alone(world: World) -> None:
    update_user(user_id=world.admin.id, organization=world.other, first_name="Ada")

    assert active(world.admin) == {("admin", "platform", None)}
    assert [kind for kind, _, _ in appended()] == ["user.updated"]


def test_a_change_of_role_ends_what_the_old_role_was_granted(world: World) -> None:
    signed_in(world.admin).post("memberships/", world.assignment())

    update_user(user_id=world.mentor.id, role=Role.LEARNER)

    assert active(world.mentor) == {("learner", "organization", world.school.id)}


def test_a_learner_who_becomes_staff_is_assigned_to_nobody(world: World) -> None:
    signed_in(world.admin).post("memberships/", world.assignment())

    update_user(user_id=world.learner.id, role=Role.ADMIN)

    assert active(world.mentor) == {("mentor", "organization", world.school.id)}
    assert signed_in(world.mentor).get(f"users/{world.learner.id}/")[0] == 404


# --- granting ------------------------------------------------------------------------------------


@pytest.mark.parametrize("granter", ["admin", "director"])
def test_a_mentor_is_assigned_to_a_learner(granter: str, world: World) -> None:
    caller = signed_in(getattr(world, granter))

    status, body = caller.post("memberships", world.assignment())

    assert status == 201
    assert {name: body[name] for name in ("user", "role", "scope", "learner", "granted_by")} == {
        "user": world.mentor.id,
        "role": "mentor",
        "scope": "learner",
        "learner": world.learner.id,
        "granted_by": getattr(world, granter).id,
    }
    assert appended() == [("membership.updated", body["id"], 1)]
    fact = last_fact()
    assert (fact.user_id, fact.learner_id) == (world.mentor.id, world.learner.id)
    assert signed_in(world.mentor).get(f"users/{world.learner.id}/")[0] == 200


def test_granting_again_changes_nothing_and_another_end_is_a_version(world: World) -> None:
    admin = signed_in(world.admin)
    _, first = admin.post("memberships/", world.assignment())
    forget_appended()

    assert admin.post("memberships/", world.assignment())[0] == 200
    assert appended() == []
    until = (timezone.now() + timedelta(days=1)).isoformat()
    assert admin.post("memberships/", {**world.assignment(), "until": until})[0] == 200
    assert appended() == [("membership.updated", first["id"], 2)]


@pytest.mark.parametrize(
    ("changes", "status", "code", "errors"),
    [
        ({"role": "cohort_admin"}, 400, "invalid", [("role", "unknown_value")]),
        ({"role": "admin"}, 400, "invalid", [("scope", "out_of_range")]),
        ({"role": "sponsor"}, 400, "invalid", [("scope", "out_of_range")]),
        ({"scope": "platform"}, 400, "invalid", [("scope", "out_of_range")]),
        ({"scope": "organization"}, 400, "invalid", [("organization", "out_of_range")]),
        ({"cohort": COHORT}, 400, "invalid", [("learner", "out_of_range")]),
        ({"cohort": "x"}, 400, "invalid", [("cohort", "invalid")]),
        ({"until": "2020-01-01T00:00:00Z"}, 400, "invalid", [("until", "out_of_range")]),
        ({"until": "2999-01-01T00:00:00"}, 400, "invalid", [("until", "invalid")]),
        ({"user": "7"}, 400, "invalid", [("user", "wrong_type")]),
        ({"user": 0}, 400, "invalid", [("user", "out_of_range")]),
        ({"user": 2147483647}, 404, "not_found", []),
        ({"learner": 2147483647}, 404, "not_found", []),
        ({"more": 1}, 400, "unknown_field", [("more", "unknown_field")]),
    ],
)
def test_a_wrong_membership_is_refused(
    changes: dict[str, Any], status: int, code: str, errors: Any, world: World
) -> None:
    before = Membership.objects.count()

    answer = signed_in(world.admin).post("memberships/", {**world.assignment(), **changes})

    assert refusal(answer) == (status, code, errors)
    assert (Membership.objects.count(), appended()) == (before, [])


def test_only_learners_are_assigned(world: World) -> None:
    answer = signed_in(world.admin).post("memberships/", world.assignment(world.director))

    assert refusal(answer) == ABSENT


def test_a_director_grants_within_their_organization_alone(world: World) -> None:
    director = signed_in(world.director)
    school, other = (
        {"scope": "organization", "organization": o.id} for o in (world.school, world.other)
    )

    for body in (
        world.assignment(world.foreign),
        {**world.assignment(), "user": world.foreign_mentor.id},
        {"user": world.mentor.id, "role": "mentor", **other},
        {"user": world.foreign.id, "role": "learner", **school},
        {"user": world.mentor.id, "role": "mentor", "scope": "cohort", "cohort": COHORT},
        {"user": 2147483647, "role": "mentor", **school},
    ):
        assert refusal(director.post("memberships/", body)) == ABSENT
    raised = director.post("memberships/", {"user": world.mentor.id, "role": "director", **school})
    assert refusal(raised) == (403, "forbidden", [])
    assert appended() == []


@pytest.mark.parametrize(("role", "reads"), [(Role.MENTOR, 200), (Role.SPONSOR, 404)])
def test_a_director_assigns_no_learner_whom_only_another_role_reaches(
    role: Role, reads: int, world: World
) -> None:
    scope = Scope(ScopeKind.ORGANIZATION, world.other.id)
    if role is Role.MENTOR:
        scope = Scope(ScopeKind.LEARNER, learner_id=world.foreign.id)
    grant(user_id=world.director.id, role=role, scope=scope)
    director = signed_in(world.director)
    forget_appended()

    assert director.get(f"users/{world.foreign.id}/")[0] == reads
    assert refusal(director.post("memberships/", world.assignment(world.foreign))) == ABSENT
    assert appended() == []


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR, Role.SPONSOR])
def test_other_roles_neither_grant_nor_revoke(role: Role, world: World) -> None:
    _, body = signed_in(world.admin).post("memberships/", world.assignment())
    caller = signed_in(person("nina", role, world.school))
    forget_appended()

    for answer in (
        caller.post("memberships/", world.assignment()),
        caller.call("DELETE", f"memberships/{body['id']}/"),
    ):
        assert refusal(answer) == (403, "forbidden", [])
    assert appended() == []


def test_nobody_unknown_and_no_service_gets_at_memberships(world: World) -> None:
    refusals: list[tuple[Caller, Refusal]] = [
        (NOBODY, (401, "not_authenticated", [])),
        (service(), (403, "forbidden", [])),
    ]
    for caller, expected in refusals:
        assert refusal(caller.get("memberships/")) == expected
        assert refusal(caller.post("memberships/", world.assignment())) == expected
        assert refusal(caller.call("DELETE", f"memberships/{COHORT}/")) == expected


# --- the end -------------------------------------------------------------------------------------


@pytest.mark.parametrize("revoker", ["admin", "director"])
def test_a_revoked_membership_ends_at_once_and_can_be_granted_again(
    revoker: str, world: World
) -> None:
    admin, mentor = signed_in(world.admin), signed_in(world.mentor)
    _, body = admin.post("memberships/", world.assignment())
    caller, path = signed_in(getattr(world, revoker)), f"memberships/{body['id']}/"

    assert mentor.get(f"progress/?user={world.learner.id}")[0] == 200
    assert caller.call("DELETE", path) == (204, None)
    assert refusal(mentor.get(f"progress/?user={world.learner.id}")) == ABSENT
    assert caller.call("DELETE", path) == (204, None)
    assert admin.post("memberships/", world.assignment())[0] == 201
    assert [version for _, _, version in appended()] == [1, 2, 3]
    assert last_fact().revoked_at is None


def test_a_membership_ends_by_time(world: World) -> None:
    scope = Scope(ScopeKind.LEARNER, learner_id=world.learner.id)
    until = timezone.now() - timedelta(seconds=1)
    grant(user_id=world.mentor.id, role=Role.MENTOR, scope=scope, until=until)

    assert refusal(signed_in(world.mentor).get(f"users/{world.learner.id}/")) == ABSENT


def test_the_membership_of_the_main_role_is_not_revoked_by_itself(world: World) -> None:
    main = Membership.objects.get(user=world.mentor)

    answer = signed_in(world.admin).call("DELETE", f"memberships/{main.id}/")

    assert refusal(answer) == (409, "main_membership", [])
    assert appended() == []


@pytest.mark.parametrize("granter", ["admin", "director"])
def test_the_membership_of_the_main_role_gets_no_end(granter: str, world: World) -> None:
    until = (timezone.now() + timedelta(seconds=30)).isoformat()
    main = {
        "user": world.mentor.id,
        "role": "mentor",
        "scope": "organization",
        "organization": world.school.id,
    }
    caller = signed_in(getattr(world, granter))

    assert refusal(caller.post("memberships/", {**main, "until": until})) == (
        409,
        "main_membership",
        [],
    )
    assert caller.post("memberships/", main)[0] == 200
    assert appended() == []


def test_a_director_does_not_revoke_the_membership_of_another_director(world: World) -> None:
    scope = Scope(ScopeKind.ORGANIZATION, world.school.id)
    second = grant(user_id=world.mentor.id, role=Role.DIRECTOR, scope=scope).membership
    path = f"memberships/{second.id}/"
    forget_appended()

    refused = signed_in(world.director).call("DELETE", path)

    assert refusal(refused) == (403, "forbidden", [])
    assert appended() == []
    assert signed_in(world.admin).call("DELETE", path) == (204, None)


def test_a_director_does_not_revoke_what_is_elsewhere(world: World) -> None:
    admin, director = signed_in(world.admin), signed_in(world.director)
    _, body = admin.post("memberships/", world.assignment(world.foreign))

    foreign = director.call("DELETE", f"memberships/{body['id']}/")
    absent = director.call("DELETE", f"memberships/{COHORT}/")

    for _, answer in (foreign, absent):
        answer.pop("request_id")
    assert foreign == absent
    assert foreign[0] == 404


# --- reading -------------------------------------------------------------------------------------


def listed(caller: Caller, query: str = "") -> list[tuple[int, str, int | None]]:
    status, body = caller.get(f"memberships/{query}")
    assert status == 200
    return [(row["user"], row["role"], row["learner"]) for row in body["results"]]


def test_memberships_are_listed_to_those_within_whose_reach_they_are(world: World) -> None:
    admin = signed_in(world.admin)
    admin.post("memberships/", world.assignment())
    admin.post("memberships/", world.assignment(world.foreign))
    director, mentor, learner = (one.id for one in (world.director, world.mentor, world.learner))

    assert listed(signed_in(world.learner)) == [
        (learner, "learner", None),
        (mentor, "mentor", learner),
    ]
    assert listed(signed_in(world.mentor)) == [
        (mentor, "mentor", None),
        (mentor, "mentor", learner),
        (mentor, "mentor", world.foreign.id),
    ]
    assert listed(signed_in(world.director)) == [
        (director, "director", None),
        (mentor, "mentor", None),
        (learner, "learner", None),
        (mentor, "mentor", learner),
    ]
    assert len(listed(admin)) == Membership.objects.count() == 8
    assert listed(admin, f"?user={learner}") == [(learner, "learner", None)]


@pytest.mark.parametrize("query", ["page=2", "role=x", "user=x", "page_size=1000"])
def test_a_bad_parameter_is_refused(query: str, world: World) -> None:
    answer = signed_in(world.learner).get(f"memberships/?{query}")
    assert refusal(answer) == (400, "bad_parameter", [])


# --- erasure -------------------------------------------------------------------------------------


def test_the_erasure_of_a_mentor_removes_their_memberships(world: World) -> None:
    _, body = signed_in(world.admin).post("memberships/", world.assignment())

    erase_user(user_id=world.mentor.id)

    assert not Membership.objects.filter(user_id=world.mentor.id).exists()
    assert OutboxEvent.objects.filter(key=body["id"], payload=None).exists()


def test_the_erasure_of_a_learner_or_granter_clears_them(world: World) -> None:
    _, body = signed_in(world.admin).post("memberships/", world.assignment())
    second = {**world.assignment(), "learner": person("lisa", Role.LEARNER, world.school).id}
    signed_in(world.admin).post("memberships/", second)
    person("zoe", Role.ADMIN)  # the last admin is not erased

    for user_id in (world.learner.id, second["learner"], world.admin.id):
        erase_user(user_id=user_id)

    membership = Membership.objects.get(pk=UUID(body["id"]))
    assert (membership.learner_id, membership.granted_by_id, membership.version) == (None, None, 3)
    assert last_fact().granted_by is None
