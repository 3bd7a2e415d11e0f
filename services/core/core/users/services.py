"""Everything that changes users and their sign-ins."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from core.access.services import MainRole, follow_main_role
from core.kit.errors import Conflict, DomainError
from core.kit.trace import set_actor
from core.kit.versions import get_for_update
from core.outbox.publish import delete_published, publish
from core.users import passwords, selectors
from core.users.models import SignIn, User, new_jti, whole_second
from core.users.tokens import InvalidToken, TokenPair, UserClaims, issue, read_refresh
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

    A new role voids access tokens, which name the old one; a user who is made inactive is signed
    out everywhere.
    """
    user = get_for_update(User.objects.filter(pk=user_id))
    changed = {name: value for name, value in changes.items() if getattr(user, name) != value}
    if not changed:
        return user
    old = _main_role(user)
    for name, value in changed.items():
        setattr(user, name, value)
    if changed.keys() & {"role", "is_active"}:
        user.token_generation += 1
    publish(user)
    if (new := _main_role(user)) != old:
        follow_main_role(user.id, new, old)
    if not user.is_active:
        _end_all(user.sign_ins.all())
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
        return sign_in(user)


@transaction.atomic
def set_password(*, user_id: int, password: str | None) -> User:
    """Ends every sign-in made with the old password."""
    user = get_for_update(User.objects.filter(pk=user_id))
    user.set_password(password)
    user.token_generation += 1
    publish(user)
    _end_all(user.sign_ins.all())
    return user


# --- signing in --------------------------------------------------------------------------------
@transaction.atomic
def sign_up(*, email: str, password: str, **more: Any) -> SignedIn:
    """A new learner, signed in. Raises EmailTaken and DRF's ValidationError."""
    return sign_in(add_user(email=email, password=password, **more))


def log_in(*, email: str, password: str) -> SignedIn:
    """Raises WrongCredentials, in the same words and time whichever of the two is wrong."""
    user = selectors.by_email(email)
    if not passwords.check_password(password, user) or user is None:
        raise WrongCredentials
    with transaction.atomic():
        unchanged = User.objects.filter(pk=user.pk, password=user.password, is_active=True)
        current = unchanged.select_for_update(no_key=True).first()
        if current is None:
            raise WrongCredentials
        return sign_in(current)


@transaction.atomic
def sign_in(user: User) -> SignedIn:
    """The caller holds the user's lock. Ends the user's expired sign-ins."""
    _end_all(user.sign_ins.filter(refreshed_at__lt=_expiry()))
    started = SignIn(user=user)
    publish(started)
    return SignedIn(user, issue(user, started))


def _expiry() -> datetime:
    """No refresh token issued before this is valid any more."""
    lifetime: timedelta = settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    return whole_second() - lifetime


@transaction.atomic
def end_expired_sign_ins(limit: int) -> int:
    """End sign-ins, of whichever users, whose refresh token has expired; how many."""
    expired = SignIn.objects.filter(refreshed_at__lt=_expiry()).order_by("pk")
    ids = [*expired.values_list("pk", flat=True)[:limit]]
    _end_all(SignIn.objects.filter(pk__in=ids, refreshed_at__lt=_expiry()))
    return len(ids)


def refresh(*, refresh_token: str) -> TokenPair:
    """A new pair for a refresh token, which is used up by that. Raises InvalidToken.

    One used again within the grace period gets the same successor again, because answers get lost
    and tabs race; one used later, or after its successor, ends the sign-in: it may be stolen.
    """
    claims = read_refresh(refresh_token)
    set_actor(f"user:{claims.user_id}")
    with transaction.atomic():
        pair = _rotate(claims)
    if pair is None:
        raise InvalidToken
    return pair


def log_out(*, refresh_token: str) -> None:
    """Ends the sign-in the token belongs to; once more is no error. Raises InvalidToken."""
    claims = read_refresh(refresh_token)
    set_actor(f"user:{claims.user_id}")
    with transaction.atomic():
        _end_all(_sign_in_of(claims))


def _rotate(claims: UserClaims) -> TokenPair | None:
    """None for a token that is not valid; for a reused one the sign-in is ended.

    Locks the sign-in alone: an erasure, which locks the user first, never waits in a circle.
    """
    rows = _sign_in_of(claims)
    rotated = rows.filter(refresh_jti=claims.jti).update(
        refresh_jti=new_jti(), previous_refresh_jti=claims.jti, refreshed_at=whole_second()
    )
    current = rows.filter(user__is_active=True).select_related("user").first()
    if current is None:
        return None
    if rotated or _within_grace(current, claims.jti):
        return issue(current.user, current)
    _end_all(rows)
    return None


def _within_grace(current: SignIn, jti: str) -> bool:
    age = whole_second() - current.refreshed_at
    grace = timedelta(seconds=settings.REFRESH_GRACE_SECONDS)
    return jti == current.previous_refresh_jti and age <= grace


def _sign_in_of(claims: UserClaims) -> QuerySet[SignIn]:
    return SignIn.objects.filter(pk=claims.sid, user_id=claims.user_id)


def _end_all(sign_ins: QuerySet[SignIn]) -> None:
    """Locks them in the order of their ids, as an erasure does."""
    for one in sign_ins.select_for_update().order_by("pk"):
        delete_published(one)
