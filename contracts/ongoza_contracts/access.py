"""The access policy of both services: which role may do what, and whom it reaches.

A user holds roles by memberships, each within a scope. `REACH` says how far every permission of a
role extends. core turns an `Extent` into database filters; ai evaluates it over projected facts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Protocol
from uuid import UUID

from ongoza_contracts.vocabulary import Role


class Permission(StrEnum):
    LEARNER_READ = "learner.read"
    LEARNER_CONTACT_READ = "learner.contact.read"
    PROGRESS_RECORD = "progress.record"
    SUBMISSION_REVIEW = "submission.review"
    COHORT_MANAGE = "cohort.manage"
    CONDUCT_MANAGE = "conduct.manage"
    ENTITLEMENT_MANAGE = "entitlement.manage"
    SPONSORSHIP_READ = "sponsorship.read"
    MEMBERSHIP_READ = "membership.read"
    MEMBERSHIP_MANAGE = "membership.manage"
    USER_LIST = "user.list"
    USER_MANAGE = "user.manage"
    ORGANIZATION_READ = "organization.read"
    ORGANIZATION_MANAGE = "organization.manage"
    CONTENT_MANAGE = "content.manage"
    AUDIT_READ = "audit.read"
    WEBHOOK_MANAGE = "webhook.manage"
    OPERATIONS_MANAGE = "operations.manage"


DESCRIPTIONS: Mapping[Permission, str] = {
    Permission.LEARNER_READ: "read a learner's profile, progress, recommendations and behaviour",
    Permission.LEARNER_CONTACT_READ: "read a learner's e-mail address",
    Permission.PROGRESS_RECORD: "record a learner's progress, regrade work, end reviewers' claims",
    Permission.SUBMISSION_REVIEW: "review a learner's submissions",
    Permission.COHORT_MANAGE: "add and change cohorts and calendar events",
    Permission.CONDUCT_MANAGE: "decide reports between learners and mentors; read flags of mentors",
    Permission.ENTITLEMENT_MANAGE: "give learners features of plans, and end what was given",
    Permission.SPONSORSHIP_READ: "read what became of an organization's seats, small groups hidden",
    Permission.MEMBERSHIP_READ: "read who has which role where, and these people's profiles",
    Permission.MEMBERSHIP_MANAGE: "grant and revoke roles, invite by mail",
    Permission.USER_LIST: "list and search users, and the members of organizations",
    Permission.USER_MANAGE: "add users, change their main role, deactivate and activate them",
    Permission.ORGANIZATION_READ: "read organizations",
    Permission.ORGANIZATION_MANAGE: "add and change organizations",
    Permission.CONTENT_MANAGE: "write, publish, change and retire content, programs and quizzes",
    Permission.AUDIT_READ: "read who changed what, of what the reader may read",
    Permission.WEBHOOK_MANAGE: "have facts about organizations' own sent to their systems",
    Permission.OPERATIONS_MANAGE: "list and retry jobs; list, retry and discard parked records",
}


class Reach(IntEnum):
    """How far a permission extends; a greater reach includes the smaller ones."""

    OWN = 1
    ASSIGNED = 2
    COHORT = 3
    ORGANIZATION = 4
    ALL = 5


class ScopeKind(StrEnum):
    """What a membership is about."""

    PLATFORM = "platform"
    ORGANIZATION = "organization"
    COHORT = "cohort"
    LEARNER = "learner"


REACH: Mapping[Role, Mapping[Permission, Reach]] = {
    Role.LEARNER: {
        Permission.LEARNER_READ: Reach.OWN,
        Permission.LEARNER_CONTACT_READ: Reach.OWN,
        Permission.MEMBERSHIP_READ: Reach.OWN,
        Permission.ORGANIZATION_READ: Reach.ORGANIZATION,
    },
    Role.MENTOR: {
        Permission.LEARNER_READ: Reach.ASSIGNED,
        Permission.LEARNER_CONTACT_READ: Reach.ASSIGNED,
        Permission.SUBMISSION_REVIEW: Reach.ASSIGNED,
        Permission.MEMBERSHIP_READ: Reach.OWN,
        Permission.ORGANIZATION_READ: Reach.ALL,
    },
    Role.DIRECTOR: {
        Permission.LEARNER_READ: Reach.ORGANIZATION,
        Permission.LEARNER_CONTACT_READ: Reach.ORGANIZATION,
        Permission.PROGRESS_RECORD: Reach.ORGANIZATION,
        Permission.SUBMISSION_REVIEW: Reach.ORGANIZATION,
        Permission.COHORT_MANAGE: Reach.ORGANIZATION,
        Permission.CONDUCT_MANAGE: Reach.ORGANIZATION,
        Permission.ENTITLEMENT_MANAGE: Reach.ORGANIZATION,
        Permission.MEMBERSHIP_READ: Reach.ORGANIZATION,
        Permission.MEMBERSHIP_MANAGE: Reach.ORGANIZATION,
        Permission.USER_LIST: Reach.ORGANIZATION,
        Permission.ORGANIZATION_READ: Reach.ALL,
        Permission.CONTENT_MANAGE: Reach.ALL,
        Permission.AUDIT_READ: Reach.ORGANIZATION,
        Permission.WEBHOOK_MANAGE: Reach.ORGANIZATION,
    },
    Role.SPONSOR: {
        Permission.LEARNER_READ: Reach.OWN,
        Permission.LEARNER_CONTACT_READ: Reach.OWN,
        Permission.SPONSORSHIP_READ: Reach.ORGANIZATION,
        Permission.MEMBERSHIP_READ: Reach.OWN,
        Permission.ORGANIZATION_READ: Reach.ORGANIZATION,
    },
    Role.ADMIN: dict.fromkeys(Permission, Reach.ALL),
}
"""THE table. A permission that a role does not list is forbidden to it."""

SCOPES: Mapping[Role, frozenset[ScopeKind]] = {
    Role.LEARNER: frozenset({ScopeKind.ORGANIZATION, ScopeKind.COHORT}),
    Role.MENTOR: frozenset({ScopeKind.ORGANIZATION, ScopeKind.COHORT, ScopeKind.LEARNER}),
    Role.DIRECTOR: frozenset({ScopeKind.ORGANIZATION, ScopeKind.COHORT}),
    Role.SPONSOR: frozenset({ScopeKind.ORGANIZATION}),
    Role.ADMIN: frozenset(),
}
"""Where a role may be granted. On the platform a role follows from the user's main role alone."""

