"""What may be read of feedback: one's own."""

from django.db.models import QuerySet

from core.feedback.models import Feedback
from core.users.models import User
from ongoza_contracts.feedback import FeedbackGiven


def feedback_of(caller: User) -> QuerySet[Feedback]:
    """What the caller said and did not take back, oldest first."""
    return Feedback.objects.filter(user=caller).exclude(verdict="")


def fact_keys(user_id: int) -> list[str]:
    """Of every fact that was published of this learner's feedback."""
    items = Feedback.objects.filter(user_id=user_id).values_list("content_id", flat=True)
    return [FeedbackGiven.key_of(user_id, content_id) for content_id in items]
