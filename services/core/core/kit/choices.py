"""Our enumerations as Django and DRF want their choices."""

from enum import StrEnum


def enum_choices(names: type[StrEnum]) -> list[tuple[str, str]]:
    """The same for a model's column and a serializer's field: one enumeration in OpenAPI."""
    return [(str(name), name.replace("_", " ").title()) for name in names]
