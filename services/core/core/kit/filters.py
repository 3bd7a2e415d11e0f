"""Filters of lists: declared with django-filter, and strict about every value."""

from typing import Any, TypeVar

import django_filters
from django import forms
from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from core.kit.errors import BadParameter
from core.kit.parameters import parse_timestamp
from ongoza_contracts.http.strict_text import is_whole_number
from ongoza_contracts.vocabulary import ID_MAX

M = TypeVar("M", bound=Model)


class Filters(django_filters.FilterSet):
    """Name `names()` in a view's `query_parameters`, which refuses unknown and repeated ones."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(cls.base_filters)

    @classmethod
    def parameters(cls) -> list[OpenApiParameter]:
        """The filters in the OpenAPI document."""
        return [_parameter(name, one) for name, one in cls.base_filters.items()]


def apply_filters(kind: type[Filters], request: Request, rows: QuerySet[M]) -> QuerySet[M]:
    """The rows that match the query. Raises BadParameter for an empty or invalid value."""
    for name in kind.names():
        if request.query_params.get(name) == "":
            raise BadParameter(f"{name} is empty: give a value or leave it out.")
    filters = kind(request.query_params, queryset=rows)
    for name, messages in filters.errors.items():
        raise BadParameter(f"{name}: {messages[0]}")
    return filters.qs


class _IdField(forms.Field):
    def to_python(self, value: str | None) -> int | None:
        if not value:
            return None
        if not (is_whole_number(value) and 1 <= int(value) <= ID_MAX):
            raise forms.ValidationError(f"Write a whole number from 1 to {ID_MAX}.")
        return int(value)


class _TimestampField(forms.Field):
    def to_python(self, value: str | None) -> Any:
        if not value:
            return None
        if (time := parse_timestamp(value)) is not None:
            return time
        raise forms.ValidationError("Write a time like 2030-01-31T12:00:00Z.")


class IdFilter(django_filters.Filter):
    field_class = _IdField


class TimestampFilter(django_filters.Filter):
    field_class = _TimestampField


class BooleanFilter(django_filters.TypedChoiceFilter):
    """`true` or `false`; django-filter's own ignores what it does not know."""

    def __init__(self, **options: Any) -> None:
        choices = (("true", "true"), ("false", "false"))
        super().__init__(choices=choices, coerce=lambda value: value == "true", **options)


class OrderingFilter(django_filters.ChoiceFilter):
    """One of `fields`, or `-` before it for the opposite order; equal rows by their id."""

    def __init__(self, *fields: str, **options: Any) -> None:
        names = [*fields, *(f"-{name}" for name in fields)]
        super().__init__(choices=[(name, name) for name in names], **options)

    def filter(self, qs: QuerySet[M], value: str) -> QuerySet[M]:
        return qs.order_by(value, "pk") if value else qs


def _parameter(name: str, one: django_filters.Filter) -> OpenApiParameter:
    choices = one.extra.get("choices")
    enum = [value for value, _ in choices] if choices else None
    kind: Any = {_IdField: int}.get(one.field_class, str)
    return OpenApiParameter(name, kind, enum=enum, description=one.extra.get("help_text", ""))
