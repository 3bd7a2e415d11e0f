"""Facts about sign-ins: that one began, and that it ended. Its tokens are void once it ended."""

from uuid import UUID

from pydantic import AwareDatetime

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import UserId


class _SignInFact(Fact, key=("user_id", "sign_in_id"), partition="user_id", subjects=("user_id",)):
    user_id: UserId
    """The user's id in core."""
    sign_in_id: UUID
    """The claim `sid` of every token that descends from the sign-in."""


class SignInStarted(_SignInFact, type="ongoza.signin.started.v1"):
    """A user signed in on a device. Refreshing tokens does not change the sign-in."""

    started_at: AwareDatetime
    """When the user signed in."""


class SignInEnded(_SignInFact, type="ongoza.signin.ended.v1", deletion=True):
    """A sign-in ended: log-out, a new password, deactivation, a reused refresh token, or expiry."""

    ended_at: AwareDatetime
    """When the sign-in ended."""
