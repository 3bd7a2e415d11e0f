"""Reads of progress, limited to the caller's reach."""

from django.db.models import QuerySet

from core.access.selectors import reach, reaches
from core.kit.errors import NotFound
from core.progress.models import Progress
from core.users.models import User
from ongoza_contracts.access import Permission


def progress_of(caller: User, user_id: int) -> QuerySet[Progress]:
    """A learner's progress, oldest first. Raises NotFound when `caller` may not see it."""
    if not reaches(caller, Permission.LEARNER_READ, user_id):
        raise NotFound
    return Progress.objects.filter(user_id=user_id).select_related("content")


def visible_progress(caller: User, progress_id: int) -> Progress:
    """Raises NotFound both for a record that does not exist and for one out of reach."""
    within = reach(caller, Permission.LEARNER_READ, "user_id")
    rows = Progress.objects.select_related("content").filter(within, pk=progress_id)
    progress = rows.first()
    if progress is None:
        raise NotFound
    return progress
