"""Ends the sharing of reflections for good when its author withdraws the consent to it."""

from typing import Any

from django.dispatch import receiver

from core.coaching.reflections import end_sharing
from core.users.models import Consent
from core.users.signals import consent_withdrawn


@receiver(consent_withdrawn)
def follow_consent(*, consent: Consent, **_: Any) -> None:
    if consent.kind == Consent.Kind.MENTOR_READS_REFLECTIONS:
        end_sharing(consent.user_id)
