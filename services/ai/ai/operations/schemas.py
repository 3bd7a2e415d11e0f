"""Requests and responses of the operators' routes."""

from base64 import b64encode
from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from ai.operations.parked import Parked
from ongoza_contracts.http.base import Request, Response
from ongoza_contracts.http.strict_text import Line


class DecisionRequest(Request):
    reason: Annotated[Line, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class ParkedRecord(Response):
    id: int
    generation: str
    topic: str
    partition: int
    offset: int
    cause_code: str
    cause: str
    parked_at: datetime

    @classmethod
    def of(cls, parked: Parked) -> "ParkedRecord":
        return cls(**{name: getattr(parked, name) for name in cls.model_fields})


class ParkedHeader(Response):
    name: str
    value_base64: str | None
    """Null where the header had no value."""


class ParkedBytes(ParkedRecord):
    key_base64: str | None
    value_base64: str | None
    """Null where the record had no body."""
    headers: tuple[ParkedHeader, ...]

    @classmethod
    def of(cls, parked: Parked) -> "ParkedBytes":
        plain = {name: getattr(parked, name) for name in ParkedRecord.model_fields}
        return cls(
            **plain,
            key_base64=_base64(parked.key),
            value_base64=_base64(parked.value),
            headers=tuple(
                ParkedHeader(name=name, value_base64=_base64(value))
                for name, value in parked.headers
            ),
        )


class ParkedPage(Response):
    results: tuple[ParkedRecord, ...]
    total: int
    next_after: int | None
    """To be given as `after` for the next page; null on the last."""


class Applied(Response):
    outcome: str


def _base64(data: bytes | None) -> str | None:
    return None if data is None else b64encode(data).decode()
