"""The registry of the numbers that dashboards show: each has one definition, which stands in the
OpenAPI document and in docs/numbers.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers


@dataclass(frozen=True)
class Number:
    """A number that several routes and exports may show."""

    name: str
    definition: str
    """One sentence that says what is counted, and as of when where that is not now."""
    unit: str


_NUMBERS: dict[str, Number] = {}


def define(name: str, definition: str, unit: str = "count") -> Number:
    """Raises ValueError for a name that is defined already."""
    if name in _NUMBERS:
        raise ValueError(f"two numbers are called {name}")
    return _NUMBERS.setdefault(name, Number(name, definition, unit))


def numbers() -> Mapping[str, Number]:
    """By name; apps define theirs in modules that their views load."""
    return _NUMBERS


class CountField(serializers.IntegerField):
    """A whole number with its definition."""

    def __init__(self, number: Number, **options: Any) -> None:
        super().__init__(help_text=number.definition, **options)


class MeasureField(serializers.FloatField):
    """A number with its definition; null where there is not enough data."""

    def __init__(self, number: Number, **options: Any) -> None:
        super().__init__(help_text=number.definition, **options)
