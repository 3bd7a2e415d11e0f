"""Preferences and consents of users."""

from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.kit.errors import Conflict
from core.kit.versions import get_for_update
from core.users.models import Consent, Preferences, User
from core.users.signals import consent_withdrawn, time_zone_changed


class NotGiven(Conflict):
    code = "not_given"
    detail = "There is no consent to withdraw."


def preferences_of(user: User) -> Preferences:
    """The defaults for a user who never changed any."""
    return Preferences.objects.filter(user=user).first() or Preferences(user=user)


@transaction.atomic
def update_preferences(*, user: User, **changes: Any) -> Preferences:
    get_for_update(User.objects.filter(pk=user.pk))
    preferences = preferences_of(user)
    before = preferences.time_zone
    for name, value in changes.items():
        setattr(preferences, name, value)
    preferences.save()
    if preferences.time_zone != before:
        time_zone_changed.send(Preferences, preferences=preferences)
    return preferences


class TermsState(NamedTuple):
    version: str
    is_accepted: bool


def terms_of(user: User) -> TermsState:
    """The version in force, and whether the user has accepted it."""
    version: str = settings.TERMS_VERSION
    accepted = user.consents.filter(kind=Consent.Kind.TERMS, version=version, withdrawn_at=None)
    return TermsState(version, accepted.exists())


@transaction.atomic
def record_consent(*, user: User, kind: str, given: bool, version: str = "") -> Consent:
    """Give consent to a version, or withdraw it. No-op if nothing changes. Raises NotGiven.

    Earlier consents stay in the history.
    """
    get_for_update(User.objects.filter(pk=user.pk))
    latest = user.consents.filter(kind=kind).order_by("-given_at", "-pk").first()
    if not given:
        return _end(latest)
    if latest is not None and latest.withdrawn_at is None:
        if latest.version == version:
            return latest
        _withdraw(latest)
    return user.consents.create(kind=kind, version=version)


def _end(consent: Consent | None) -> Consent:
    if consent is None:
        raise NotGiven
    _withdraw(consent)
    consent_withdrawn.send(Consent, consent=consent)
    return consent


def _withdraw(consent: Consent) -> None:
    if consent.withdrawn_at is None:
        consent.withdrawn_at = timezone.now()
        consent.save(update_fields=["withdrawn_at"])
