"""Facts about what learners have done."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import (
    ID_MAX,
    ContentId,
    ContentType,
    Percentage,
    ProgressSource,
    ProgressStatus,
    UserId,
)


class ProgressUpdated(
    Fact,
    type="ongoza.progress.updated.v1",
    key=("user_id", "content_id"),
    partition="user_id",
    subjects=("user_id",),
):
    """A learner's progress on one item of content changed."""

    user_id: UserId
    content_id: ContentId
    content_type: ContentType
    status: ProgressStatus
    completion_percentage: Percentage
    score: Percentage | None = None
    """The last graded result, absent when nothing was graded."""
    best_score: Percentage | None = None
    """The highest graded result, of earlier attempts too."""
    attempt: Annotated[int, Field(ge=1, le=ID_MAX)] = 1
    """Above 1 the item was completed before: status, percentage and score are of this attempt."""
    first_completed_at: AwareDatetime | None = None
    """When the item was completed first. A later attempt does not take that back. Absent from a
    completed item in facts that are older than this field."""
    source: ProgressSource = ProgressSource.SELF
    """By whose word the completion is known; before the first completion, the last report."""
    created_at: AwareDatetime
    updated_at: AwareDatetime
