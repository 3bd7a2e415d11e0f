"""Mails that wait to be sent, and the deletion of what has expired."""

from datetime import timedelta

from django.utils import timezone

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.jobs.services import schedule
from core.mail.sending import send_mail
from core.users import api_tokens, one_time_tokens
from core.users.models import OneTimeToken, User
from core.users.one_time_tokens import Purpose, mail_job
from core.users.recipients import active_recipient
from core.users.services import end_expired_sign_ins

BATCH = 1000
FIRST_PASSWORD_WITHIN = timedelta(days=7)


@job_kind(mail_job(Purpose.VERIFY_ADDRESS))
def mail_verification(job: Job) -> None:
    user = active_recipient(job.user_id)
    if user is not None and user.email_verified_at is None:
        _mail_token(user, Purpose.VERIFY_ADDRESS)


@job_kind(mail_job(Purpose.RESET_PASSWORD))
def mail_password_reset(job: Job) -> None:
    """For an account without a password too, which its owner needs to erase it: the mailbox proves
    who owns it."""
    user = active_recipient(job.user_id)
    if user is not None:
        _mail_token(user, Purpose.RESET_PASSWORD)


@job_kind("users.invite")
def mail_invitation(job: Job) -> None:
    """For an account that an admin added: a link to set its first password."""
    user = active_recipient(job.user_id)
    if user is not None and not user.has_usable_password():
        _mail_token(user, Purpose.RESET_PASSWORD, "invitation", FIRST_PASSWORD_WITHIN)


@job_kind(mail_job(Purpose.LOG_IN_LINK))
def mail_log_in_link(job: Job) -> None:
    user = active_recipient(job.user_id)
    if user is not None and user.has_usable_password():
        _mail_token(user, Purpose.LOG_IN_LINK)


@job_kind("users.purge_tokens", every=timedelta(hours=1))
def purge_tokens(job: Job) -> None:
    """End expired sign-ins of people who have not come back."""
    if end_expired_sign_ins(BATCH) == BATCH:
        schedule(job.kind)  # the rest, in a transaction of its own


@job_kind("users.delete_expired_tokens", every=timedelta(days=1))
def delete_expired_tokens(job: Job) -> None:
    """End API tokens, then delete mailed tokens: in this order an erasure locks them too."""
    ended = api_tokens.end_expired(BATCH)
    expired = OneTimeToken.objects.filter(expires_at__lte=timezone.now())
    deleted, _ = OneTimeToken.objects.filter(pk__in=expired.values("pk")[:BATCH]).delete()
    if BATCH in (ended, deleted):
        schedule(job.kind)  # the rest, in a transaction of its own


def _mail_token(
    user: User,
    purpose: OneTimeToken.Purpose,
    template: str = "",
    lifetime: timedelta | None = None,
) -> None:
    token = one_time_tokens.issue(user, purpose, lifetime)
    if token is not None:
        send_mail(user.email, f"users/{template or purpose.value}", {"token": token})
