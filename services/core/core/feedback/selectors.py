"""Reads of the caller's own feedback."""

from django.db.models import QuerySet

from core.feedback.models import Feedback
from core.users.models import User


def feedback_of(caller: User) -> QuerySet[Feedback]:
    """The caller's feedback that was not withdrawn, oldest first."""
    return Feedback.objects.filter(user=caller).exclude(verdict="")
