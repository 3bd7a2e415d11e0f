"""Mails that wait to be sent."""

from datetime import timedelta

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.mail.sending import send_mail
from core.users import guardians, one_time_tokens
from core.users.models import OneTimeToken, User
from core.users.one_time_tokens import Purpose, mail_job
from core.users.recipients import active_recipient

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


@job_kind(mail_job(Purpose.GUARDIAN_CONSENT))
def mail_guardian_consent(job: Job) -> None:
    """To the guardian of a minor; the token is the minor's.

    The minor is locked: another address is set before the token is issued, or voids it.
    """
    user = active_recipient(job.user_id)
    if user is None:
        return
    minors = guardians.minors().filter(user=user).exclude(guardian_email="")
    minor = minors.select_for_update().first()
    token = minor and one_time_tokens.issue(user, Purpose.GUARDIAN_CONSENT)
    if minor is not None and token is not None:
        learner = f"{user.first_name} {user.last_name}".strip() or user.email
        context = {"token": token, "learner": learner}
        send_mail(minor.guardian_email, "users/guardian_consent", context, about=user.id)


def _mail_token(
    user: User,
    purpose: OneTimeToken.Purpose,
    template: str = "",
    lifetime: timedelta | None = None,
) -> None:
    token = one_time_tokens.issue(user, purpose, lifetime)
    if token is not None:
        send_mail(user.email, f"users/{template or purpose.value}", {"token": token})
