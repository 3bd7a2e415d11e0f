"""Everything that changes certificates and the keys of credentials."""

import unicodedata
from collections import Counter
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from core.certificates.documents import missing_letters
from core.certificates.models import Certificate, SigningKey
from core.cohorts.completion import required_items
from core.cohorts.enrolments import locked_cohort
from core.cohorts.models import Enrolment
from core.cohorts.selectors import managed_cohorts, visible_enrolments
from core.kit import clock
from core.kit.errors import Conflict, NotFound
from core.kit.etags import IfMatch
from core.kit.transitions import StateMachine, Transition
from core.kit.versions import get_for_update
from core.outbox.publish import publish
from core.progress.models import Progress
from core.progress.selectors import COMPLETED
from core.users.models import User
from ongoza_contracts.certificates import CertificateState
from ongoza_contracts.cohorts import EnrolmentState
from ongoza_contracts.vocabulary import ProgressSource

CERTIFICATE_STATES = StateMachine(
    "certificate",
    (Transition(CertificateState.VALID, "revoke", None, CertificateState.REVOKED),),
)
EVIDENCE = {
    ProgressSource.CHECK.value: "by_check",
    ProgressSource.REVIEW.value: "by_review",
    ProgressSource.STAFF.value: "by_staff",
}
"""The columns that count completions by their source. A self-report is no evidence."""


class NotCompleted(Conflict):
    code = "not_completed"
    detail = "The enrolment is not completed."


class NotConfirmed(Conflict):
    code = "not_confirmed"


class NoName(Conflict):
    code = "no_name"
    detail = "The learner's profile has no name to put on the certificate."


class LettersMissing(Conflict):
    code = "letters_missing"


class CertificateRevoked(Conflict):
    code = "certificate_revoked"
    detail = "The certificate was revoked."


class Issued(NamedTuple):
    certificate: Certificate
    is_new: bool


def issue_certificate(*, issued_by: User, enrolment_id: UUID) -> Issued:
    """The valid certificate of an enrolment, issued now if there is none.

    Raises NotFound for an enrolment that is neither the caller's nor in a cohort that the caller
    manages, NotCompleted, NotConfirmed, NoName, LettersMissing and Busy; and CertificateRevoked
    where one was revoked and the caller does not manage the cohort.
    """
    visible = visible_enrolments(issued_by).filter(pk=enrolment_id)
    place = visible.values_list("cohort_id", "user_id").first()
    if place is None:
        raise NotFound
    cohort_id, user_id = place
    with locked_cohort(cohort_id, {user_id}):  # the learner first, as an erasure does
        enrolment = get_for_update(visible)
        if valid := enrolment.certificates.filter(state=CertificateState.VALID).first():
            return Issued(valid, is_new=False)
        manages = managed_cohorts(issued_by).filter(pk=enrolment.cohort_id).exists()
        if enrolment.certificates.exists() and not manages:
            raise CertificateRevoked
        if enrolment.state != EnrolmentState.COMPLETED or enrolment.completed_at is None:
            raise NotCompleted
        completed_at = enrolment.completed_at.astimezone(ZoneInfo(enrolment.cohort.time_zone))
        certificate = Certificate(
            user_id=enrolment.user_id,
            enrolment=enrolment,
            program_version=enrolment.program_version,
            name=_printable("name", enrolment.user.full_name),
            program_title=_printable("title", enrolment.program_version.program.title),
            completed_on=completed_at.date(),
            **_confirmations(enrolment),
        )
        publish(certificate)
        return Issued(certificate, is_new=True)


@transaction.atomic
def revoke_certificate(
    *, revoked_by: User, certificate_id: UUID, reason: str, if_match: IfMatch | None = None
) -> Certificate:
    """Raises NotFound outside the cohorts that `revoked_by` manages, PreconditionFailed and
    IllegalTransition."""
    within = Certificate.objects.filter(
        enrolment__in=Enrolment.objects.filter(cohort__in=managed_cohorts(revoked_by))
    )
    certificate = get_for_update(within.filter(pk=certificate_id), if_match=if_match)
    CERTIFICATE_STATES.move(certificate, "revoke")
    certificate.revoked_at = clock.now()
    certificate.revocation_reason = reason
    publish(certificate)
    return certificate


def require_valid(certificate: Certificate) -> None:
    """Raises CertificateRevoked."""
    if certificate.state != CertificateState.VALID:
        raise CertificateRevoked


def withdraw_key(*, thumbprint: str) -> None:
    """Publish a key no longer: what it signed does not verify any more. A no-op if it is so."""
    rows = SigningKey.objects.filter(pk=thumbprint, withdrawn_at=None)
    rows.update(withdrawn_at=clock.now())


def _confirmations(enrolment: Enrolment) -> dict[str, int]:
    """How many required items each source confirmed, as `core.cohorts.completion` counts them.

    Raises NotConfirmed if one has no evidence, and where nothing is required.
    """
    required = required_items(enrolment.program_version_id)
    attested = Progress.objects.filter(COMPLETED, user_id=enrolment.user_id)
    by_item = dict(attested.order_by().values_list("content__content_id", "completion_source"))
    sources = Counter(
        EVIDENCE.get(by_item.get(item, "")) or EVIDENCE.get(by_item.get(course or "", ""))
        for item, course in required.items()
    )
    if not required or sources[None]:
        confirmed = len(required) - sources[None]
        raise NotConfirmed(
            f"{confirmed} of {len(required)} required items are confirmed by a check, a review or"
            " staff."
        )
    return {column: sources[column] for column in EVIDENCE.values()}


def _printable(what: str, text: str) -> str:
    """The text in the form that is printed. Raises NoName and LettersMissing."""
    composed = unicodedata.normalize("NFC", text)
    if not composed:
        raise NoName
    if letters := missing_letters(composed):
        raise LettersMissing(
            f"The {what} has letters that the certificate's font lacks: {letters}. Write it in"
            " Latin letters."
        )
    return composed
