"""Announcements to the learners of a cohort."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from core.cohorts.models import READING_ANNOUNCEMENTS, Announcement, Cohort, Enrolment
from core.cohorts.notifications import ANNOUNCED
from core.cohorts.selectors import managed_cohort
from core.jobs.services import schedule
from core.kit import clock
from core.notifications.services import notify
from core.users.models import User

BATCH = 500


@transaction.atomic
def announce(*, caller: User, cohort_id: UUID, title: str, text: str) -> Announcement:
    """A job notifies the learners. Raises NotFound."""
    cohort = managed_cohort(caller, cohort_id)
    row = Announcement.objects.create(
        cohort=cohort, author=caller, title=title, text=text, created_at=clock.now()
    )
    schedule("cohorts.announcement", subject=str(row.pk))
    return row


def notify_next(announcement: Announcement, after: UUID | None) -> UUID | None:
    """Notify a batch of learners; the enrolment after which to go on, None after the last."""
    rows = readers(announcement.cohort).order_by("pk")
    if after:
        rows = rows.filter(pk__gt=after)
    batch = [*rows[:BATCH]]
    for row in batch:
        notify(user_id=row.user_id, kind=ANNOUNCED, subject=str(announcement.pk), version=1)
    return batch[-1].pk if len(batch) == BATCH else None


def readers(cohort: Cohort) -> QuerySet[Enrolment]:
    return cohort.enrolments.filter(state__in=READING_ANNOUNCEMENTS)
