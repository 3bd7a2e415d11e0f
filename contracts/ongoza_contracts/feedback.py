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
    content_id: ContentId
    verdict: Verdict | None = None
    """Absent after the learner withdrew it."""
    created_at: AwareDatetime
    updated_at: AwareDatetime
