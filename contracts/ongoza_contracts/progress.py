"""Facts about what learners have done."""

from pydantic import AwareDatetime

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import ContentId, ContentType, Percentage, ProgressStatus, UserId


def progress_key(user_id: int, content_id: str) -> str:
    """The entity: one learner's progress on one item."""
    return f"{user_id}:{content_id}"


class ProgressUpdated(Fact):
    """A learner's progress on one item of content changed."""

    type = "ongoza.progress.updated.v1"

    user_id: UserId
    content_id: ContentId
    content_type: ContentType
    status: ProgressStatus
    completion_percentage: Percentage
    score: Percentage | None = None
    """The last graded result, absent when nothing was graded."""
    created_at: AwareDatetime
    updated_at: AwareDatetime

    @property
    def key(self) -> str:
        return progress_key(self.user_id, self.content_id)

    @property
    def partition_key(self) -> str:
        return str(self.user_id)
