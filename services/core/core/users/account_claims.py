"""Revokes old access when the person behind an account's address is proved for the first time.

Anybody can sign up with the address of another person, wait, and share the account once its owner
comes. So nothing that was set up before the proof still opens the account. Only a signed-in user
who confirms the address by a mailed link, and so proves both, keeps everything.
"""

import secrets

from core.users import second_factor
from core.users.models import TotpSecret, User
from core.users.services import set_password


def claim_unverified(user: User) -> User:
    """Ends all sign-ins and API tokens, and removes password and second factor."""
    second_factor.remove(user)
    return _replace_password(user)


def claim_verified(user: User) -> User:
    """As `claim_unverified`, but a second factor that was set up after the address was verified
    stays."""
    proved = TotpSecret.objects.filter(user=user, confirmed_at__gte=user.email_verified_at)
    if not proved.exists():
        second_factor.remove(user)
    return _replace_password(user)


def _replace_password(user: User) -> User:
    """By a random one: an account without a password would get no mail to choose another."""
    return set_password(user_id=user.id, password=secrets.token_urlsafe(32))
