"""Readers of query parameters; each raises BadParameter for an invalid value."""

from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.utils.dateparse import parse_datetime
from rest_framework.request import Request

from core.kit.errors import BadParameter
from core.kit.pagination import positive_int_param
from ongoza_contracts.http.strict_text import is_timestamp
from ongoza_contracts.vocabulary import ID_MAX

E = TypeVar("E", bound=StrEnum)


def enum_param(request: Request, name: str, choices: type[E]) -> E | None:
    """One of `choices`, or None when the parameter is not given."""
    value = request.query_params.get(name)
    if value is None:
        return None
    try:
        return choices(value)
    except ValueError:
        raise BadParameter(f"{name} is none of {', '.join(choices)}.") from None


def text_param(request: Request, name: str, *, most: int) -> str:
    """The text in a query parameter that is given: not blank, and not over `most` characters."""
    text = request.query_params[name]
    if not 1 <= len(text.strip()) <= len(text) <= most:
        raise BadParameter(f"{name} is blank or longer than {most} characters.")
    return text


def parse_timestamp(text: str) -> datetime | None:
    """None for a text that is no time with an offset."""
    with suppress(ValueError):  # a day or an hour that does not exist
        time = parse_datetime(text) if is_timestamp(text) else None
        if time is not None and time.tzinfo is not None:
            return time
    return None


def timestamp_param(request: Request, name: str) -> datetime:
    """The time in a query parameter, which has to be given."""
    time = parse_timestamp(request.query_params.get(name, ""))
    if time is None:
        raise BadParameter(f"{name}: write a time like 2030-01-31T12:00:00Z.")
    return time


def uuid_param(request: Request, name: str) -> UUID | None:
    """A UUID in its usual form, or None when the parameter is not given."""
    value = request.query_params.get(name)
    if value is None:
        return None
    with suppress(ValueError):
        if str(found := UUID(value)) == value:
            return found
    raise BadParameter(f"{name} is no UUID.")


def user_id_param(request: Request, default: int) -> int:
    """The learner named in `?user=`."""
    return positive_int_param(request, "user", default=default, most=ID_MAX)
