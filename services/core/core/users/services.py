"""Everything that changes users and their sign-ins."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from core.access.services import MainRole, follow_main_role
from core.jobs.services import schedule
from core.kit import clock
from core.kit.errors import Conflict, DomainError, NotFound
from core.kit.etags import IfMatch
from core.kit.versions import get_for_update
from core.outbox.publish import delete_published, publish
from core.users import guardians, passwords, second_factor, selectors
from core.users.models import SignIn, TrackChoice, User, new_jti, whole_second
from core.users.one_time_tokens import Purpose, mail_job, void
from core.users.signals import password_changed, signed_in
from core.users.tokens import InvalidToken, TokenPair, UserClaims, issue, read_refresh
from ongoza_contracts.vocabulary import Role, Track
from ongoza_ops.trace import set_actor


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
    sign_in_id: UUID


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
    if user.track is not None:
        _record_track(user, TrackChoice.Source.STAFF)
    follow_main_role(user.id, _main_role(user))
    return user


@transaction.atomic
def add_user_without_birth_year(*, email: str, password: str | None = None, **more: Any) -> User:
    """A new user, like `add_user`, who is asked for the year of birth at first use."""
    user = add_user(email=email, password=password, **more)
    guardians.ask_birth_year(user)
    return user


@transaction.atomic
def update_user(
    *,
    user_id: int,
    if_match: IfMatch | None = None,
    track_source: str = TrackChoice.Source.STAFF,
    **changes: Any,
) -> User:
    """Set fields of a user. No-op if nothing changes: no new version, nothing published.

    `track_source` says by whose word a new track is. A new role voids access tokens, which name the
    old one; a user who is made inactive is signed out everywhere. Raises NotFound and
    PreconditionFailed.
    """
    user = get_for_update(User.objects.filter(pk=user_id), if_match=if_match)
    changed = {name: value for name, value in changes.items() if getattr(user, name) != value}
    if not changed:
        return user
    old = _main_role(user)
    for name, value in changed.items():
        setattr(user, name, value)
    if "email" in changed:
        user.email_verified_at = None
        void(user, *Purpose)
        user.external_identities.all().delete()
    if changed.keys() & {"role", "is_active"}:
        user.token_generation += 1
    publish(user)
    if "track" in changed:
        _record_track(user, track_source)
    if (new := _main_role(user)) != old:
        follow_main_role(user.id, new, old)
    if not user.is_active:
        end_sign_ins(user.sign_ins.all())
    return user


@transaction.atomic
def choose_track(
    *, user_id: int, track: Track, source: str = TrackChoice.Source.SELF, at: datetime | None = None
) -> TrackChoice:
    """Change or confirm a user's track. No-op if the newest choice is of the same track and source;
    a confirmed track publishes nothing. Raises NotFound."""
    user = get_for_update(User.objects.filter(pk=user_id))
    newest = user.track_choices.first()
    if newest and (newest.track, newest.source, user.track) == (track, source, track):
        return newest
    if user.track != track:
        user.track = track
        publish(user)
    return _record_track(user, source, at)


def _record_track(user: User, source: str, at: datetime | None = None) -> TrackChoice:
    chosen_at = at or clock.now()
    return user.track_choices.create(track=user.track, source=source, chosen_at=chosen_at)


def _main_role(user: User) -> MainRole:
    return MainRole(Role(user.role), user.organization_id)


def change_password(*, user: User, current: str, new: str, device: str = "") -> SignedIn:
    """Ends every sign-in, this one too, and begins a new one. Raises WrongPassword,
    WrongCredentials if another password was set meanwhile, and EnrolmentRequired."""
    if not passwords.check_password(current, user):
        raise WrongPassword
    passwords.require_acceptable(new, user, field="new_password")
    with transaction.atomic():
        user = lock_unchanged(user)
        if second_factor.is_missing(user):
            raise second_factor.EnrolmentRequired(user)
        return sign_in(set_password(user_id=user.id, password=new), device)


@transaction.atomic
def set_password(*, user_id: int, password: str | None) -> User:
    """Ends every sign-in made with the old password, and voids the links mailed before."""
    user = get_for_update(User.objects.filter(pk=user_id))
    had_password = user.has_usable_password()
    user.set_password(password)
    user.token_generation += 1
    void(user, Purpose.RESET_PASSWORD, Purpose.LOG_IN_LINK)
    publish(user)
    if had_password:
        password_changed.send(User, user=user)
    end_sign_ins(user.sign_ins.all())
    return user


# --- signing in --------------------------------------------------------------------------------
@transaction.atomic
def sign_up(
    *,
    email: str,
    password: str,
    device: str = "",
    terms_version: str | None = None,
    birth_year: int | None = None,
    **more: Any,
) -> SignedIn:
    """A new learner, signed in, who gets a mail to verify the address.

    Raises EmailTaken and DRF's ValidationError.
    """
    user = add_user(email=email, password=password, **more)
    guardians.record_sign_up(user, terms_version=terms_version, birth_year=birth_year)
    schedule(mail_job(Purpose.VERIFY_ADDRESS), user_id=user.id)
    return sign_in(user, device)


def log_in(*, email: str, password: str, device: str = "") -> SignedIn:
    """Raises WrongCredentials, in the same words and time whichever of the two is wrong, and
    ChallengeIssued when the log-in needs another step."""
    user = selectors.by_email(email)
    if not passwords.check_password(password, user) or user is None:
        raise WrongCredentials
    with transaction.atomic():
        user = lock_unchanged(user)
        challenge = second_factor.challenge_for(user)
        if challenge is None:
            return sign_in(user, device)
    raise challenge


def lock_unchanged(user: User) -> User:
    """The user, locked. Raises WrongCredentials if the password or the token generation changed
    since it was checked, or the user is no longer active."""
    current = User.objects.filter(pk=user.pk).select_for_update(no_key=True).first()
    if current is None:
        raise WrongCredentials
    require_unchanged(current, user)
    return current


def require_unchanged(current: User, checked: User) -> None:
    """Raises WrongCredentials as `lock_unchanged` does, for a caller who has locked the user."""
    same_password = current.password == checked.password
    same_generation = current.token_generation == checked.token_generation
    if not (same_password and same_generation and current.is_active):
        raise WrongCredentials


@transaction.atomic
def sign_in(user: User, device: str = "") -> SignedIn:
    """The caller holds the user's lock. Ends the user's expired sign-ins."""
    started = begin_sign_in(user, device)
    return SignedIn(user, issue(user, started), started.id)


@transaction.atomic
def begin_sign_in(user: User, device: str) -> SignIn:
    """A sign-in without tokens; otherwise like `sign_in`."""
    end_sign_ins(selectors.without_api_tokens(user.sign_ins.filter(refreshed_at__lt=_expiry())))
    started = SignIn(user=user, device=device)
    publish(started)
    signed_in.send(SignIn, sign_in=started)
    return started


def _expiry() -> datetime:
    """No refresh token issued before this is valid any more."""
    lifetime: timedelta = settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    return whole_second() - lifetime


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
        end_sign_ins(_sign_in_of(claims))


@transaction.atomic
def end_sign_in(*, user: User, sign_in_id: UUID) -> None:
    """Raises NotFound, for the sign-in of somebody else as well."""
    rows = selectors.without_api_tokens(user.sign_ins.filter(pk=sign_in_id))
    if not rows.exists():
        raise NotFound
    end_sign_ins(rows)


@transaction.atomic
def end_other_sign_ins(*, user: User, current: UUID) -> None:
    """Ends the user's sign-ins on all devices but the current one. API tokens stay."""
    end_sign_ins(selectors.without_api_tokens(user.sign_ins.exclude(pk=current)))


