"""For consumers in Python: one call from a client's record to a fact."""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from ongoza_contracts.codec import BadRecord, Headers, Received, Tombstone, Unknown, decode


class ConfluentMessage(Protocol):
    """A message as confluent-kafka delivers it; its releases type the headers in different ways."""

    def headers(self) -> Any: ...
    def value(self) -> bytes | None: ...


class PlainRecord(Protocol):
    """A record as aiokafka and similar clients deliver it."""

    @property
    def headers(self) -> Headers | None: ...
    @property
    def value(self) -> bytes | None: ...


Read: TypeAlias = Received | Unknown | Tombstone


def read(record: ConfluentMessage | PlainRecord) -> Read:
    """The content of a record of any topic in the catalogue.

    Raises BadRecord for one that cannot be understood: park it and go on with the next. The caller
    handles messages that stand for an error of the client.
    """
    headers, value = record.headers, record.value
    return decode(
        (_call(headers) if callable(headers) else headers) or (),
        value() if callable(value) else value,
    )


def _call(headers: Callable[[], Any]) -> Any:
    """confluent-kafka raises one of these for a header whose name is not UTF-8."""
    try:
        return headers()
    except (UnicodeDecodeError, SystemError):
        raise BadRecord("undecodable", "the name of a header is not UTF-8") from None
