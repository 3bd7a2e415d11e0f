"""A mail backend that delivers into a folder, for machines without a mail server."""

import mailbox
from collections.abc import Sequence
from email.utils import parseaddr
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

ABOUT = "X-User-ID"
"""The header of a mail to somebody else that names the user whom it is about."""


class MaildirBackend(BaseEmailBackend):
    """Several processes may deliver at once."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_FOLDER)
        for part in ("tmp", "new", "cur"):  # Maildir fails where two create the folder at once
            (folder / part).mkdir(parents=True, exist_ok=True)
        box = mailbox.Maildir(folder)
        for message in email_messages:
            box.add(message.message().as_bytes())
        return len(email_messages)

    def delete_sent(self, to: str, about: int) -> int:
        """Delete the mails to one address and those about a user; how many there were."""
        if not Path(settings.MAIL_FOLDER).exists():
            return 0
        box = mailbox.Maildir(settings.MAIL_FOLDER, create=False)
        found = [
            key
            for key, mail in box.iteritems()
            if parseaddr(str(mail["To"]))[1] == to or mail[ABOUT] == str(about)
        ]
        for key in found:
            box.discard(key)
        return len(found)
