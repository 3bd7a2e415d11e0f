"""Reads of certificates: the caller's own, those of learners within reach, and the public ones."""

from uuid import UUID

from django.db.models import QuerySet

from core.access.selectors import reach, reaches
from core.certificates.models import Certificate, SigningKey
from core.kit.errors import NotFound
from core.users.models import User
from ongoza_contracts.access import Permission


def certificates_of(caller: User, user_id: int) -> QuerySet[Certificate]:
    """A learner's certificates, oldest first. Raises NotFound for a learner out of reach."""
    if not reaches(caller, Permission.LEARNER_READ, user_id):
        raise NotFound
    return Certificate.objects.filter(user_id=user_id)


def visible_certificate(caller: User, certificate_id: UUID) -> Certificate:
    """Raises NotFound both for a certificate that does not exist and for one out of reach."""
    within = reach(caller, Permission.LEARNER_READ, "user_id")
    found = Certificate.objects.filter(within, pk=certificate_id).first()
    if found is None:
        raise NotFound
    return found


def public_certificate(certificate_id: UUID) -> Certificate | None:
    return Certificate.objects.filter(pk=certificate_id).first()


def published_keys() -> QuerySet[SigningKey]:
    """Also the former ones: what they signed verifies."""
    return SigningKey.objects.filter(withdrawn_at=None)
