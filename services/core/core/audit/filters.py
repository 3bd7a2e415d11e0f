"""Filters of the audit trail."""

import django_filters
from django.db.models import QuerySet

from core.kit.filters import Filters, TimestampFilter
from core.outbox.models import FactHistory
from ongoza_contracts.topics import FACT_TYPES, TOPICS

TOPIC_OF = {topic.kind: topic.name for topic in TOPICS if topic.producer == "core"}


class AuditFilters(Filters):
    actor = django_filters.CharFilter(
        max_length=64, help_text="Who changed it: `user:42` or `service:ai`."
    )
    kind = django_filters.ChoiceFilter(
        method="filter_kind",
        choices=[(kind, kind) for kind in TOPIC_OF],
        help_text="The kind of entity.",
    )
    key = django_filters.CharFilter(max_length=200, help_text="The entity's key.")
    type = django_filters.ChoiceFilter(choices=[(name, name) for name in FACT_TYPES])
    vars()["from"] = TimestampFilter("time", "gte", help_text="Not before this time.")
    to = TimestampFilter("time", "lt", help_text="Before this time.")

    def filter_kind(
        self, rows: QuerySet[FactHistory], name: str, value: str
    ) -> QuerySet[FactHistory]:
        return rows.filter(topic=TOPIC_OF[value])
