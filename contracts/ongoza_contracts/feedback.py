"""Facts about what learners say of what they are offered."""

from pydantic import AwareDatetime

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import ContentId, UserId, Verdict


class FeedbackGiven(
    Fact,
    type="ongoza.feedback.given.v1",
    key=("user_id", "content_id"),
    partition="user_id",
    subjects=("user_id",),
):
    """A learner gave feedback on an item, or withdrew it."""

    user_id: UserId
    """The learner's id in core."""
    content_id: ContentId
    """The item that the feedback is about."""
    verdict: Verdict | None = None
    """Absent after the learner withdrew it."""
    created_at: AwareDatetime
    """When the learner gave feedback on the item first."""
    updated_at: AwareDatetime
    """When the learner gave, changed or withdrew it last."""
