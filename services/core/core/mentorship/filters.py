"""Filters of mentors, matches and sessions, and the range of slots."""

from typing import Any

import django_filters
from django.db.models import F, QuerySet

from core.kit.choices import enum_choices
from core.kit.filters import BooleanFilter, Filters, IdFilter, TimestampFilter
from core.mentorship.models import MentorProfile, RequestState
from core.users.models import Preferences
from ongoza_contracts.mentorship import MatchState, SessionState
from ongoza_contracts.vocabulary import Track

# `from` is a word of Python, so the filters stand in a mapping.
BETWEEN = {
    "from": TimestampFilter(
        field_name="ends_at", lookup_expr="gt", help_text="Sessions that end after it."
    ),
    "to": TimestampFilter(
        field_name="starts_at", lookup_expr="lt", help_text="Sessions that start before it."
    ),
}


class MentorFilters(Filters):
    """The rows are those of `selectors.visible_profiles`."""

    track = django_filters.ChoiceFilter(choices=enum_choices(Track), method="filter_list")
    language = django_filters.ChoiceFilter(choices=Preferences.Locale.choices, method="filter_list")
    skill = django_filters.CharFilter(
        max_length=64, method="filter_list", help_text="The slug of a skill."
    )
    has_room = BooleanFilter(method="filter_room")

    def filter_list(
        self, rows: QuerySet[MentorProfile], name: str, value: Any
    ) -> QuerySet[MentorProfile]:
        return rows.filter(**{f"{name}s__contains": [value]})

    def filter_room(
        self, rows: QuerySet[MentorProfile], name: str, value: Any
    ) -> QuerySet[MentorProfile]:
        room = {"is_accepting": True, "matched__lt": F("capacity")}
        return rows.filter(**room) if value else rows.exclude(**room)


class RequestFilters(Filters):
    state = django_filters.ChoiceFilter(choices=enum_choices(RequestState))


class MatchFilters(Filters):
    state = django_filters.ChoiceFilter(choices=enum_choices(MatchState))
    learner = IdFilter(field_name="learner_id")
    mentor = IdFilter(field_name="mentor_id")


class SessionFilters(Filters):
    vars().update(BETWEEN)
    state = django_filters.ChoiceFilter(choices=enum_choices(SessionState))
    match = django_filters.UUIDFilter(field_name="match_id")
