"""The second factor: codes of an authenticator app (TOTP), and recovery codes.

Attempts are counted in the user's row, where only those who know the password get: a stranger
cannot lock the owner out, and more processes do not allow more attempts.
"""

import base64
import logging
import os
import secrets
from datetime import timedelta
from time import time
from typing import NamedTuple
from uuid import UUID, uuid4

import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework.exceptions import Throttled

from core.access.selectors import roles_of
from core.kit.errors import Conflict, DomainError
from core.kit.keyed_hashes import keyed_hash, keyed_hashes
from core.kit.versions import get_for_update
from core.users.encryption import decrypt, encrypt
from core.users.models import RecoveryCode, TotpSecret, User
from core.users.signals import second_factor_changed
from ongoza_contracts.vocabulary import Role

log = logging.getLogger(__name__)

ISSUER = "Ongoza CyberHub"
DIGITS, STEP_SECONDS = 6, 30
STEPS_OF_DRIFT = 1
FREE_ATTEMPTS = 5
PAUSE = timedelta(minutes=5)
CHALLENGE_SECONDS = 5 * 60
ENROLMENT_SECONDS = 15 * 60
RECOVERY_CODES = 10
RECOVERY_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without look-alikes
REQUIRED_ROLES = frozenset({Role.ADMIN, Role.DIRECTOR})


class ChallengeIssued(DomainError):
    """The credentials were right, but the log-in needs another step, which `challenge` opens."""

    status = 401

    def __init__(self, user: User) -> None:
        super().__init__()
        claims = {"user": user.id, "proof": keyed_hash(*_proof_input(user)), "log_in": uuid4().hex}
        self.challenge = signing.dumps(claims, salt=self.code)


class SecondFactorRequired(ChallengeIssued):
    code = "second_factor_required"
    detail = "Enter a code of your authenticator app or a recovery code."


class EnrolmentRequired(ChallengeIssued):
    code = "second_factor_enrolment_required"
    detail = "Your role needs a second factor. Set up an authenticator app to log in."


class InvalidChallenge(DomainError):
    status = 401
    code = "invalid_challenge"
    detail = "This log-in took too long or was replaced. Log in again."


class WrongCode(DomainError):
    status = 403
    code = "wrong_code"
    detail = "The code is wrong or was used already."


class NotEnrolled(Conflict):
    code = "not_enrolled"
    detail = "There is no second factor. Set one up first."


class AlreadyEnrolled(Conflict):
    code = "already_enrolled"
    detail = "There is a second factor already. Remove it first."


class Enrolment(NamedTuple):
    """The secret for an authenticator app, in three forms."""

    secret: str
    otpauth_uri: str
    qr_svg: str


# --- which step a log-in needs -------------------------------------------------------------------
def is_enrolled(user: User) -> bool:
    return enrolment_id(user) is not None


def enrolment_id(user: User) -> int | None:
    """Another one after the second factor was removed and set up again."""
    confirmed = TotpSecret.objects.filter(user=user).exclude(confirmed_at=None)
    return confirmed.values_list("pk", flat=True).first()


def is_missing(user: User) -> bool:
    """Whether one of the user's roles requires a second factor that is not set up."""
    if not settings.SECOND_FACTOR_REQUIRED or REQUIRED_ROLES.isdisjoint(roles_of(user)):
        return False
    return not is_enrolled(user)


def challenge_for(user: User) -> ChallengeIssued | None:
    """None for a user who needs no further step."""
    if is_enrolled(user):
        return SecondFactorRequired(user)
    return EnrolmentRequired(user) if is_missing(user) else None


class Challenged(NamedTuple):
    """Who goes on with which log-in."""

    user: User
    log_in: UUID


def open_challenge(challenge: str, kind: type[ChallengeIssued]) -> Challenged:
    """Raises InvalidChallenge, also after a new password or role."""
    lifetime = ENROLMENT_SECONDS if kind is EnrolmentRequired else CHALLENGE_SECONDS
    try:
        claims = signing.loads(challenge, salt=kind.code, max_age=lifetime)
        log_in = UUID(claims["log_in"])
    except (signing.BadSignature, KeyError):
        raise InvalidChallenge from None
    user = User.objects.filter(pk=claims["user"], is_active=True).first()
    if user is None or claims["proof"] not in keyed_hashes(*_proof_input(user)):
        raise InvalidChallenge
    return Challenged(user, log_in)


def _proof_input(user: User) -> tuple[str, str]:
    """The purpose and text of a hash that changes with the password and with the roles."""
    return "core.users.challenge", f"{user.password}:{user.token_generation}"


# --- enrolment -----------------------------------------------------------------------------------
@transaction.atomic
def begin(user: User, log_in: UUID | None = None) -> Enrolment:
    """A secret, which counts once a code of it is confirmed. Raises AlreadyEnrolled.

    Repeated for one log-in it is the same secret, as the user may have stored it in the app; never
    for another one, which somebody else may have begun.
    """
    get_for_update(User.objects.filter(pk=user.pk))
    if is_enrolled(user):
        raise AlreadyEnrolled
    secret = (log_in and _begun_secret(user, log_in)) or _new_secret(user, log_in)
    return _enrolment(user, secret)


def _begun_secret(user: User, log_in: UUID) -> bytes | None:
    begun = TotpSecret.objects.filter(user=user, log_in=log_in).first()
    return decrypt(bytes(begun.encrypted), context=totp_context(user.pk)) if begun else None


