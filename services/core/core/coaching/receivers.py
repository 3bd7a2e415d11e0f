"""Follows changes of a user's consents and time zone."""

from typing import Any

from django.dispatch import receiver

from core.coaching.reflections import end_sharing
from core.coaching.reminders import plan_again
from core.kit import clock
from core.users.models import Consent, Preferences
from core.users.signals import consent_withdrawn, time_zone_changed


@receiver(consent_withdrawn)
def follow_consent(*, consent: Consent, **_: Any) -> None:
    """Ends the sharing of reflections for good."""
    if consent.kind == Consent.Kind.MENTOR_READS_REFLECTIONS:
        end_sharing(consent.user_id)


@receiver(time_zone_changed)
def follow_time_zone(*, preferences: Preferences, **_: Any) -> None:
    plan_again(preferences, clock.now())
