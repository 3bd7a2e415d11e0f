from datetime import datetime

from ongoza_contracts.http.base import Response
from ongoza_contracts.vocabulary import OrganizationId, Role, Track, UserId


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


class Organization(Response):
    id: OrganizationId
    name: str
    kind: str
