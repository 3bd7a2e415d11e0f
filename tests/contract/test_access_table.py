"""The access policy itself, without either service: reach, scopes, ends."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ongoza_contracts.access import (
    REACH,
    SCOPES,
    Extent,
    Permission,
    Reach,
    ScopeKind,
    extent,
    has_permission,
    reaches,
    roles_of,
)
from ongoza_contracts.memberships import MembershipUpdated
from ongoza_contracts.vocabulary import Role
from tests.facts import NOW, membership

LATER = NOW + timedelta(days=1)
COHORT = UUID("018f0000-0000-7000-8000-000000000020")
OTHER_COHORT = UUID("018f0000-0000-7000-8000-000000000021")
LEARNER_IN_3 = membership(7, role="learner", scope="organization", organization_id=3)
LEARNER_IN_COHORT = membership(7, role="learner", scope="cohort", cohort_id=COHORT)
MENTOR_IN_3 = membership(7, role="mentor", scope="organization", organization_id=3)

ASSIGNED: dict[str, Any] = {"scope": "learner", "learner_id": 7}
IN_3: dict[str, Any] = {"scope": "organization", "organization_id": 3}
IN_4: dict[str, Any] = {"scope": "organization", "organization_id": 4}
IN_COHORT: dict[str, Any] = {"scope": "cohort", "cohort_id": COHORT}
IN_OTHER_COHORT: dict[str, Any] = {"scope": "cohort", "cohort_id": OTHER_COHORT}
PLATFORM: dict[str, Any] = {"scope": "platform"}


def reads(caller: list[MembershipUpdated], learner: list[MembershipUpdated]) -> bool:
    permission = Permission.LEARNER_READ
    return reaches(extent(permission, caller, NOW), permission, 7, learner, NOW)


@pytest.mark.parametrize(
    ("role", "scope", "learner", "expected"),
    [
        ("mentor", ASSIGNED, [], True),
        ("mentor", {"scope": "learner", "learner_id": 8}, [LEARNER_IN_3], False),
        ("mentor", IN_3, [LEARNER_IN_3], False),
        ("mentor", IN_COHORT, [LEARNER_IN_COHORT], False),
        ("mentor", PLATFORM, [LEARNER_IN_3], False),
        ("director", IN_3, [LEARNER_IN_3], True),
        ("director", IN_4, [LEARNER_IN_3], False),
        ("director", IN_COHORT, [LEARNER_IN_COHORT], True),
        ("director", IN_OTHER_COHORT, [LEARNER_IN_COHORT], False),
        ("director", IN_3, [MENTOR_IN_3], False),
        ("director", PLATFORM, [LEARNER_IN_3], False),
        ("sponsor", IN_3, [LEARNER_IN_3], False),
        ("sponsor", IN_3, [MENTOR_IN_3], False),
        ("learner", IN_3, [LEARNER_IN_3], False),
        ("learner", IN_COHORT, [LEARNER_IN_COHORT], False),
        ("admin", PLATFORM, [], True),
    ],
)
def test_a_role_reaches_learners_by_its_scope(
    role: str, scope: dict[str, Any], learner: list[MembershipUpdated], expected: bool
) -> None:
    assert reads([membership(8, role=role, **scope)], learner) is expected


def test_a_director_reaches_staff_of_the_organization_as_members() -> None:
    found = extent(Permission.MEMBERSHIP_READ, [membership(8, role="director", **IN_3)], NOW)
    assert reaches(found, Permission.MEMBERSHIP_READ, 7, [MENTOR_IN_3], NOW)
    assert not reaches(found, Permission.MEMBERSHIP_READ, 7, [], NOW)


@pytest.mark.parametrize("end", [{"until": NOW}, {"revoked_at": NOW}])
def test_an_ended_membership_reaches_nobody_and_includes_nobody(end: dict[str, Any]) -> None:
    director = membership(8, role="director", **IN_3)
    assert reads([director], [LEARNER_IN_3])
    assert not reads([director.model_copy(update=end)], [LEARNER_IN_3])
    assert not reads([director], [LEARNER_IN_3.model_copy(update=end)])
    assert reads([director.model_copy(update={"until": LATER})], [LEARNER_IN_3])


def test_a_membership_for_an_erased_learner_reaches_nobody() -> None:
    assert (
        extent(Permission.LEARNER_READ, [membership(8, role="mentor", scope="learner")], NOW)
        == Extent()
    )


def test_roles_are_the_main_one_and_those_of_active_memberships() -> None:
    given = [
        membership(8, role="mentor", **ASSIGNED),
        membership(8, role="sponsor", **IN_3, revoked_at=NOW),
    ]
    assert roles_of("learner", given, NOW) == {Role.LEARNER, Role.MENTOR}


def test_every_role_reads_its_own_and_only_admins_reach_all_people() -> None:
    assert all(has_permission(role, Permission.LEARNER_READ) for role in Role)
    people = set(Permission) - {
        Permission.ORGANIZATION_READ,
        Permission.ORGANIZATION_MANAGE,
        Permission.CONTENT_MANAGE,
        Permission.OPERATIONS_MANAGE,
    }
    reaching_all = {
        role for role, row in REACH.items() for one in people if row.get(one) is Reach.ALL
    }
    assert reaching_all == {Role.ADMIN}
    assert {role for role in Role if has_permission(role, Permission.OPERATIONS_MANAGE)} == {
        Role.ADMIN
    }


def test_nobody_is_granted_the_platform() -> None:
    assert {*SCOPES} == {*Role}
    assert not any(ScopeKind.PLATFORM in kinds for kinds in SCOPES.values())
    assert SCOPES[Role.ADMIN] == frozenset()
