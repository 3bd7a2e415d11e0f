"""Everything that changes users and their sign-ins."""

from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from core.access.services import MainRole, follow_main_role
from core.kit.errors import Conflict, DomainError
from core.kit.trace import set_actor
from core.kit.versions import get_for_update
from core.outbox.publish import publish
from core.users import passwords, selectors
from core.users.models import SignIn, User
from core.users.tokens import InvalidToken, RefreshToken, TokenPair, issue, read_refresh
from ongoza_contracts.vocabulary import Role


class EmailTaken(Conflict):
    code = "email_taken"
    detail = "There is an account with this e-mail address already."


class WrongCredentials(DomainError):
    status = 401
    code = "wrong_credentials"
    detail = "E-mail address or password is wrong."


class WrongPassword(DomainError):
    status = 403
    code = "wrong_password"
    detail = "The password is wrong."


class SignedIn(NamedTuple):
    user: User
    tokens: TokenPair


# --- users -------------------------------------------------------------------------------------
@transaction.atomic
def add_user(*, email: str, password: str | None, role: Role = Role.LEARNER, **more: Any) -> User:
    """A new user. Without a password nobody can sign in as them.

    `more` may hold first_name, last_name, track, organization and is_active. Raises EmailTaken and
    DRF's ValidationError.
    """
    user = User(email=email.lower(), role=role, **more)
    if password is not None:
        passwords.require_acceptable(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            publish(user)
    except IntegrityError:
        raise EmailTaken from None
    follow_main_role(user.id, _main_role(user))
    return user


@transaction.atomic
def update_user(*, user_id: int, **changes: Any) -> User:
    """Set fields of a user. No-op if nothing changes: no new version, nothing published.

    A user who is made inactive is signed out everywhere.
    """
    user = get_for_update(User.objects.filter(pk=user_id))
    changed = {name: value for name, value in changes.items() if getattr(user, name) != value}
    if not changed:
        return user
    old = _main_role(user)
    for name, value in changed.items():
        setattr(user, name, value)
    if changed.keys() & {"role", "is_active", "organization"}:
        user.tokens_valid_from = _now()  # a token says what its bearer may do
    publish(user)
    if (new := _main_role(user)) != old:
        follow_main_role(user.id, new, old)
    if not user.is_active:
        user.sign_ins.all().delete()
    return user


def _main_role(user: User) -> MainRole:
    return MainRole(Role(user.role), user.organization_id)


def change_password(*, user: User, current: str, new: str) -> SignedIn:
    """Ends every sign-in, this one too, and begins a new one. Raises WrongPassword."""
    if not passwords.check_password(current, user):
        raise WrongPassword
    passwords.require_acceptable(new, user, field="new_password")
    with transaction.atomic():
        user = set_password(user_id=user.id, password=new)
        return _sign_in(user)


@transaction.atomic
def set_password(*, user_id: int, password: str | None) -> User:
    """Ends every sign-in made with the old password."""
    user = get_for_update(User.objects.filter(pk=user_id))
    user.set_password(password)
    _end_tokens(user)
    user.sign_ins.all().delete()
    return user


def _end_tokens(user: User) -> None:
    """Publishes that a locked user's access tokens issued before now are void."""
    user.tokens_valid_from = _now()
    publish(user)


def _now() -> datetime:
    """As tokens say it, in whole seconds: those of this very second stay good."""
    return timezone.now().replace(microsecond=0)


# --- signing in --------------------------------------------------------------------------------
@transaction.atomic
def sign_up(*, email: str, password: str, **more: Any) -> SignedIn:
    """A new learner, signed in. Raises EmailTaken and DRF's ValidationError."""
    return _sign_in(add_user(email=email, password=password, **more))


def log_in(*, email: str, password: str) -> SignedIn:
    """Raises WrongCredentials, in the same words and time whichever of the two is wrong."""
    user = selectors.by_email(email)
    if not passwords.check_password(password, user) or user is None:
        raise WrongCredentials
    with transaction.atomic():
        unchanged = User.objects.filter(pk=user.pk, password=user.password, is_active=True)
        if unchanged.select_for_update(no_key=True).first() is None:
            raise WrongCredentials
        return _sign_in(user)


def refresh(*, refresh_token: str) -> TokenPair:
    """A new pair for a refresh token, which is used up by that.

    One that was used before has been stolen, or its successor has: the whole family ends.
    Raises InvalidToken.
    """
    token, claims = read_refresh(refresh_token)
    with transaction.atomic():
        sign_in = selectors.locked_sign_in(claims.sid, claims.user_id)
        pair = _rotate(token, sign_in) if sign_in else None
    if pair is None:
        raise InvalidToken
    return pair


def log_out(*, refresh_token: str) -> None:
    """Ends the sign-in the token belongs to; once more is no error. Raises InvalidToken."""
    _, claims = read_refresh(refresh_token)
    set_actor(f"user:{claims.user_id}")
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(pk=claims.user_id).first()
        if user and SignIn.objects.filter(pk=claims.sid, user=user).delete()[0]:
            _end_tokens(user)


def _rotate(token: RefreshToken, sign_in: SignIn) -> TokenPair | None:
    """None when the token was used before: its sign-in is deleted then."""
    try:
        token.check_blacklist()
    except TokenError:
        sign_in.delete()
        return None
    now = timezone.now()
    OutstandingToken.objects.filter(user_id=sign_in.user_id, expires_at__lt=now).delete()
    token.blacklist()
    sign_in.expires_at = now + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    sign_in.save(update_fields=["expires_at"])
    return issue(sign_in.user, sign_in)


def _sign_in(user: User) -> SignedIn:
    now = timezone.now()
    user.sign_ins.filter(expires_at__lt=now).delete()
    expires_at = now + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    sign_in = user.sign_ins.create(created_at=now, expires_at=expires_at)
    return SignedIn(user, issue(user, sign_in))
