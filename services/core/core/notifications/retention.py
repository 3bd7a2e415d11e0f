from datetime import timedelta

from core.kit.retention import RetentionRule, register
from core.notifications.models import Digest, Notification, PhoneNumber

register(
    RetentionRule(
        name="notifications.all",
        what="notifications, read or not, with their deliveries",
        rows=lambda: Notification.objects.all(),
        since="created_at",
        age=timedelta(days=180),
    )
)
register(
    RetentionRule(
        name="notifications.read",
        what="notifications that were read, with their deliveries",
        rows=lambda: Notification.objects.exclude(read_at=None),
        since="read_at",
        age=timedelta(days=60),
    )
)
register(
    RetentionRule(
        name="notifications.digests",
        what="records that a weekly digest was due",
        rows=lambda: Digest.objects.all(),
        since="week",
        age=timedelta(days=60),
    )
)
register(
    RetentionRule(
        name="notifications.unverified_phone_numbers",
        what="phone numbers to which no code came back",
        rows=lambda: PhoneNumber.objects.filter(verified_at=None),
        since="changed_at",
        age=timedelta(days=1),
    )
)
