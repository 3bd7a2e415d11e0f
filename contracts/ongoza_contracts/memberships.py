"""Facts about who has which role where, and until when."""

from uuid import UUID

from pydantic import AwareDatetime

from ongoza_contracts.access import ScopeKind
from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import OrganizationId, Role, UserId


class MembershipUpdated(
    Fact,
    type="ongoza.membership.updated.v1",
    key=("membership_id",),
    partition="user_id",
    subjects=("user_id", "learner_id", "granted_by"),
):
    """A user was given a role within a scope, its end was moved, or it was revoked."""

    membership_id: UUID
    """A UUID of version 7."""
    user_id: UserId
    """The user who has the role."""
    role: Role
    """The role that the user has within the scope."""
    scope: ScopeKind
    """What kind of scope the role holds in."""
    organization_id: OrganizationId | None = None
    """For scope organization."""
    cohort_id: UUID | None = None
    """For scope cohort."""
    learner_id: UserId | None = None
    """For scope learner; absent once that learner was erased, and then it reaches nobody."""
    granted_by: UserId | None = None
    """Absent where the membership follows from the user's main role, or its granter was erased."""
    until: AwareDatetime | None = None
    """When the membership ends by itself."""
    revoked_at: AwareDatetime | None = None
    """When it was revoked; absent if it was granted again."""
    created_at: AwareDatetime
    """When the role was granted first."""
    updated_at: AwareDatetime
    """When the membership changed last."""
