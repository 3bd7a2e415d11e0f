"""Log-ins that go on after a challenge, and the second factor of signed-in users."""

from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from rest_framework.exceptions import ErrorDetail, ValidationError

from core.users import passwords, second_factor
from core.users.models import User
from core.users.second_factor import (
    Enrolment,
    EnrolmentRequired,
    InvalidChallenge,
    SecondFactorRequired,
)
from core.users.services import (
    SignedIn,
    WrongPassword,
    end_sign_ins_before_enrolment,
    lock_unchanged,
    sign_in,
)
from ongoza_ops.trace import set_actor


class CompletedEnrolment(NamedTuple):
    signed_in: SignedIn
    recovery_codes: list[str]


def prove_identity(*, user: User, password: str | None, code: str | None) -> int | None:
    """That the caller is the user, and nobody who got hold of an access token: by a code of the
    second factor, whose id is returned, or without one by the password.

    Raises DRF's ValidationError if it is missing, WrongPassword, WrongCode and Throttled. Call it
    outside a transaction, like `second_factor.check`.
    """
    if second_factor.is_enrolled(user):
        return second_factor.check(user, _required("code", code))
    if not passwords.check_password(_required("password", password), user):
        raise WrongPassword
    return None


def _required(field: str, value: str | None) -> str:
    if value is None:
        raise ValidationError({field: [ErrorDetail("This field is required.", "required")]})
    return value


def pass_second_factor(*, challenge: str, code: str, device: str = "") -> SignedIn:
    """Raises InvalidChallenge, WrongCode and Throttled."""
    user = second_factor.open_challenge(challenge, SecondFactorRequired).user
    totp_id = second_factor.check(user, code)
    with transaction.atomic():
        user = lock_unchanged(user)
        if second_factor.enrolment_id(user) != totp_id:
            raise InvalidChallenge
        return sign_in(user, device)


def begin_required_enrolment(*, challenge: str) -> Enrolment:
    """The same secret each time for one challenge. Raises InvalidChallenge and AlreadyEnrolled."""
    challenged = second_factor.open_challenge(challenge, EnrolmentRequired)
    return second_factor.begin(challenged.user, challenged.log_in)


def confirm_required_enrolment(
    *, challenge: str, code: str, device: str = ""
) -> CompletedEnrolment:
    """Signs the user in. Every earlier sign-in and API token ends: it was made with the password
    alone."""
    user = second_factor.open_challenge(challenge, EnrolmentRequired).user
    totp_id = second_factor.check_unconfirmed(user, code)
    set_actor(f"user:{user.id}")
    with transaction.atomic():
        user = lock_unchanged(user)
        codes = second_factor.confirm(user, totp_id)
        signed_in = sign_in(user, device)
        end_sign_ins_before_enrolment(user=user, current=signed_in.sign_in_id)
    return CompletedEnrolment(signed_in, codes)


def begin_enrolment(*, user: User, password: str) -> Enrolment:
    """Raises WrongPassword and AlreadyEnrolled."""
    if not passwords.check_password(password, user):
        raise WrongPassword
    return second_factor.begin(user)


def confirm_enrolment(*, user: User, code: str, current: UUID) -> list[str]:
    """Every other sign-in and API token ends: it was made with the password alone."""
    totp_id = second_factor.check_unconfirmed(user, code)
    with transaction.atomic():
        user = lock_unchanged(user)
        codes = second_factor.confirm(user, totp_id)
        end_sign_ins_before_enrolment(user=user, current=current)
    return codes


def remove_second_factor(*, user: User, code: str) -> None:
    """Raises WrongCode, NotEnrolled and Throttled."""
    second_factor.remove(user, second_factor.check(user, code))
