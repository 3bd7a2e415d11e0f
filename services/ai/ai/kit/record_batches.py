"""Reads the records of a fetched batch even where aiokafka cannot decode one of them.

aiokafka fails a whole batch for one header name that is not UTF-8, at each start again. Here such a
record is delivered with what could be read, and the header `UNDECODABLE` says what is wrong, so
that it is parked like any other malformed record.
"""

import struct
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import codec
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

from ongoza_contracts.codec import UNDECODABLE

# Base offset and length, which every format has.
PREFIX = struct.Struct(">qi")
# Attributes, first timestamp and number of records of format 2.
HEADER = struct.Struct(">21xh4xq22xi")
CODECS: dict[int, Callable[[bytes], bytes]] = {
    0: bytes,
    1: codec.gzip_decode,
    2: codec.snappy_decode,
    3: codec.lz4_decode,
    4: codec.zstd_decode,
}
CODEC_BITS = 0x07
FETCHES_MAX = 3
"""How often a batch with a wrong checksum is fetched before it is refused: the network or a memory
may have damaged only one copy."""

_damaged_fetches: Counter[int] = Counter()
"""By base offset; two partitions with equal offsets share a count."""

Headers = Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class Record:
    """The part of a record that aiokafka's fetcher reads."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_type: int = 0
    checksum: None = None


class TolerantRecords:
    """The batches of one fetched partition; the interface is that of aiokafka's MemoryRecords."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._checked = -1

    def size_in_bytes(self) -> int:
        return len(self._data)

    def has_next(self) -> bool:
        """Whether another whole batch follows: the broker may cut off the last one.

        A damaged batch ends the data, as if it had not been fetched, so that aiokafka fetches it
        again.
        """
        if self._end() > len(self._data):
            return False
        if self._checked < self._at and _fetch_again(self._data[self._at : self._end()]):
            self._data = self._data[: self._at]
            return False
        self._checked = self._at
        return True

    def next_batch(self) -> "TolerantBatch":
        begin, self._at = self._at, self._end()
        return TolerantBatch(self._data[begin : self._at])

    def _end(self) -> int:
        if self._at + PREFIX.size > len(self._data):
            return len(self._data) + 1
        _, length = PREFIX.unpack_from(self._data, self._at)
        return int(self._at + PREFIX.size + length)


def _fetch_again(data: bytes) -> bool:
    """Whether a batch is damaged and has been fetched fewer than `FETCHES_MAX` times."""
    base_offset, _ = PREFIX.unpack_from(data)
    if not _is_damaged(data) or _damaged_fetches[base_offset] >= FETCHES_MAX - 1:
        _damaged_fetches.pop(base_offset, None)
        return False
    _damaged_fetches[base_offset] += 1
    return True


def _is_damaged(data: bytes) -> bool:
    try:
        return not MemoryRecords(data).next_batch().validate_crc()
    except Exception:  # of any kind: its length or format is damaged
        return True


class TolerantBatch:
    """A batch that aiokafka decodes; if that fails for one record, all of it is decoded here."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._batch = MemoryRecords(data).next_batch()
        self._intact = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def validate_crc(self) -> bool:
        """Always true: the records of a damaged batch are reported instead of failing the fetch."""
        self._intact = self._batch.validate_crc()
        return True

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._records())

    def _records(self) -> list[Any]:
        begin = self._batch.base_offset
        if not self._intact:
            return [self._placeholder(begin, "its checksum is wrong")]
        try:
            return list(self._batch)
        except Exception as error:
            return [*self._decode(begin, error)]

    def _decode(self, offset: int, error: Exception) -> Iterator[Record]:
        try:
            for record in decode_records(self._data):
                yield record
                offset = record.offset + 1
        except Exception:
            yield self._placeholder(offset, f"{type(error).__name__}: {error}")

    def _placeholder(self, offset: int, why: str) -> Record:
        """At the last offset: aiokafka passes over records before the position it asked for."""
        last = self._batch.next_offset - 1
        return undecodable(last, f"the batch of offsets {offset} to {last} is damaged: {why}")


def undecodable(
    offset: int, why: str, key: bytes | None = None, value: bytes = b"", headers: Headers = ()
) -> Record:
    """A record of which only this is known. It has a value, because it is no tombstone."""
    return Record(offset, 0, key, value, ((UNDECODABLE, why.encode()), *headers))


def decode_records(data: bytes) -> Iterator[Record]:
    """The records of a batch of format 2, one by one. Raises for a damaged batch."""
    base_offset, _ = PREFIX.unpack_from(data)
    attributes, first_timestamp, count = HEADER.unpack_from(data)
    cursor = Cursor(CODECS[attributes & CODEC_BITS](data[HEADER.size :]))
    for _ in range(count):
        yield _record(Cursor(cursor.take(cursor.varint())), base_offset, first_timestamp)


@dataclass(slots=True)
class Cursor:
    """Reads the fields of a record one after the other."""

    data: bytes
    at: int = 0

    def take(self, length: int) -> bytes:
        begin, self.at = self.at, self.at + length
        if length < 0 or self.at > len(self.data):
            raise ValueError("a field is longer than its record")
        return self.data[begin : self.at]

    def varint(self) -> int:
        """A signed number in protobuf's zigzag encoding."""
        value = shift = 0
        while True:
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return (value >> 1) ^ -(value & 1)

    def nullable(self) -> bytes | None:
        length = self.varint()
        return None if length < 0 else self.take(length)


def _record(cursor: Cursor, base_offset: int, first_timestamp: int) -> Record:
    cursor.take(1)  # attributes, unused by Kafka
    timestamp = first_timestamp + cursor.varint()
    offset = base_offset + cursor.varint()
    key, value = cursor.nullable(), cursor.nullable()
    raw = [(cursor.take(cursor.varint()), cursor.nullable()) for _ in range(cursor.varint())]
    headers = [(name.decode("utf-8", "backslashreplace"), header) for name, header in raw]
    if value is not None and not all(_is_utf8(name) for name, _ in raw):
        return undecodable(offset, "the name of a header is not UTF-8", key, value, headers)
    return Record(offset, timestamp, key, value, headers)


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def use_tolerant_records() -> None:
    """Makes the consumers of this process read with `TolerantRecords`; `ai.kit.consumers` calls it
    before it creates one.

    It replaces a name in aiokafka, because the fetcher constructs its batches by this name alone:
    neither the consumer nor the fetcher has a parameter or a method for it.
    """
    fetcher.MemoryRecords = TolerantRecords
