"""The reach of a caller as filters over ids: lists and single objects share one rule."""

from typing import Protocol

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.access.models import Membership
from ongoza_contracts import access
from ongoza_contracts.access import LEARNERS_ONLY, Extent, Permission
from ongoza_contracts.vocabulary import Role


class Caller(Protocol):
    """The attributes of a user that this app reads; the model belongs to an app above."""

    @property
    def id(self) -> int: ...
    @property
    def role(self) -> str: ...


def active_memberships() -> QuerySet[Membership]:
    now = timezone.now()
    unended = Q(until=None) | Q(until__gt=now)
    return Membership.objects.filter(unended, revoked_at=None)


def roles_of(caller: Caller) -> frozenset[Role]:
    """The main role and those held by active memberships."""
    held = active_memberships().filter(user_id=caller.id)
    return access.roles_of(caller.role, held, timezone.now())


def has_permission(caller: Caller, permission: Permission) -> bool:
    """Whether the caller has the permission by any role, be it for their own data only."""
    if access.has_permission(caller.role, permission):
        return True
    held = active_memberships().filter(user_id=caller.id).values_list("role", flat=True)
    return any(access.has_permission(role, permission) for role in held)


def extent(caller: Caller, permission: Permission, *, without: Role | None = None) -> Extent:
    """The users that the permission reaches besides the caller; not by the role `without`."""
    held = active_memberships().filter(user_id=caller.id).exclude(role=without)
    return access.extent(permission, held, timezone.now())


def reach(caller: Caller, permission: Permission, column: str, *, without: Role | None = None) -> Q:
    """The rows whose `column` holds a user whom `caller` reaches, by roles other than `without`;
    always the caller's own.

    Views answer 404 for any other row, as if it did not exist.
    """
    found = extent(caller, permission, without=without)
    if found.everyone:
        return Q()
    members = learners_within(found) if permission in LEARNERS_ONLY else _within(found)
    return (
        Q(**{column: caller.id})
        | Q(**{f"{column}__in": found.learners})
        | Q(**{f"{column}__in": members.values("user_id")})
    )


def reaches(caller: Caller, permission: Permission, user_id: int) -> bool:
    """Whether there is such a user and `caller` reaches them. One's own costs no query."""
    if caller.id == user_id:
        return True
    users = get_user_model()._default_manager
    return users.filter(reach(caller, permission, "pk"), pk=user_id).exists()


def reach_organizations(caller: Caller, permission: Permission) -> Q:
    """The organizations that the permission reaches."""
    found = extent(caller, permission)
    return Q() if found.everyone else Q(pk__in=found.organizations)


def visible_memberships(caller: Caller) -> QuerySet[Membership]:
    """The active memberships of the caller, those that name the caller as learner, and those within
    the caller's reach."""
    own = Q(user_id=caller.id) | Q(learner_id=caller.id)
    within = manageable_memberships(caller, Permission.MEMBERSHIP_READ)
    return active_memberships().filter(own | Q(pk__in=within.values("pk")))


def manageable_memberships(
    caller: Caller, permission: Permission = Permission.MEMBERSHIP_MANAGE
) -> QuerySet[Membership]:
    """Memberships in the organizations and cohorts the permission reaches, or for learners there;
    ended ones too."""
    found = extent(caller, permission)
    if found.everyone:
        return Membership.objects.all()
    learners = learners_within(found).values("user_id")
    return Membership.objects.filter(_scope_in(found) | Q(learner_id__in=learners))


def members_of(organization_id: int) -> QuerySet[Membership]:
    """The active memberships in an organization."""
    return active_memberships().filter(organization_id=organization_id)


def held_in_organization(user_id: int, organization_id: int) -> QuerySet[Membership]:
    """The active memberships of a user in an organization or for its learners."""
    learners = members_of(organization_id).filter(role=Role.LEARNER).values("user_id")
    there = Q(organization_id=organization_id) | Q(learner_id__in=learners)
    return active_memberships().filter(there, user_id=user_id)


def learners_within(found: Extent) -> QuerySet[Membership]:
    """The active memberships of learners in the organizations and cohorts of an extent."""
    return _within(found).filter(role=Role.LEARNER)


def _within(found: Extent) -> QuerySet[Membership]:
    """The active memberships in the organizations and cohorts of an extent."""
    return active_memberships().filter(_scope_in(found))


def _scope_in(found: Extent) -> Q:
    return Q(organization_id__in=found.organizations) | Q(cohort_id__in=found.cohorts)