@transaction.atomic
def end_all_sign_ins(*, user_id: int) -> None:
    """Signs a user out everywhere, API tokens too, and voids all access tokens. Raises NotFound."""
    user = get_for_update(User.objects.filter(pk=user_id))
    user.token_generation += 1
    publish(user)
    end_sign_ins(user.sign_ins.all())


@transaction.atomic
def revoke_sign_in(*, sign_in_id: UUID) -> None:
    """Ends anybody's sign-in, an API token with it; no-op if it has ended."""
    end_sign_ins(SignIn.objects.filter(pk=sign_in_id))


@transaction.atomic
def end_sign_ins_before_enrolment(*, user: User, current: UUID) -> None:
    """Ends all but the current one, API tokens too: they were made with the password alone."""
    end_sign_ins(user.sign_ins.exclude(pk=current))


def _rotate(claims: UserClaims) -> TokenPair | None:
    """None for a token that is not valid; for a reused one the sign-in is ended. Without a second
    factor that the user's role requires, the user has to log in again, to set it up.

    Locks the sign-in alone: an erasure, which locks the user first, never waits in a circle.
    """
    rows = _sign_in_of(claims)
    rotated = rows.filter(refresh_jti=claims.jti).update(
        refresh_jti=new_jti(), previous_refresh_jti=claims.jti, refreshed_at=whole_second()
    )
    current = rows.filter(user__is_active=True).select_related("user").first()
    if current is None or second_factor.is_missing(current.user):
        return None
    if rotated or _within_grace(current, claims.jti):
        return issue(current.user, current)
    end_sign_ins(rows)
    return None


def _within_grace(current: SignIn, jti: str) -> bool:
    age = whole_second() - current.refreshed_at
    grace = timedelta(seconds=settings.REFRESH_GRACE_SECONDS)
    return jti == current.previous_refresh_jti and age <= grace


def _sign_in_of(claims: UserClaims) -> QuerySet[SignIn]:
    return SignIn.objects.filter(pk=claims.sid, user_id=claims.user_id)


def end_sign_ins(sign_ins: QuerySet[SignIn]) -> None:
    """In the caller's transaction. Locks them in the order of their ids, as an erasure does."""
    for one in sign_ins.select_for_update().order_by("pk"):
        delete_published(one)
