"""What may be read of progress, and by whom."""

from django.db.models import QuerySet

from core.kit.errors import NotFound
from core.kit.permissions import may_see_learner
from core.progress.models import Progress
from core.users.models import User


def progress_of(caller: User, user_id: int) -> QuerySet[Progress]:
    """A learner's progress, oldest first. Raises NotFound when `caller` may not see it."""
    if not may_see_learner(caller, user_id):
        raise NotFound
    return Progress.objects.filter(user_id=user_id).select_related("content")


def visible_progress(caller: User, progress_id: int) -> Progress:
    """Raises NotFound, alike for what does not exist and what is none of the caller's business."""
    progress = Progress.objects.select_related("content").filter(pk=progress_id).first()
    if progress is None or not may_see_learner(caller, progress.user_id):
        raise NotFound
    return progress