def _new_secret(user: User, log_in: UUID | None) -> bytes:
    secret = os.urandom(20)
    encrypted = encrypt(secret, context=totp_context(user.pk))
    TotpSecret.objects.filter(user=user).delete()
    TotpSecret.objects.create(user=user, encrypted=encrypted, log_in=log_in)
    return secret


def _enrolment(user: User, secret: bytes) -> Enrolment:
    totp = TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303  (what authenticator apps know)
    uri = totp.get_provisioning_uri(user.email, ISSUER)
    qr = segno.make(uri, micro=False).svg_data_uri(scale=4, light="white")
    return Enrolment(_base32(secret), uri, qr)


def check_unconfirmed(user: User, code: str) -> int:
    """Uses up a code of the new secret; the secret's id, for `confirm`. Raises WrongCode,
    NotEnrolled, AlreadyEnrolled and Throttled. Call it outside a transaction, like `check`."""
    if is_enrolled(user):
        raise AlreadyEnrolled
    return check(user, code, confirmed=False)


def confirm(user: User, totp_id: int) -> list[str]:
    """Turns the second factor on; the recovery codes. Raises AlreadyEnrolled, and WrongCode if
    another secret replaced the checked one. The caller holds the user's lock."""
    if is_enrolled(user):
        raise AlreadyEnrolled
    totp = TotpSecret.objects.filter(pk=totp_id, user=user).first()
    if totp is None:
        raise WrongCode
    totp.confirmed_at = timezone.now()
    totp.save(update_fields=["confirmed_at"])
    second_factor_changed.send(TotpSecret, user=user, totp_id=totp.pk, enrolled=True)
    return _new_recovery_codes(totp)


def status_of(user: User) -> dict[str, object]:
    unused = RecoveryCode.objects.filter(totp__user=user, used_at=None)
    return {"enrolled": is_enrolled(user), "recovery_codes_left": unused.count()}


@transaction.atomic
def remove(user: User, totp_id: int | None = None) -> None:
    """With `totp_id` nothing else is removed: another secret may have replaced the checked one."""
    get_for_update(User.objects.filter(pk=user.pk))
    rows = TotpSecret.objects.filter(user=user)
    removed = (rows if totp_id is None else rows.filter(pk=totp_id)).select_for_update().first()
    if removed is None:
        return
    enrolled_before, old_id = removed.confirmed_at is not None, removed.pk
    removed.delete()
    if enrolled_before:
        second_factor_changed.send(TotpSecret, user=user, totp_id=old_id, enrolled=False)


def _new_recovery_codes(totp: TotpSecret) -> list[str]:
    codes = [_random_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(totp=totp, hash=keyed_hash(*_hash_input(totp, code))) for code in codes
    )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _random_code() -> str:
    return "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(10))


# --- codes ---------------------------------------------------------------------------------------
def check(user: User, code: str, *, confirmed: bool = True) -> int:
    """Uses up a code, each of which works once; the id of its secret. Raises WrongCode, NotEnrolled
    and Throttled.

    Call it outside a transaction, which would undo the count of attempts.
    """
    totp = TotpSecret.objects.filter(user=user, confirmed_at__isnull=not confirmed).first()
    if totp is None:
        raise NotEnrolled
    _count_attempt(totp)
    plain = code.replace(" ", "").replace("-", "").upper()
    if not (_use_totp(totp, plain) or _use_recovery_code(totp, plain)):
        raise WrongCode
    TotpSecret.objects.filter(pk=totp.pk).update(failures=0)
    return totp.pk


def _count_attempt(totp: TotpSecret) -> None:
    """Counted before the code is looked at, so that simultaneous attempts count each."""
    now = timezone.now()
    allowed = Q(failures__lt=FREE_ATTEMPTS) | Q(attempted_at__lt=now - PAUSE)
    rows = TotpSecret.objects.filter(allowed, pk=totp.pk)
    if not rows.update(failures=F("failures") + 1, attempted_at=now):
        raise Throttled(wait=PAUSE.total_seconds())


def _use_totp(totp: TotpSecret, code: str) -> bool:
    """The step of an accepted code is stored: it and all earlier ones are refused from then on."""
    try:
        secret = decrypt(bytes(totp.encrypted), context=totp_context(totp.user_id))
    except InvalidTag:  # after a change of Django's secret key, or of the user's id
        log.error("a TOTP secret is unreadable", extra={"fields": {"user_id": totp.user_id}})
        return False
    now = int(time()) // STEP_SECONDS
    for step in range(now - STEPS_OF_DRIFT, now + STEPS_OF_DRIFT + 1):
        if constant_time_compare(code, _code_at(secret, step)):
            newer = TotpSecret.objects.filter(pk=totp.pk, last_step__lt=step)
            return bool(newer.update(last_step=step))
    return False


def _code_at(secret: bytes, step: int) -> str:
    hotp = HOTP(secret, DIGITS, SHA1())  # noqa: S303  (what authenticator apps know)
    return hotp.generate(step).decode()


def _use_recovery_code(totp: TotpSecret, code: str) -> bool:
    hashes = keyed_hashes(*_hash_input(totp, code))
    unused = RecoveryCode.objects.filter(totp=totp, hash__in=hashes, used_at=None)
    return bool(unused.update(used_at=timezone.now()))


def _hash_input(totp: TotpSecret, code: str) -> tuple[str, str]:
    """The purpose and text of a recovery code's hash, which counts for its user alone."""
    return "core.users.recovery_code", f"{totp.user_id}:{code}"


def totp_context(user_id: int) -> str:
    """Binds a secret to its user: a row copied to another user is useless."""
    return f"totp:{user_id}"


def _base32(secret: bytes) -> str:
    return base64.b32encode(secret).decode()
