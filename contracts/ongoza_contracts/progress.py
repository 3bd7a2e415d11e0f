"""Facts about what learners have done."""

from pydantic import AwareDatetime

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import ContentId, ContentType, Percentage, ProgressStatus, UserId


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
    created_at: AwareDatetime
    updated_at: AwareDatetime
