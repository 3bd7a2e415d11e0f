"""Filters of the list of users."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from core.kit.choices import enum_choices
from core.kit.filters import BooleanFilter, Filters, IdFilter, OrderingFilter
from core.users.models import User
from ongoza_contracts.vocabulary import Role, Track

MAX_WORDS = 8


class UserFilters(Filters):
    """The rows are those of `selectors.listed_users`."""

    search = django_filters.CharFilter(
        method="filter_search",
        max_length=200,
        help_text="Words that each occur in the name or in the e-mail address.",
    )
    role = django_filters.ChoiceFilter(choices=enum_choices(Role))
    track = django_filters.ChoiceFilter(choices=enum_choices(Track))
    organization = IdFilter(field_name="organization_id", help_text="The user's main organization.")
    is_active = BooleanFilter()
    ordering = OrderingFilter("id", "first_name", "last_name", "role", "created_at")

    def filter_search(self, rows: QuerySet[User], name: str, value: Any) -> QuerySet[User]:
        """An address that the caller may not read is not searched, else it could be guessed."""
        for word in str(value).split()[:MAX_WORDS]:
            named = Q(first_name__icontains=word) | Q(last_name__icontains=word)
            rows = rows.filter(named | Q(contact_readable=True, email__icontains=word))
        return rows
