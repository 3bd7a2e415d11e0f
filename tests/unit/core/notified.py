"""Building blocks of the tests of notifications."""

from typing import Any

from django.utils import timezone

from core.jobs.models import Job
from core.jobs.services import run_due
from core.notifications import kinds
from core.notifications.models import Notification
from core.notifications.services import notify
from core.users.models import User
from core.users.preferences import update_preferences
from tests.unit.core.world import person

VAPID_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"  # the example of RFC 8291
QUIET_KIND, URGENT_KIND = kinds.MENTOR_ASSIGNED, kinds.PASSWORD_CHANGED


def reader(name: str = "amina", **preferences: Any) -> User:
    """A user with a verified address."""
    user = person(name)
    User.objects.filter(pk=user.pk).update(email_verified_at=timezone.now())
    user.refresh_from_db()
    if preferences:
        update_preferences(user=user, **preferences)
    return user


def notify_of(user: User, subject: str = "1", kind: str = QUIET_KIND, version: int = 1) -> None:
    notify(user_id=user.id, kind=kind, subject=subject, version=version)


def run_jobs() -> None:
    """Also those that jobs schedule."""
    while run_due():
        pass


def make_due() -> None:
    Job.objects.filter(done_at=None, failed_at=None).update(due_at=timezone.now())


def notified(user: User) -> list[str]:
    """The kinds, the newest first."""
    return [*Notification.objects.filter(user=user).values_list("kind", flat=True)]
