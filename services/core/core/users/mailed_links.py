"""Actions by links that are mailed to users: verify the address, reset the password, log in.

A request for a link does the same work for known and unknown addresses: one look-up, one job.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.jobs.services import schedule
from core.users import one_time_tokens, passwords, second_factor, selectors
from core.users.account_claims import claim_unverified
from core.users.models import OneTimeToken, User
from core.users.one_time_tokens import InvalidOneTimeToken, Purpose
from core.users.services import SignedIn, set_password, sign_in
from ongoza_ops.trace import set_actor


def request_link(*, email: str, purpose: OneTimeToken.Purpose) -> None:
    """Schedules a mail to the address. For an unknown one too, so that nothing tells them apart;
    that job mails nothing."""
    user = selectors.by_email(email)
    schedule(
        one_time_tokens.mail_job(purpose),
        user_id=user.id if user else None,
        key=_key(email, purpose),
    )


def _key(email: str, purpose: OneTimeToken.Purpose) -> str:
    """Bound to the purpose: jobs of two kinds do not show that they are for the same address."""
    salt = f"core.users.mailed_links.{purpose}"
    return salted_hmac(salt, email, algorithm="sha256").hexdigest()


def request_verification(user: User) -> None:
    """Schedules another mail; that job mails nothing once the address is verified."""
    request_link(email=user.email, purpose=Purpose.VERIFY_ADDRESS)


@transaction.atomic
def verify_address(*, user: User, token: str) -> None:
    """Raises InvalidOneTimeToken, also for the token of another user.

    The token alone would not do: somebody who signed up with the address of another person keeps
    the password and the sign-ins, and its owner would confirm that account by opening the mail.
    """
    if one_time_tokens.redeem(token, Purpose.VERIFY_ADDRESS) != user:
        raise InvalidOneTimeToken
    mark_verified(user)


@transaction.atomic
def reset_password(*, token: str, password: str) -> None:
    """Ends every sign-in, and removes the second factor of an address that was not verified before.
    Raises InvalidOneTimeToken, and DRF's ValidationError, which leaves the token usable."""
    user = one_time_tokens.redeem(token, Purpose.RESET_PASSWORD)
    set_actor(f"user:{user.id}")
    passwords.require_acceptable(password, user, field="new_password")
    set_password(user_id=user.id, password=password)
    if user.email_verified_at is None:
        second_factor.remove(user)
    mark_verified(user)


def log_in_by_link(*, token: str, device: str = "") -> SignedIn:
    """End every access that was set up before the address was verified.

    Raises InvalidOneTimeToken and ChallengeIssued.
    """
    with transaction.atomic():
        user = one_time_tokens.redeem(token, Purpose.LOG_IN_LINK)
        set_actor(f"user:{user.id}")
        if user.email_verified_at is None:
            user = claim_unverified(user)
        mark_verified(user)
        challenge = second_factor.challenge_for(user)
        if challenge is None:
            return sign_in(user, device)
    raise challenge


def mark_verified(user: User) -> None:
    """A mailed token proves that its holder reads the mail of the address."""
    unverified = User.objects.filter(pk=user.pk, email_verified_at=None)
    unverified.update(email_verified_at=timezone.now())
