"""Filters of the review queue."""

import django_filters
from django.db.models import QuerySet

from core.kit import clock
from core.kit.filters import BooleanFilter, Filters
from core.reviews.models import QueueEntry


class QueueFilters(Filters):
    mission = django_filters.UUIDFilter(
        field_name="submission__mission_id", help_text="The id of a mission."
    )
    second_opinion = BooleanFilter()
    overdue = BooleanFilter(
        method="filter_overdue", help_text="Whether the promised time has passed."
    )

    def filter_overdue(
        self, rows: QuerySet[QueueEntry], name: str, value: bool
    ) -> QuerySet[QueueEntry]:
        is_overdue = {"promised_by__lte": clock.now()}
        return rows.filter(**is_overdue) if value else rows.exclude(**is_overdue)
