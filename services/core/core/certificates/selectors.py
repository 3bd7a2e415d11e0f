"""Reads of certificates: the caller's own, those of learners within reach and of managed cohorts,
and the public ones."""

from uuid import UUID

from django.db.models import Q, QuerySet

from core.access.selectors import reach, reaches
from core.certificates.models import Certificate, SigningKey
from core.cohorts.models import Enrolment
from core.cohorts.selectors import managed_cohorts
from core.kit.errors import NotFound
from core.users.models import User
from ongoza_contracts.access import Permission


def certificates_of(caller: User, user_id: int) -> QuerySet[Certificate]:
    """Those of a learner that the caller reads, oldest first. Raises NotFound for a learner out of
    reach of whom there are none."""
    rows = _readable(caller).filter(user_id=user_id)
    if not reaches(caller, Permission.LEARNER_READ, user_id) and not rows.exists():
        raise NotFound
    return rows


def visible_certificate(caller: User, certificate_id: UUID) -> Certificate:
    """Raises NotFound both for a certificate that does not exist and for one out of reach."""
    found = _readable(caller).filter(pk=certificate_id).first()
    if found is None:
        raise NotFound
    return found


def _readable(caller: User) -> QuerySet[Certificate]:
    """A completed enrolment is no membership any more, so that its learner may be out of reach of
    those who manage the cohort."""
    learners = reach(caller, Permission.LEARNER_READ, "user_id")
    managed = Enrolment.objects.filter(cohort__in=managed_cohorts(caller).values("pk"))
    return Certificate.objects.filter(learners | Q(enrolment__in=managed.values("pk")))


def public_certificate(certificate_id: UUID) -> Certificate | None:
    return Certificate.objects.filter(pk=certificate_id).first()


def published_keys() -> QuerySet[SigningKey]:
    """Also the former ones: what they signed verifies."""
    return SigningKey.objects.filter(withdrawn_at=None)
