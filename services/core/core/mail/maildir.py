"""A mail backend that delivers into a folder, for machines without a mail server."""

import mailbox
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class MaildirBackend(BaseEmailBackend):
    """Safe with several processes, as Maildir is."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        box = mailbox.Maildir(settings.MAIL_FOLDER)
        for message in email_messages:
            box.add(message.message().as_bytes())
        return len(email_messages)
