"""The weekly digest: a mail on Monday morning about what is unread of the last week."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from core.jobs.services import schedule
from core.mail.sending import send_mail
from core.notifications import selectors
from core.notifications.models import Digest, Notification
from core.notifications.preferences import preferences_of
from core.notifications.quiet_hours import first_time_to_disturb
from core.notifications.rendering import locale_of, render
from core.users.models import Preferences, User
from core.users.preferences import preferences_of as user_preferences_of

SEND = "notifications.send_digest"
MONDAY, MORNING_HOUR = 0, 8
WEEK = timedelta(days=7)
MAX_TITLES = 20
DEFAULT_ZONE = "UTC"
TRANSLATED = ("fr", "sw")


def add_due_digests(now: datetime, limit: int) -> int:
    """Add the digests of users for whom it is Monday morning or later that day; how many."""
    zones = [DEFAULT_ZONE, *Preferences.objects.values_list("time_zone", flat=True).distinct()]
    due = {zone: week for zone in zones if (week := due_week(ZoneInfo(zone), now))}
    if not due:
        return 0
    week = next(iter(due.values()))  # wherever it is Monday, it is the same one
    users = [*_recipients([*due], week, now)[:limit]]
    with transaction.atomic():
        for user in users:
            _add(user, week, now)
    return len(users)


def due_week(zone: ZoneInfo, now: datetime) -> date | None:
    """The Monday that it is there, from the morning on."""
    local = now.astimezone(zone)
    is_due = local.weekday() == MONDAY and local.hour >= MORNING_HOUR
    return local.date() if is_due else None


def _recipients(zones: list[str], week: date, now: datetime) -> QuerySet[User]:
    in_zone = Q(preferences__time_zone__in=zones)
    if DEFAULT_ZONE in zones:
        in_zone |= Q(preferences__isnull=True)
    unread = _unread_of_a_week(Notification.objects.filter(user=OuterRef("pk")), now)
    return User.objects.filter(
        in_zone,
        ~Q(notification_preferences__weekly_digest=False),
        ~Exists(Digest.objects.filter(user=OuterRef("pk"), week=week)),
        Exists(unread),
        is_active=True,
        email_verified_at__isnull=False,
    ).order_by("pk")


def _unread_of_a_week(rows: QuerySet[Notification], now: datetime) -> QuerySet[Notification]:
    """What nobody reads is named in one digest, not in all that follow."""
    return rows.filter(read_at=None, created_at__gt=now - WEEK)


def _add(user: User, week: date, now: datetime) -> None:
    digest, is_new = Digest.objects.get_or_create(user=user, week=week)
    if is_new:
        due_at = first_time_to_disturb(user_preferences_of(user), now)
        schedule(SEND, subject=str(digest.pk), user_id=user.id, due_at=due_at)


def send(digest: Digest, user: User) -> None:
    """No-op if nothing is unread, or the user wants no digest any more."""
    if digest.sent_at is not None or not preferences_of(user).weekly_digest:
        return
    now = timezone.now()
    unread = _unread_of_a_week(selectors.listed(user), now)
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
