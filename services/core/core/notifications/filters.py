"""Filters of the list of notifications."""

from django.db.models import QuerySet

from core.kit.filters import BooleanFilter, Filters
from core.notifications.models import Notification


class NotificationFilters(Filters):
    unread = BooleanFilter(
        method="filter_unread",
        help_text="`true` for those that are unread, `false` for the others.",
    )

    def filter_unread(
        self, rows: QuerySet[Notification], name: str, value: bool
    ) -> QuerySet[Notification]:
        return rows.filter(read_at__isnull=value)
