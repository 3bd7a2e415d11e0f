"""What is published of feedback: all of it."""

from core.feedback.models import Feedback
from ongoza_contracts.feedback import FeedbackGiven


def feedback_given(feedback: Feedback) -> FeedbackGiven:
    return FeedbackGiven.model_validate(
        {
            "version": feedback.version,
            "user_id": feedback.user_id,
            "content_id": feedback.content_id,
            "verdict": feedback.verdict or None,
            "created_at": feedback.created_at,
            "updated_at": feedback.updated_at,
        }
    )
