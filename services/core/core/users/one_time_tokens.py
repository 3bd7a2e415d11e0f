"""Tokens that are mailed and work once. The database holds their SHA-256 alone."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from core.kit.errors import DomainError
from core.users.models import OneTimeToken, User

Purpose = OneTimeToken.Purpose
LIFETIMES = {
    Purpose.VERIFY_ADDRESS: timedelta(days=3),
    Purpose.RESET_PASSWORD: timedelta(hours=1),
    Purpose.LOG_IN_LINK: timedelta(minutes=15),
    Purpose.GUARDIAN_CONSENT: timedelta(days=14),
}
MAX_PENDING = 5


class InvalidOneTimeToken(DomainError):
    code = "invalid_token"
    detail = "This link was used already or has expired. Ask for another one."


def mail_job(purpose: OneTimeToken.Purpose) -> str:
    """The kind of job that mails a token for the purpose."""
    return f"users.{purpose}"


def hash_token(token: str) -> str:
    """Hash a random token, without salt and rounds, because nobody can guess 32 random bytes."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue(
    user: User, purpose: OneTimeToken.Purpose, lifetime: timedelta | None = None
) -> str | None:
    """A new token, valid as long as its purpose says or for `lifetime`; None while too many wait,
    so that nobody can flood a mailbox."""
    now = timezone.now()
    pending = user.one_time_tokens.filter(purpose=purpose, used_at=None, expires_at__gt=now)
    if pending.count() >= MAX_PENDING:
        return None
    token = secrets.token_urlsafe(32)
    expires_at = now + (lifetime or LIFETIMES[purpose])
    user.one_time_tokens.create(purpose=purpose, hash=hash_token(token), expires_at=expires_at)
    return token


@transaction.atomic
def redeem(token: str, purpose: OneTimeToken.Purpose) -> User:
    """Use up the token; its active user, locked until the caller's transaction ends, which undoes
    the use if it fails. Raises InvalidOneTimeToken.

    The user is locked before the token, as in an erasure.
    """
    now = timezone.now()
    rows = OneTimeToken.objects.filter(
        purpose=purpose, hash=hash_token(token), used_at=None, expires_at__gt=now
    )
    owners = User.objects.filter(pk__in=rows.values("user_id"), is_active=True)
    user = owners.select_for_update(no_key=True).first()
    if user is None or not rows.update(used_at=now):
        raise InvalidOneTimeToken
    return user


def void(user: User, *purposes: OneTimeToken.Purpose) -> None:
    """Delete the user's tokens for these purposes."""
    user.one_time_tokens.filter(purpose__in=purposes).delete()
