"""The port to channels that reach a user outside of the app, and which channels there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from core.users.models import User


class DeliveryAbandoned(Exception):
    """This message cannot be sent, or it may have been sent already: do not try again."""


class NotAccepted(Exception):
    """The message was not taken; another attempt may succeed and sends it once."""


@dataclass(frozen=True)
class Message:
    """One notification, as its reader is to see it."""

    id: UUID
    kind: str
    title: str
    text: str
    urgent: bool


class OutgoingChannel(Protocol):
    sends_at_most_once: bool
    """Whether a message that may have been sent is given up: a repeated one would hurt."""

    def destinations(self, user: User, *, urgent: bool) -> Sequence[str]:
        """Where the user is reached at present; empty if nowhere, or if the channel is off."""

    def send(self, user: User, destination: str, message: Message) -> None:
        """Raises DeliveryAbandoned; any other exception means that it may be tried again."""
