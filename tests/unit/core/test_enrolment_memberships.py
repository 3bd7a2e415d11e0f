"""What lets a learner have an enrolment is not taken away before the enrolment ends."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from core.access.models import Membership
from core.access.services import Scope, grant, revoke
from core.cohorts import enrolments
from core.cohorts.models import Cohort, Enrolment
from core.cohorts.receivers import StillEnrolled
from core.organizations.services import remove_member
from core.users.models import User
from core.users.services import update_user
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.cohorts import EnrolmentState
from ongoza_contracts.vocabulary import Role
from tests.unit.core.cohort_rows import enrolment_in, open_cohort
from tests.unit.core.school import World
from tests.unit.core.world import appended, forget_appended, signed_in

pytestmark = pytest.mark.django_db

STATES = [EnrolmentState.OFFERED, EnrolmentState.ACTIVE, EnrolmentState.SUSPENDED]


def cohort_of(world: World) -> Cohort:
    return open_cohort(world.school, scholarship=2)


def membership(user: User, **scope: Any) -> Membership:
    return Membership.objects.get(user=user, role=Role.LEARNER, revoked_at=None, **scope)


def revoke_cohort(world: World) -> None:
    held = membership(world.learner, scope=ScopeKind.COHORT)
    revoke(membership_id=held.pk, revoked_by=world.admin)


def date_cohort(world: World) -> None:
    held = membership(world.learner, scope=ScopeKind.COHORT)
    until = timezone.now() + timedelta(days=1)
    grant(
        user_id=world.learner.pk,
        role=Role.LEARNER,
        scope=Scope.of(held),
        until=until,
        granted_by=world.admin,
    )


def remove(world: World) -> None:
    remove_member(organization=world.school, user_id=world.learner.pk, removed_by=world.director)


def change_role(world: World) -> None:
    update_user(user_id=world.learner.pk, role=Role.MENTOR)


def change_organization(world: World) -> None:
    update_user(user_id=world.learner.pk, organization=world.other)


OF_COHORT, OF_ALL = [revoke_cohort, date_cohort], [remove, change_role, change_organization]


@pytest.mark.parametrize(
    ("state", "act"),
    [
        *((EnrolmentState.ACTIVE, act) for act in OF_COHORT),
        *((state, act) for state in STATES for act in OF_ALL),
    ],
)
def test_an_enrolment_ends_before_what_it_stands_on(
    state: EnrolmentState, act: Callable[[World], None], world: World
) -> None:
    row = enrolment_in(state, cohort_of(world), world.learner)
    before = [*Membership.objects.order_by("pk").values()]
    forget_appended()

    with pytest.raises(StillEnrolled, match=str(row.pk)), transaction.atomic():
        act(world)

    assert [*Membership.objects.order_by("pk").values()] == before
    assert Enrolment.objects.get(pk=row.pk).state == state
    assert appended() == []

    enrolments.withdraw(caller=world.admin, enrolment_id=row.pk)
    if act in OF_ALL:
        act(world)


@pytest.mark.parametrize("act", OF_ALL)
def test_a_completed_enrolment_refuses_nothing(act: Callable[[World], None], world: World) -> None:
    enrolment_in(EnrolmentState.COMPLETED, cohort_of(world), world.learner)
    act(world)


def test_a_membership_in_another_organization_is_not_dated_while_enrolled(world: World) -> None:
    scope = Scope(ScopeKind.ORGANIZATION, world.other.pk)
    grant(user_id=world.learner.pk, role=Role.LEARNER, scope=scope)
    enrolment_in(EnrolmentState.ACTIVE, open_cohort(world.other, scholarship=1), world.learner)
    until = timezone.now() + timedelta(days=1)
    with pytest.raises(StillEnrolled), transaction.atomic():
        grant(user_id=world.learner.pk, role=Role.LEARNER, scope=scope, until=until)
    assert membership(world.learner, organization=world.other).until is None


def test_a_dated_membership_that_is_new_takes_nothing_away(world: World) -> None:
    enrolment_in(EnrolmentState.ACTIVE, open_cohort(world.other, scholarship=1), world.learner)
    until = timezone.now() + timedelta(days=1)
    scope = Scope(ScopeKind.ORGANIZATION, world.other.pk)
    assert grant(user_id=world.learner.pk, role=Role.LEARNER, scope=scope, until=until).is_new


def test_the_answer_names_the_enrolment(world: World) -> None:
    row = enrolment_in(EnrolmentState.ACTIVE, cohort_of(world), world.learner)
    path = f"organizations/{world.school.pk}/members/{world.learner.pk}/"
    status, body = signed_in(world.director).call("DELETE", path)
    detail = f"End the enrolment {row.pk}, which is active, first."
    assert (status, body["code"], body["detail"]) == (409, "still_enrolled", detail)


def test_a_learner_of_a_public_cohort_may_join_an_organization(world: World) -> None:
    update_user(user_id=world.foreign.pk, organization=None)
    enrolment_in(EnrolmentState.ACTIVE, cohort_of(world), world.foreign)
    update_user(user_id=world.foreign.pk, organization=world.school)
    assert membership(world.foreign, scope=ScopeKind.ORGANIZATION)
