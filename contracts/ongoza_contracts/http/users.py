from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from ongoza_contracts.http.base import Response
from ongoza_contracts.vocabulary import OrganizationId, Role, TimeZoneName, Track, UserId

ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class User(Response):
    """What core shows of a user to whoever may see that user."""

    id: UserId
    email: str | None
    """Null for callers without the permission `learner.contact.read` on the user."""
    first_name: str
    last_name: str
    role: Role
    track: Track | None
    organization: OrganizationId | None
    created_at: datetime
    updated_at: datetime


class Preferences(Response):
    """The user's own settings, of which ai reads these."""

    time_zone: TimeZoneName
    quiet_from: ClockTime | None
    """In the user's time zone, like `quiet_until`."""
    quiet_until: ClockTime | None
    nudges: bool = True
    """Whether the coach may nudge the user."""


class Organization(Response):
    id: OrganizationId
    name: str
    kind: str
