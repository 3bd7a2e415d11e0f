"""Filters of the list of calendar events."""

import django_filters

from core.kit.choices import enum_choices
from core.kit.filters import Filters, IdFilter, TimestampFilter
from ongoza_contracts.calendars import CalendarEventState

# `from` is a word of Python, so the filters stand in a mapping.
BETWEEN = {
    "from": TimestampFilter(
        field_name="ends_at", lookup_expr="gte", help_text="Events that end then or later."
    ),
    "to": TimestampFilter(
        field_name="starts_at", lookup_expr="lt", help_text="Events that start before it."
    ),
}


class CalendarEventFilters(Filters):
    vars().update(BETWEEN)
    organization = IdFilter(field_name="organization_id")
    state = django_filters.ChoiceFilter(choices=enum_choices(CalendarEventState))
