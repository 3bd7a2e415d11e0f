"""Facts about cohorts and about learners' enrolments in them."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact, FactPart
from ongoza_contracts.vocabulary import OrganizationId, TimeZoneName, UserId, unit

Seats = Annotated[int, Field(ge=0, le=100_000, json_schema_extra=unit("seats"))]


class CohortState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    """Takes applications; the program has not started."""
    RUNNING = "running"
    """The program has started; free seats are still offered."""
    CLOSED = "closed"


class PoolKind(StrEnum):
    """Who pays for the seats of a pool: the learner, a scholarship or a sponsor."""

    PAID = "paid"
    SCHOLARSHIP = "scholarship"
    SPONSORED = "sponsored"


class EnrolmentState(StrEnum):
    APPLIED = "applied"
    """On the waiting list of the cohort, without a seat."""
    OFFERED = "offered"
    """A seat is reserved until `expires_at`, for the learner to accept."""
    PENDING_PAYMENT = "pending_payment"
    """The seat is held until `expires_at`, for the payment to be confirmed."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"
    EXPIRED = "expired"


class CohortPool(FactPart):
    kind: PoolKind
    """Who pays for the seats."""
    size: Seats
    """How many seats the pool has, taken ones included."""
    needs_code: bool = False
    """Whether learners get its seats by a code only."""


class CohortUpdated(
    Fact,
    type="ongoza.cohort.updated.v1",
    key=("cohort_id",),
    partition="cohort_id",
):
    """A cohort of a program was added or changed. Its name is not published."""

    cohort_id: UUID
    """A UUID of version 7."""
    organization_id: OrganizationId
    """The organization that runs the cohort."""
    program_version_id: UUID
    """The version that new enrolments follow."""
    state: CohortState
    """Whether the cohort takes applications or runs."""
    time_zone: TimeZoneName
    """A name of the IANA database; the dates are days there."""
    starts_on: date
    """The first day of the cohort."""
    ends_on: date
    """The last day of the cohort."""
    pools: tuple[CohortPool, ...]
    """In the order of their kinds."""
    created_at: AwareDatetime
    """When the cohort was added."""
    updated_at: AwareDatetime
    """When the cohort changed last."""


class EnrolmentUpdated(
    Fact,
    type="ongoza.enrolment.updated.v1",
    key=("enrolment_id",),
    partition="user_id",
    subjects=("user_id", "confirmed_by"),
):
    """A learner applied to a cohort, or their enrolment changed its state."""

    enrolment_id: UUID
    """A UUID of version 7."""
    user_id: UserId
    """The learner's id in core."""
    cohort_id: UUID
    """The cohort that the learner applied to."""
    program_version_id: UUID
    """The version whose requirements count; it never changes."""
    state: EnrolmentState
    """Where the enrolment is between application and completion."""
    accepted_pools: tuple[PoolKind, ...]
    """The pools of which the learner takes a seat, in the order of their kinds."""
    pool: PoolKind | None = None
    """The pool of the seat; absent while there has not been any."""
    expires_at: AwareDatetime | None = None
    """When the offer or the wait for payment ends by itself."""
    confirmed_by: UserId | None = None
    """Who confirmed the payment; absent once that user was erased."""
    activated_at: AwareDatetime | None = None
    """When the learner took the seat; absent before."""
    completed_at: AwareDatetime | None = None
    """When the learner completed the program; absent before."""
    previous_id: UUID | None = None
    """The enrolment in another cohort that a transfer ended in favour of this one."""
    created_at: AwareDatetime
    """When the learner applied."""
    updated_at: AwareDatetime
    """When the enrolment changed last."""
