"""Reads of progress, limited to the caller's reach."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from core.access.selectors import reach, reaches
from core.kit.errors import NotFound
from core.programs.models import ContentItem, Prerequisite
from core.programs.selectors import UnknownContent
from core.progress.models import Attempt, Progress
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.vocabulary import ProgressStatus

COMPLETED = Q(status=ProgressStatus.COMPLETED) | Q(first_completed_at__isnull=False)
"""Records of items that were completed, be it in an earlier attempt."""


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


def attempts_of(caller: User, progress_id: int) -> QuerySet[Attempt]:
    """The finished attempts that later ones followed, oldest first. Raises NotFound."""
    return Attempt.objects.filter(progress=visible_progress(caller, progress_id))


def learner_to_record(caller: User, user_id: int) -> User:
    """Raises NotFound for a user whose progress `caller` may not record."""
    found = User.objects.filter(pk=user_id).first()
    if found is None or not reaches(caller, Permission.PROGRESS_RECORD, user_id):
        raise NotFound
    return found


def content_to_report(user_id: int, content_id: str) -> tuple[ContentItem, list[str]]:
    """An item, retired or not, with its program, and the ids of its prerequisites on offer of which
    the user has completed neither the item nor its course, in one query. Raises UnknownContent."""
    itself = Q(content_id=OuterRef("to_contentitem__content_id"))
    its_course = Q(content_id=OuterRef("to_contentitem__course__content_id"))
    done = Progress.objects.filter(COMPLETED, itself | its_course, user_id=user_id)
    missing = (
        Prerequisite.objects.filter(~Exists(done), from_contentitem=OuterRef("pk"))
        .filter(to_contentitem__retired=False)
        .exclude(to_contentitem__course__retired=True)
        .order_by("to_contentitem__content_id")
        .values("to_contentitem__content_id")
    )
    rows = ContentItem.objects.select_related("program").filter(content_id=content_id)
    found = rows.annotate(missing=ArraySubquery(missing)).first()
    if found is None:
        raise UnknownContent
    return found, found.missing
