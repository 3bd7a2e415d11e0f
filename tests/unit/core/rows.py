"""Rows of any model, made from its columns alone, for tests over all models."""

from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.utils import timezone

FIRST = 1000
"""Numbers in rows begin here, above those of the rows that a test makes itself."""


class Rows:
    """Makes rows past the services. Each refers to rows of its own, but never to its own table."""

    def __init__(self) -> None:
        self._made: dict[type[Model], list[Any]] = {}

    def of(self, model: type[Model], count: int) -> list[Any]:
        """The first `count` rows; those that are missing are made."""
        made = self._made.setdefault(model, [])
        numbers = range(len(made), count)
        columns = [field for field in model._meta.concrete_fields if not _is_automatic(field)]
        new = [
            model(**{field.attname: self._value(field, number) for field in columns})
            for number in numbers
        ]
        QuerySet[Any](model).bulk_create(new)
        made += new
        return made[:count]

    def _value(self, field: Any, number: int) -> Any:
        if isinstance(field, ForeignKey):
            if field.related_model is field.model:
                return None
            row = self.of(field.related_model, number + 1)[number]
            return getattr(row, field.target_field.attname)
        if field.choices:
            return field.choices[0][0]
        return _plain_value(field, number)


def _is_automatic(field: "Field[Any, Any]") -> bool:
    return isinstance(field, models.AutoField | models.BigAutoField)


def _plain_value(field: Any, number: int) -> Any:
    match field:
        case models.EmailField():
            return f"somebody-{number}@ongoza.example"
        case models.CharField() | models.TextField() if field.name == "time":
            return timezone.now().isoformat()
        case models.CharField() | models.TextField():
            return f"{field.name}-{number}"[: field.max_length or 64]
        case models.UUIDField():
            return uuid4()
        case models.DateTimeField():
            return timezone.now() + timedelta(seconds=number)
        case models.DateField():
            return date(2999, 1, 1)
        case models.TimeField():
            return time(9)
        case models.BooleanField():
            return bool(field.has_default() and field.get_default())
        case models.FloatField():
            return float(number)
        case models.BigIntegerField() if field.name != "version":
            return 10**12 + number  # above those of a sequence
        case models.IntegerField():
            return 1 if field.name == "version" else FIRST + number
        case models.JSONField():
            return field.get_default() if field.has_default() or field.null else {}
        case ArrayField():
            return []
        case models.BinaryField():
            return b"x"
        case _:
            return field.get_default()
