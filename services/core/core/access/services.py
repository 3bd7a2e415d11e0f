"""Everything that changes memberships."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from core.access import selectors
from core.access.models import Membership
from core.access.selectors import Caller
from core.access.signals import membership_ended, membership_ending, membership_granted
from core.kit import clock
from core.kit.errors import Conflict, NotFound
from core.kit.etags import IfMatch
from core.kit.versions import get_for_update, get_or_create_for_update
from core.outbox.publish import publish
from ongoza_contracts.access import Extent, Permission, ScopeKind, has_permission
from ongoza_contracts.vocabulary import Role

MANAGE = Permission.MEMBERSHIP_MANAGE


class MainMembership(Conflict):
    code = "main_membership"
    detail = "This follows from the user's main role: change their role or organization instead."


class Scope(NamedTuple):
    kind: ScopeKind
    organization_id: int | None = None
    cohort_id: UUID | None = None
    learner_id: int | None = None

    @classmethod
    def of(cls, membership: Membership) -> "Scope":
        ids = (membership.organization_id, membership.cohort_id, membership.learner_id)
        return cls(ScopeKind(membership.scope), *ids)

    @property
    def columns(self) -> dict[str, Any]:
        return {"scope": self.kind, **dict(zip(self._fields[1:], self[1:], strict=True))}


class MainRole(NamedTuple):
    """A user's main role and organization, as the user's own row says."""

    role: Role
    organization_id: int | None

    @property
    def scope(self) -> Scope | None:
        """Where the role is held: in the organization, else, for staff, on the platform."""
        if self.organization_id is not None and self.role != Role.ADMIN:
            return Scope(ScopeKind.ORGANIZATION, self.organization_id)
        return None if self.role == Role.LEARNER else Scope(ScopeKind.PLATFORM)


class Granted(NamedTuple):
    membership: Membership
    is_new: bool
    """Whether the user did not hold the role there."""


@transaction.atomic
def grant(
    *,
    user_id: int,
    role: Role,
    scope: Scope,
    until: datetime | None = None,
    granted_by: Caller | None = None,
) -> Granted:
    """Give a user a role in a scope, until `until` or for good; no-op if nothing changes.

    `granted_by` has to reach the user and the scope. Raises NotFound for what does not exist or is
    not reached, PermissionDenied for a role that `granted_by` may not give, MainMembership for an
    end of what follows from the user's main role, and what receivers of `membership_ending` raise.
    """
    if granted_by is not None:
        _require_manager(granted_by, user_id, role, scope)
    granted = _grant(user_id, role, scope, until, granted_by.id if granted_by else None)
    if granted.is_new:
        membership_granted.send(Membership, membership=granted.membership)
    return granted


@transaction.atomic
def grant_to_invited(
    *,
    user_id: int,
    role: Role,
    organization_id: int,
    until: datetime | None,
    invited_by_id: int | None,
) -> Granted:
    """Give a user the role in an organization for which they were invited.

    Whether the inviter may grant it was checked when they invited. Raises NotFound and
    MainMembership.
    """
    scope = Scope(ScopeKind.ORGANIZATION, organization_id)
    return _grant(user_id, role, scope, until, invited_by_id)


def _grant(
    user_id: int, role: Role, scope: Scope, until: datetime | None, granted_by: int | None
) -> Granted:
    lock_users({user_id, scope.learner_id, granted_by} - {None})
    if scope.learner_id is not None:
        _require_learner(scope.learner_id)
    if scope.organization_id is not None:
        _require_organization(scope.organization_id)
    if until is not None:
        if _is_main(user_id, role, scope):
            raise MainMembership
        held = Membership.objects.filter(user=user_id, role=role, **scope.columns).first()
        if held and not held.is_ended and (held.until is None or until < held.until):
            membership_ending.send(Membership, user_id=user_id, role=role, scope=scope)
    return _hold(user_id, role, scope, until, granted_by)


@transaction.atomic
def revoke(*, membership_id: UUID, revoked_by: Caller, if_match: IfMatch | None = None) -> None:
    """End a membership at once; no-op if it has ended.

    Raises NotFound for one that `revoked_by` does not reach, PreconditionFailed, PermissionDenied
    for a role that `revoked_by` may not give either, MainMembership for one that follows from the
    user's main role, and what receivers of `membership_ending` raise.
    """
    rows = selectors.manageable_memberships(revoked_by).filter(pk=membership_id)
    lock_users({*rows.values_list("user_id", flat=True)})
    membership = get_for_update(rows, if_match=if_match)
    user_id, role, scope = membership.user_id, Role(membership.role), Scope.of(membership)
    require_grantable(revoked_by, role)
    if _is_main(user_id, role, scope):
        raise MainMembership
    if not membership.is_ended:
        membership_ending.send(Membership, user_id=user_id, role=role, scope=scope)
    if _end(membership):
        membership_ended.send(Membership, membership=membership)


@transaction.atomic
def end_in_organization(*, user_id: int, organization_id: int, ended_by: Caller) -> None:
    """End all that a user holds in an organization or for its learners, the main role included.

    The caller holds the user's lock and has checked that `ended_by` manages the organization.
    Raises NotFound for somebody who holds nothing there, PermissionDenied for a role that
    `ended_by` may not revoke, and what receivers of `membership_ending` raise.
    """
    held = selectors.held_in_organization(user_id, organization_id)
    if not held.filter(organization_id=organization_id).exists():
        raise NotFound
    scope = Scope(ScopeKind.ORGANIZATION, organization_id)
    for role in {*held.order_by().values_list("role", flat=True)}:
        require_grantable(ended_by, Role(role))
        membership_ending.send(Membership, user_id=user_id, role=Role(role), scope=scope)
    for membership in _end_all(held):
        if membership.scope == ScopeKind.ORGANIZATION:  # the others follow from it
            membership_ended.send(Membership, membership=membership)


@transaction.atomic
def follow_main_role(user_id: int, new: MainRole, old: MainRole | None = None) -> None:
    """Make the membership that a user's main role and organization stand for, in place of the old
    one. A change of role ends all that the old role was granted.

    The caller holds the user's lock. Raises what receivers of `membership_ending` raise.
    """
    if old and (old.role != new.role or old.scope):
        ended = old.scope if old.role == new.role else None
        membership_ending.send(Membership, user_id=user_id, role=old.role, scope=ended)
    if old and old.scope and (old.role, old.scope) != (new.role, new.scope):
        _end_all(Membership.objects.filter(user_id=user_id, role=old.role, **old.scope.columns))
    if old and old.role != new.role:
        _end_all(Membership.objects.filter(user_id=user_id, role=old.role))
        _end_all(Membership.objects.filter(learner_id=user_id))
    if new.scope:
        _hold(user_id, new.role, new.scope, until=None, granted_by=None)


@transaction.atomic
def follow_enrolment(*, user_id: int, cohort_id: UUID, is_active: bool) -> None:
    """Give a learner the membership in a cohort, or end it, as their enrolment there says.

    The caller holds the user's lock.
    """
    scope = Scope(ScopeKind.COHORT, cohort_id=cohort_id)
    if is_active:
        _hold(user_id, Role.LEARNER, scope, until=None, granted_by=None)
    else:
        held = Membership.objects.filter(user_id=user_id, role=Role.LEARNER, **scope.columns)
        _end_all(held)


@transaction.atomic
def follow_match(*, mentor_id: int, learner_id: int, is_active: bool) -> None:
    """Give a mentor the membership for a learner, or end it, as their match says: also one that
    was granted by hand.

    The caller holds the locks of both users. Raises NotFound for a user who is no learner.
    """
    scope = Scope(ScopeKind.LEARNER, learner_id=learner_id)
    if is_active:
        grant(user_id=mentor_id, role=Role.MENTOR, scope=scope)
    else:
        held = Membership.objects.filter(user_id=mentor_id, role=Role.MENTOR, **scope.columns)
        _end_all(held)


def require_grantable(manager: Caller, role: Role) -> None:
    """Raises PermissionDenied for a role that `manager` may neither grant nor revoke."""
    _require_grantable(role, selectors.extent(manager, MANAGE))


def _require_manager(manager: Caller, user_id: int, role: Role, scope: Scope) -> None:
    """Raises NotFound and PermissionDenied."""
    found = selectors.extent(manager, MANAGE)
    _require_grantable(role, found)
    if found.everyone:
        return
    if not selectors.reaches(manager, MANAGE, user_id) or not _includes(found, scope):
        raise NotFound


def _require_grantable(role: Role, found: Extent) -> None:
    """Raises PermissionDenied: only who manages all memberships grants or revokes a role that
    manages memberships."""
    if has_permission(role, MANAGE) and not found.everyone:
        raise PermissionDenied


def _includes(found: Extent, scope: Scope) -> bool:
    """Whether the scope lies within the extent. A learner whom the manager reaches by another role,
    as a mentor or sponsor elsewhere, does not."""
    if scope.learner_id is not None:
        return selectors.learners_within(found).filter(user_id=scope.learner_id).exists()
    return scope.organization_id in found.organizations or scope.cohort_id in found.cohorts


def lock_users(user_ids: set[Any]) -> None:
    """In the order of ids, before any membership: an erasure locks its user first as well. Raises
    NotFound."""
    users = get_user_model()._default_manager.select_for_update(no_key=True)
    if len(users.filter(pk__in=user_ids).order_by("pk")) != len(user_ids):
        raise NotFound


def _require_learner(user_id: int) -> None:
    """Raises NotFound for a user who is no learner by main role."""
    users = get_user_model()._default_manager
    if not users.filter(pk=user_id, role=Role.LEARNER).exists():
        raise NotFound


def _require_organization(organization_id: int) -> None:
    """Raises NotFound. The model is above this app."""
    organizations: Any = Membership._meta.get_field("organization").related_model
    if not organizations.objects.filter(pk=organization_id).exists():
        raise NotFound


def _hold(
    user_id: int, role: Role, scope: Scope, until: datetime | None, granted_by: int | None
) -> Granted:
    """Insert or renew the membership; no-op if it is active until the same time."""
    columns = {"user_id": user_id, "role": role, **scope.columns}
    membership = get_or_create_for_update(
        Membership.objects.filter(**columns), Membership(**columns)
    )
    is_new = membership.version == 0 or membership.is_ended
    if is_new or membership.until != until:
        membership.until, membership.revoked_at = until, None
        membership.granted_by_id = granted_by
        publish(membership)
    return Granted(membership, is_new)


def _is_main(user_id: int, role: str, scope: Scope) -> bool:
    """Whether this membership follows from the user's main role and organization."""
    user: Any = get_user_model()._default_manager.get(pk=user_id)
    main = MainRole(Role(user.role), user.organization_id)
    return (role, scope) == (main.role, main.scope)


def _end_all(rows: QuerySet[Membership]) -> list[Membership]:
    """Those that had not ended before."""
    active = rows.filter(revoked_at=None).select_for_update(no_key=True).order_by("pk")
    return [membership for membership in active if _end(membership)]


def _end(membership: Membership) -> bool:
    """False if it had ended before."""
    if membership.is_ended:
        return False
    membership.revoked_at = clock.now()
    publish(membership)
    return True
