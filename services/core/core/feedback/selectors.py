"""What may be read of feedback: one's own."""

from django.db.models import QuerySet

from core.feedback.models import Feedback
from core.users.models import User


def feedback_of(caller: User) -> QuerySet[Feedback]:
    """What the caller said and did not take back, oldest first."""
    return Feedback.objects.filter(user=caller).exclude(verdict="")
