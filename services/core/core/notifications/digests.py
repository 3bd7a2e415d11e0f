"""The weekly digest: a mail on Monday morning about what is unread of the last week."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from core.jobs.services import schedule
from core.mail.sending import send_mail
from core.notifications import selectors
from core.notifications.models import Digest, Notification
from core.notifications.preferences import notification_preferences_of
from core.notifications.quiet_hours import first_time_to_disturb
from core.notifications.registry import notification_kinds
from core.notifications.rendering import locale_of, render
from core.users.models import Preferences, User

SEND = "notifications.send_digest"
MONDAY, MORNING_HOUR = 0, 8
WEEK = timedelta(days=7)
MAX_TITLES = 20
DEFAULT_ZONE = "UTC"
TRANSLATED = ("fr", "sw")
WANTS_DIGEST = ~Q(notification_preferences__weekly_digest=False)
# An erasure waits for this, and then deletes the digests too; an erased user is not found.
LOCK_USERS = "SELECT id FROM users_user WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"
# Returns the digests that no other worker has added.
ADD = """
INSERT INTO notifications_digest (user_id, week)
SELECT unnest(%s::int[]), %s ON CONFLICT DO NOTHING RETURNING id, user_id
"""


def add_due_digests(now: datetime, limit: int) -> int:
    """Add the digests of users for whom it is Monday morning or later that day; how many."""
    due = due_users(now)
    if due is None:
        return 0
    week, in_zone = due
    users = [*_recipients(in_zone, week, now).select_related("preferences")[:limit]]
    _add(users, week, now)
    return len(users)


def due_users(now: datetime) -> tuple[date, Q] | None:
    """The Monday, and the users for whom it is Monday morning or later that day."""
    zones = [DEFAULT_ZONE, *Preferences.objects.values_list("time_zone", flat=True).distinct()]
    due = {zone: week for zone in zones if (week := due_week(ZoneInfo(zone), now))}
    if not due:
        return None
    in_zone = Q(preferences__time_zone__in=[*due])
    if DEFAULT_ZONE in due:
        in_zone |= Q(preferences__isnull=True)
    return next(iter(due.values())), in_zone  # wherever it is Monday, it is the same one


def due_week(zone: ZoneInfo, now: datetime) -> date | None:
    """The Monday that it is there, from the morning on."""
    local = now.astimezone(zone)
    is_due = local.weekday() == MONDAY and local.hour >= MORNING_HOUR
    return local.date() if is_due else None


def _recipients(in_zone: Q, week: date, now: datetime) -> QuerySet[User]:
    unread = _unread_of_a_week(Notification.objects.filter(user=OuterRef("pk")), now)
    return User.objects.filter(
        in_zone,
        WANTS_DIGEST,
        ~Exists(Digest.objects.filter(user=OuterRef("pk"), week=week)),
        Exists(unread),
        is_active=True,
        email_verified_at__isnull=False,
    ).order_by("pk")


def _unread_of_a_week(rows: QuerySet[Notification], now: datetime) -> QuerySet[Notification]:
    """Unread notifications of the last week, so that each is named in one digest alone."""
    left_out = [name for name, kind in notification_kinds().items() if not kind.in_digest]
    return rows.filter(read_at=None, created_at__gt=now - WEEK).exclude(kind__in=left_out)


@transaction.atomic
def _add(users: Sequence[User], week: date, now: datetime) -> None:
    by_id = {user.pk: user for user in users}
    with connection.cursor() as cursor:
        cursor.execute(LOCK_USERS, [[*by_id]])
        present = [user_id for (user_id,) in cursor.fetchall()]
        cursor.execute(ADD, [present, week])
        added = cursor.fetchall()
    for digest_id, user_id in added:
        due_at = first_time_to_disturb(_user_preferences(by_id[user_id]), now)
        schedule(SEND, subject=str(digest_id), user_id=user_id, due_at=due_at)


def _user_preferences(user: User) -> Preferences:
    """As `preferences_of`, without a query for a user who was read with their preferences."""
    return getattr(user, "preferences", None) or Preferences(user=user)


def send(digest: Digest, user: User) -> None:
    """No-op if nothing is unread, or the user wants no digest any more."""
    if digest.sent_at is not None or not notification_preferences_of(user).weekly_digest:
        return
    now = timezone.now()
    unread = _unread_of_a_week(selectors.visible_notifications(user), now)
    found = [*unread[:MAX_TITLES]]
    if not found:
        return
    locale = locale_of(user.id)
    template = f"notifications/digest.{locale}" if locale in TRANSLATED else "notifications/digest"
    titles = [shown.title for shown in render(found, locale)]
    context: dict[str, Any] = {"titles": titles, "count": unread.count()}
    send_mail(user.email, template, context)
    digest.sent_at = now
    digest.save(update_fields=["sent_at"])
