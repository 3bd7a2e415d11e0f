"""Everything that adds notifications and marks them as read."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from core.jobs.services import schedule
from core.kit import clock
from core.notifications.models import Notification
from core.notifications.registry import kind_named
from core.users.models import User
from ongoza_contracts.event import uuid7

# Without the error of a duplicate, which would end the caller's transaction.
ADD = """
INSERT INTO notifications_notification (id, user_id, kind, subject, version, created_at)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id
"""


@transaction.atomic
def notify(*, user_id: int, kind: str, subject: str, version: int) -> None:
    """Notify a user in the caller's transaction; no-op if this state of the subject was notified
    already.

    `subject` holds ids alone. The caller holds the user's lock where an erasure could wait for a
    row that the caller has locked. A job sends it out after the commit. Raises UnknownKind.
    """
    name, new_id = kind_named(kind).name, uuid7()
    with connection.cursor() as cursor:
        cursor.execute(ADD, [new_id, user_id, name, subject, version, clock.now()])
        added = cursor.fetchone()
    if added:
        schedule("notifications.dispatch", subject=str(new_id), user_id=user_id)


@transaction.atomic
def mark_read(
    *, user: User, ids: Collection[UUID] | None = None, until: datetime | None = None
) -> None:
    """Mark the user's notifications with these ids, or all up to a time. Ids that are unknown or
    belong to somebody else, and what is read already, change nothing."""
    rows = Notification.objects.filter(user=user, read_at=None)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if until is not None:
        rows = rows.filter(created_at__lte=until)
    unread = [*rows.select_for_update().order_by("pk").values_list("pk", flat=True)]
    Notification.objects.filter(pk__in=unread).update(read_at=clock.now())
