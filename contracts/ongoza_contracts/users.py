"""Facts about users: who exists, in which role and track. Names and addresses stay in core."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import OrganizationId, Role, Track, UserId

TokenGeneration = Annotated[int, Field(ge=0, le=2**31 - 1)]


class _UserFact(Fact, key=("user_id",), partition="user_id", subjects=("user_id",)):
    user_id: UserId
    """The user's id in core. It is never given to another user."""


class _UserState(_UserFact):
    role: Role
    """The user's main role; further roles are memberships."""
    track: Track | None = None
    """The track the user chose or was profiled into; absent until then."""
    organization_id: OrganizationId | None = None
    """The organization the user belongs to; absent for one who belongs to none."""
    status: Literal["active", "inactive"]
    """An inactive user keeps the record but may not sign in."""
    tokens_valid_from: AwareDatetime | None = None
    """Deprecated and no longer set: see `token_generation` and the sign-ins."""
    token_generation: TokenGeneration = 0
    """Access tokens whose claim `gen` is lower are void; a token without that claim has 0."""
    created_at: AwareDatetime
    """When the user signed up or was added."""
    updated_at: AwareDatetime
    """When the user changed last."""


class UserCreated(_UserState, type="ongoza.user.created.v1"):
    """A user signed up or was added."""


class UserUpdated(_UserState, type="ongoza.user.updated.v1"):
    """A user changed. All published fields are equal if only the name changed."""


class UserErased(_UserFact, type="ongoza.user.erased.v1", deletion=True):
    """A user was erased: the last fact of the key, never removed. Delete all data about the id."""
