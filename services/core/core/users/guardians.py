"""A guardian's consent for minors: asked for by the minor, given and withdrawn by mailed links.

`require_consent` is the one check of what a minor may not do without it.
"""

from contextlib import suppress
from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.jobs.services import schedule
from core.kit.errors import Conflict, DomainError
from core.kit.versions import get_for_update
from core.users import one_time_tokens
from core.users.models import Consent, Minor, User
from core.users.one_time_tokens import Purpose, mail_job
from core.users.preferences import NotGiven, record_consent

MOST_WARDS = 20
"""For how many minors one request of a guardian mails links."""


class GuardianConsentRequired(DomainError):
    status = 403
    code = "guardian_consent_required"
    detail = "A parent or guardian has to consent first: name their address at users/me/guardian/."


class BirthYearRequired(DomainError):
    status = 403
    code = "birth_year_required"
    detail = "Say in which year you were born first: PATCH users/me/guardian/ with birth_year."


class BirthYearKnown(Conflict):
    code = "birth_year_known"
    detail = "This account is not asked for a year of birth, or has said it already."


class NotMinor(Conflict):
    code = "not_a_minor"
    detail = "This account needs no guardian's consent."


class OwnAddress(DomainError):
    code = "own_address"
    detail = "Name the address of your guardian, not your own."


class ConsentGiven(Conflict):
    code = "consent_given"
    detail = "Your guardian has consented already."


def record_sign_up(user: User, *, terms_version: str | None, birth_year: int | None) -> None:
    """Note what a new user accepted, and until when the user is a minor. The year of birth itself
    is not stored, and of adults nothing."""
    if terms_version is not None:
        record_consent(user=user, kind=Consent.Kind.TERMS, given=True, version=terms_version)
    if birth_year is not None and (adult_from := _adult_from(birth_year)) > _today():
        Minor.objects.create(user=user, adult_from=adult_from)


def _adult_from(birth_year: int) -> date:
    """When everybody who was born in that year is an adult for certain."""
    return date(birth_year + settings.ADULT_AGE + 1, 1, 1)


def ask_birth_year(user: User) -> None:
    """Has a new user, who could not say the year of birth at sign-up, asked for it at first use."""
    Minor.objects.create(user=user)


def record_birth_year(*, user: User, birth_year: int) -> None:
    """Records until when the user is a minor. It stores neither the year itself nor anything about
    adults. Raises BirthYearKnown."""
    unknown, adult_from = Minor.objects.filter(user=user, adult_from=None), _adult_from(birth_year)
    if adult_from > _today():
        recorded = unknown.update(adult_from=adult_from)
    else:
        recorded = unknown.delete()[0]
    if not recorded:
        raise BirthYearKnown


def require_consent(user: User) -> None:
    """Raises BirthYearRequired for a user whose year of birth is missing, and
    GuardianConsentRequired for a minor whose guardian has not consented.

    Takes `user.minor` as it was read with the user.
    """
    try:
        minor = user.minor
    except Minor.DoesNotExist:
        minor = None
    state = _state(user, minor)
    if state.is_birth_year_missing:
        raise BirthYearRequired
    if state.is_minor and not state.is_given:
        raise GuardianConsentRequired


def minors() -> QuerySet[Minor]:
    """Without those whose year of birth is missing."""
    return Minor.objects.filter(adult_from__gt=_today())


def without_consent() -> QuerySet[Minor]:
    """The rows of the users for whom `require_consent` raises."""
    is_minor = Q(adult_from__gt=_today()) & ~Q(user__in=_consents().values("user"))
    return Minor.objects.filter(Q(adult_from=None) | is_minor)


def _today() -> date:
    return timezone.now().date()


def _consents() -> QuerySet[Consent]:
    return Consent.objects.filter(kind=Consent.Kind.GUARDIAN, withdrawn_at=None)


def has_consent(user: User) -> bool:
    return _consents().filter(user=user).exists()


class GuardianState(NamedTuple):
    is_minor: bool
    adult_from: date | None
    is_asked: bool
    is_given: bool
    is_birth_year_missing: bool = False


def status_of(user: User) -> GuardianState:
    return _state(user, Minor.objects.filter(user=user).first())


def _state(user: User, minor: Minor | None) -> GuardianState:
    adult_from = minor.adult_from if minor else None
    if minor is None or adult_from is None:
        return GuardianState(False, None, False, False, is_birth_year_missing=minor is not None)
    if adult_from <= _today():
        return GuardianState(False, None, False, False)
    return GuardianState(True, adult_from, bool(minor.guardian_email), has_consent(user))


# --- asking ------------------------------------------------------------------------------------
@transaction.atomic
def ask_guardian(*, user: User, email: str) -> None:
    """Have a link mailed to the guardian; links that were mailed before are void.

    Raises OwnAddress, ConsentGiven, BirthYearRequired and NotMinor.
    """
    user = get_for_update(User.objects.filter(pk=user.pk))
    if email == user.email:
        raise OwnAddress
    if has_consent(user):
        raise ConsentGiven
    if status_of(user).is_birth_year_missing:
        raise BirthYearRequired
    if not minors().filter(user=user).update(guardian_email=email):
        raise NotMinor
    one_time_tokens.void(user, Purpose.GUARDIAN_CONSENT)
    schedule(mail_job(Purpose.GUARDIAN_CONSENT), user_id=user.pk, key=str(user.pk))


@transaction.atomic
def request_links(*, email: str) -> None:
    """Have a link mailed for each minor whose guardian has this address, for instance to withdraw.
    For an unknown address there is a job too, which mails nothing.

    Jobs are added in the order of the users: requests at once for the same minors wait for each
    other's keys."""
    rows = minors().filter(guardian_email=email).order_by("user_id")
    wards = [*rows.values_list("user_id", flat=True)[:MOST_WARDS]]
    for user_id in wards:
        schedule(mail_job(Purpose.GUARDIAN_CONSENT), user_id=user_id, key=str(user_id))
    if not wards:
        key = salted_hmac("core.users.guardians", email, algorithm="sha256").hexdigest()
        schedule(mail_job(Purpose.GUARDIAN_CONSENT), key=key)


# --- answering ---------------------------------------------------------------------------------
@transaction.atomic
def answer(*, token: str, given: bool) -> None:
    """Give or withdraw consent; refusing what was never given changes nothing. Raises
    InvalidOneTimeToken."""
    user = one_time_tokens.redeem(token, Purpose.GUARDIAN_CONSENT)
    version = settings.TERMS_VERSION if given else ""
    with suppress(NotGiven):
        record_consent(user=user, kind=Consent.Kind.GUARDIAN, given=given, version=version)
