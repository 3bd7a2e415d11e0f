"""Notifications by mail."""

from collections.abc import Sequence

from core.mail.sending import send_mail
from core.notifications.channels import Message
from core.users.models import User


class MailChannel:
    """A worker that is killed after the server took a mail and before that was noted repeats it."""

    sends_at_most_once = False

    def destinations(self, user: User, *, urgent: bool) -> Sequence[str]:
        """An address that nobody verified may be a stranger's: it gets urgent notices alone."""
        return [""] if urgent or user.email_verified_at is not None else []

    def send(self, user: User, destination: str, message: Message) -> None:
        context = {"title": message.title, "text": message.text}
        send_mail(user.email, "notifications/notification", context)
