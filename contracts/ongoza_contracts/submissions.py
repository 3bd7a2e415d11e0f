"""Facts about what learners hand in for missions."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import ID_MAX, Percentage, UserId, unit

ARTIFACTS_MAX = 50
"""The most texts, links and files of one submission."""


class SubmissionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    """A reviewer works on it. It is no result."""
    CHANGES_REQUESTED = "changes_requested"
    PASSED = "passed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class SubmissionUpdated(
    Fact,
    type="ongoza.submission.updated.v1",
    key=("submission_id",),
    partition="user_id",
    subjects=("user_id",),
):
    """A learner's attempt at a mission was begun, or its state changed. What was handed in is not
    published."""

    submission_id: UUID
    """A UUID of version 7."""
    user_id: UserId
    """The learner's id in core."""
    mission_id: UUID
    """The mission that the attempt is at."""
    attempt: int = Field(ge=1, le=ID_MAX)
    """Counts the learner's attempts at the mission, from 1."""
    previous_id: UUID | None = None
    """The attempt whose requested changes it makes. Such an attempt counts against no limit, and is
    as late as the first of the chain."""
    state: SubmissionState
    """Where the attempt is between its draft and its decision."""
    rubric_version: int = Field(ge=0, le=ID_MAX)
    """By which it is reviewed: the version when it was submitted; 0 before."""
    artifacts: int = Field(ge=0, le=ARTIFACTS_MAX, json_schema_extra=unit("artifacts"))
    """How many texts, links and files were submitted; 0 before."""
    submitted_at: AwareDatetime | None = None
    """When the attempt was handed in; absent before."""
    late_minutes: int = Field(ge=0, le=ID_MAX, json_schema_extra=unit("minutes"))
    """How long after the due time, or the learner's extension, it was handed in; 0 in time."""
    late_deduction: Percentage
    """Per cent of the score that it loses for being late."""
    late_policy_version: int = Field(ge=0, le=ID_MAX)
    """The version of the rule by which lateness was computed; 0 before it was submitted."""
    score: Percentage | None = None
    """After deductions, of a reviewed submission."""
    decided_at: AwareDatetime | None = None
    """When a review decided it; absent before."""
    created_at: AwareDatetime
    """When the learner began the attempt."""
    updated_at: AwareDatetime
    """When the attempt changed last."""
