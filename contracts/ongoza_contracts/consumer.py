"""For consumers in Python: one call from a client's record to a fact."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

from ongoza_contracts.codec import Received, Tombstone, Unknown, decode


class ConfluentMessage(Protocol):
    """As confluent-kafka delivers it; its releases type the headers in different ways."""

    def headers(self) -> Any: ...
    def value(self) -> bytes | None: ...


class PlainRecord(Protocol):
    """As aiokafka and others deliver it."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]] | None: ...
    @property
    def value(self) -> bytes | None: ...


Read: TypeAlias = Received | Unknown | Tombstone


def read(record: ConfluentMessage | PlainRecord) -> Read:
    """What a record of any of our topics says.

    Raises BadRecord for one that cannot be understood: set it aside and go on, its neighbours are
    good. A message that stands for an error of the client's is not for here.
    """
    headers, value = record.headers, record.value
    return decode(
        (headers() if callable(headers) else headers) or (),
        value() if callable(value) else value,
    )
