"""The base of serializers that read bodies: closed, and strict about JSON types."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.fields import Field, empty

from ongoza_contracts.http.strict_text import is_date, is_line, is_prose, is_timestamp

AnyField = Field[Any, Any, Any, Any]

_TEXT = (
    serializers.CharField,
    serializers.ChoiceField,
    serializers.DateField,
    serializers.DateTimeField,
    serializers.TimeField,
    serializers.UUIDField,
    serializers.SlugRelatedField,
)
_JSON_TYPES: tuple[
    tuple[type[AnyField] | tuple[type[AnyField], ...], tuple[type, ...], str], ...
] = (
    (_TEXT, (str,), "a text"),
    (serializers.BooleanField, (bool,), "true or false"),
    ((serializers.IntegerField, serializers.PrimaryKeyRelatedField), (int,), "a whole number"),
    ((serializers.FloatField, serializers.DecimalField), (int, float), "a number"),
    ((serializers.ListField, serializers.ListSerializer), (list,), "a list"),
)


class SecretField(serializers.CharField):
    """A password or token, which nobody displays: every character counts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)


class ProseField(serializers.CharField):
    """A text that may have several lines."""


_FORMS: tuple[tuple[type[AnyField], Callable[[str], bool], ErrorDetail], ...] = (
    (SecretField, lambda _: True, ErrorDetail("")),
    (ProseField, is_prose, ErrorDetail("Control characters are not possible here.", "bad_text")),
    (
        serializers.CharField,
        is_line,
        ErrorDetail("Write one line without control characters.", "bad_text"),
    ),
    (
        serializers.DateTimeField,
        is_timestamp,
        ErrorDetail("Write a time like 2030-01-31T12:00:00Z.", "invalid"),
    ),
    (serializers.DateField, is_date, ErrorDetail("Write a day like 2030-01-31.", "invalid")),
)


class StrictSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Unknown fields, read-only fields and values of another JSON type or form are refused."""

    # The docstring stands in the OpenAPI document of every body. DRF drops unknown and read-only
    # fields silently and converts "7", 7.0 and true.

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            errors = {name: [detail] for name, detail in self._refused(data)}
            if errors:
                raise serializers.ValidationError(errors)
        return super().to_internal_value(data)

    def _refused(self, data: Mapping[str, Any]) -> Iterator[tuple[str, ErrorDetail]]:
        for name, value in data.items():
            field = self.fields.get(name)
            if field is None:
                yield name[:64], ErrorDetail("There is no such field.", "unknown_field")
            elif field.read_only:
                yield name, ErrorDetail("This field cannot be set.", "read_only")
            elif (wanted := _mismatch(field, value)) is not None:
                yield name, ErrorDetail(f"This must be {wanted}.", "wrong_type")
            elif (form := _misspelling(field, value)) is not None:
                yield name, form


class AwareDateTimeField(serializers.DateTimeField):
    """Refuses a time without an offset, which DRF would take for UTC."""

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise serializers.ValidationError("Give an offset: 2030-01-31T12:00:00Z.", "invalid")
        return super().enforce_timezone(value)


def _misspelling(field: AnyField, value: Any) -> ErrorDetail | None:
    """The fault of a text that DRF would take in more forms than ai does."""
    texts = value if isinstance(value, list) else [value]
    kind = getattr(field, "child", field)
    for fields, is_well_formed, detail in _FORMS:
        if isinstance(kind, fields):
            if all(is_well_formed(text) for text in texts if isinstance(text, str)):
                return None
            return detail
    return None


def _mismatch(field: AnyField, value: Any) -> str | None:
    """The type the field requires, if the value's JSON type is another. DRF checks null itself."""
    if value is None or value is empty:
        return None
    for kinds, types, wanted in _JSON_TYPES:
        if isinstance(field, kinds):
            if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
                return wanted
            return _mismatch_inside(field, value)
    return None


def _mismatch_inside(field: AnyField, value: Any) -> str | None:
    child = getattr(field, "child", None)
    if child is None or isinstance(child, serializers.BaseSerializer):
        return None  # a serializer checks its own fields
    mismatches = (_mismatch(child, item) for item in value)
    wanted = next((found for found in mismatches if found), None)
    return f"a list in which each item is {wanted}" if wanted else None
