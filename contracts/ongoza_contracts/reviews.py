"""Facts about reviews of what learners hand in."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import ID_MAX, Percentage, UserId


class ReviewKind(StrEnum):
    FIRST = "first"
    SECOND_OPINION = "second_opinion"
    """By another reviewer, at the learner's request."""
    REGRADE = "regrade"
    """By staff, for instance after a mistake in the mission was found."""


class ReviewOutcome(StrEnum):
    PASSED = "passed"
    CHANGES_REQUESTED = "changes_requested"
    FAILED = "failed"


class ReviewUpdated(
    Fact,
    type="ongoza.review.updated.v1",
    key=("review_id",),
    partition="user_id",
    subjects=("user_id", "reviewer_id"),
):
    """A review was decided. A later review of the same submission is another entity; the newest one
    counts. What the reviewer wrote is not published."""

    review_id: UUID
    """A UUID of version 7."""
    user_id: UserId
    """The learner."""
    reviewer_id: UserId | None = None
    """Absent once the reviewer was erased."""
    submission_id: UUID
    """The submission that was reviewed."""
    kind: ReviewKind
    """Why the review was made."""
    outcome: ReviewOutcome
    """What the reviewer decided."""
    rubric_version: int = Field(ge=0, le=ID_MAX)
    """0 for a mission without a rubric."""
    rubric_score: Percentage | None = None
    """The points of all criteria together, before deductions; absent without a rubric."""
    hint_cost: Percentage
    """Per cent of the score that the hints cost."""
    late_deduction: Percentage
    """Per cent of the score that it loses for being late."""
    score: Percentage | None = None
    """After deductions; absent where nothing was graded."""
    waiting_since: AwareDatetime
    """When this review was asked for: handed in, or a second opinion requested."""
    promised_by: AwareDatetime | None = None
    """When it was promised to be decided; absent from a regrade."""
    decided_at: AwareDatetime
    """When the review was decided."""
    created_at: AwareDatetime
    """When the review was recorded."""
    updated_at: AwareDatetime
    """When the review changed last."""
