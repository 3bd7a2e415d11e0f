"""Facts about what learners say of what they are offered."""

from pydantic import AwareDatetime

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import ContentId, UserId, Verdict


def feedback_key(user_id: int, content_id: str) -> str:
    """The entity: what one learner says of one item."""
    return f"{user_id}:{content_id}"


class FeedbackGiven(Fact):
    """A learner said what they think of one item of content, or took it back."""

    type = "ongoza.feedback.given.v1"

    user_id: UserId
    content_id: ContentId
    verdict: Verdict | None = None
    """Absent once the learner took it back."""
    created_at: AwareDatetime
    updated_at: AwareDatetime

    @property
    def key(self) -> str:
        return feedback_key(self.user_id, self.content_id)

    @property
    def partition_key(self) -> str:
        return str(self.user_id)
