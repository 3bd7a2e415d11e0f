"""Sends one mail, rendered from a template of the app that sends it."""

from collections.abc import Mapping
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string

from core.mail.maildir import ABOUT, MaildirBackend


class CalendarPart(NamedTuple):
    """An event for the recipient's calendar (RFC 6047)."""

    method: str
    """`REQUEST` or `CANCEL`."""
    text: str


def send_mail(
    to: str,
    template: str,
    context: Mapping[str, object],
    *,
    about: int | None = None,
    calendar: CalendarPart | None = None,
) -> None:
    """Send `mail/<template>.txt`, whose first line is the subject, to one address.

    `about` is the id of the user whom a mail to somebody else names. The template knows `web_url`,
    where the web client is. Raises what the mail backend raises.
    """
    text = render_to_string(f"mail/{template}.txt", {"web_url": settings.WEB_URL, **context})
    subject, _, body = text.strip().partition("\n")
    headers = {} if about is None else {ABOUT: str(about)}
    subject = subject.removeprefix("Subject: ")
    mail = EmailMultiAlternatives(subject, body.strip() + "\n", to=[to], headers=headers)
    if calendar is not None:
        mail.attach_alternative(calendar.text, f"text/calendar; method={calendar.method}")
    mail.send()


def delete_sent_mails(to: str, about: int) -> dict[str, int]:
    """Delete from our own mail folder what was sent to one address or is about a user; how many
    mails.

    Empty where a mail server delivers: no sent mail can be recalled.
    """
    backend = get_connection()
    return {"mails": backend.delete_sent(to, about)} if isinstance(backend, MaildirBackend) else {}