LEARNERS_ONLY = frozenset(
    {
        Permission.LEARNER_READ,
        Permission.LEARNER_CONTACT_READ,
        Permission.PROGRESS_RECORD,
        Permission.SUBMISSION_REVIEW,
        Permission.CONDUCT_MANAGE,
        Permission.ENTITLEMENT_MANAGE,
    }
)
"""Within an organization or cohort these reach its learners; the other permissions, all members."""

_NEEDED = {
    ScopeKind.LEARNER: Reach.ASSIGNED,
    ScopeKind.COHORT: Reach.COHORT,
    ScopeKind.ORGANIZATION: Reach.ORGANIZATION,
    ScopeKind.PLATFORM: Reach.ALL,
}


class Membership(Protocol):
    """A role in a scope: core's row and the published fact alike."""

    @property
    def role(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def organization_id(self) -> int | None: ...
    @property
    def cohort_id(self) -> UUID | None: ...
    @property
    def learner_id(self) -> int | None: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def revoked_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Extent:
    """The users a permission reaches, besides the caller."""

    everyone: bool = False
    organizations: frozenset[int] = frozenset()
    cohorts: frozenset[UUID] = frozenset()
    learners: frozenset[int] = frozenset()


def is_active(membership: Membership, now: datetime) -> bool:
    """Whether it was neither revoked nor has ended by time."""
    if membership.revoked_at is not None:
        return False
    return membership.until is None or now < membership.until


def roles_of(main: str, memberships: Iterable[Membership], now: datetime) -> frozenset[Role]:
    """The main role and those of active memberships."""
    held = {one.role for one in memberships if is_active(one, now)}
    return frozenset(Role(role) for role in {main, *held})


def has_permission(role: str, permission: Permission) -> bool:
    """Whether a role has the permission at all, be it for the caller's own data only."""
    return permission in REACH[Role(role)]


def extent(permission: Permission, memberships: Iterable[Membership], now: datetime) -> Extent:
    """The users that the permission reaches by one user's memberships."""
    active = [one for one in memberships if is_active(one, now)]
    within = [one for one in active if _reach(one, permission) >= _NEEDED[ScopeKind(one.scope)]]
    return Extent(
        everyone=any(_reach(one, permission) is Reach.ALL for one in active),
        organizations=frozenset(one.organization_id for one in within if one.organization_id),
        cohorts=frozenset(one.cohort_id for one in within if one.cohort_id),
        learners=frozenset(one.learner_id for one in within if one.learner_id),
    )


def _reach(membership: Membership, permission: Permission) -> Reach:
    return REACH[Role(membership.role)].get(permission, Reach.OWN)


def reaches(
    extent: Extent,
    permission: Permission,
    user_id: int,
    memberships: Iterable[Membership],
    now: datetime,
) -> bool:
    """Whether the extent includes another user, who has these memberships."""
    if extent.everyone or user_id in extent.learners:
        return True
    return any(
        one.organization_id in extent.organizations or one.cohort_id in extent.cohorts
        for one in memberships
        if is_active(one, now) and is_subject(one, permission)
    )


def is_subject(membership: Membership, permission: Permission) -> bool:
    """Whether the permission, held in the membership's scope, is about its user."""
    return membership.role == Role.LEARNER or permission not in LEARNERS_ONLY
