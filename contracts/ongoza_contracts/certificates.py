"""Facts about certificates of completed programs."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact
from ongoza_contracts.programs import ITEMS_MAX
from ongoza_contracts.vocabulary import UserId, unit


class CertificateState(StrEnum):
    VALID = "valid"
    REVOKED = "revoked"


class CertificateUpdated(
    Fact,
    type="ongoza.certificate.updated.v1",
    key=("certificate_id",),
    partition="user_id",
    subjects=("user_id",),
):
    """A learner's certificate of a completed program was issued or revoked. The name on it and the
    reason of a revocation are not published."""

    certificate_id: UUID
    """A UUID of version 7."""
    user_id: UserId
    """The learner's id in core."""
    enrolment_id: UUID
    """The completed enrolment. At most one of its certificates is valid."""
    program_version_id: UUID
    """The version of the program that was completed."""
    state: CertificateState
    """Whether the certificate may still be relied on."""
    completed_on: date
    """The day in the cohort's time zone."""
    by_check: int = Field(ge=0, le=ITEMS_MAX, json_schema_extra=unit("items"))
    """Required items that a check of the platform confirmed, such as a quiz."""
    by_review: int = Field(ge=0, le=ITEMS_MAX, json_schema_extra=unit("items"))
    """Required items that a reviewer confirmed."""
    by_staff: int = Field(ge=0, le=ITEMS_MAX, json_schema_extra=unit("items"))
    """Required items that staff confirmed. What learners report themselves does not count."""
    created_at: AwareDatetime
    """When the certificate was issued."""
    revoked_at: AwareDatetime | None = None
    """When the certificate was revoked; absent while it is valid."""
    updated_at: AwareDatetime
    """When the certificate changed last."""
