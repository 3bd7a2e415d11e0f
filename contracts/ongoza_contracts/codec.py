"""Facts to Kafka records and back: CloudEvents 1.0, Kafka binary mode. Strict out, tolerant in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from pydantic import ValidationError

from ongoza_contracts.event import Fact, uuid7
from ongoza_contracts.topics import (
    FACT_TYPES,
    SUNSETS,
    TOPIC_BY_NAME,
    Topic,
    partition_for,
    topic_of,
)

MAX_PAYLOAD_BYTES = 64 * 1024
FORGOTTEN = "ongoza.key.forgotten.v1"
"""The type of records without a body, for consumers that read headers alone."""

UNDECODABLE = "ce_undecodable"
"""The header that our clients add to a record of which they could decode only a part; its value is
the cause. Such a record is refused."""

READ_HEADERS = frozenset(
    {
        *("ce_specversion", "ce_type", "ce_id", "ce_time", "ce_subject", "ce_partitionkey"),
        *("traceparent", UNDECODABLE),
    }
)

Headers = Sequence[tuple[str, bytes | None]]
RECORD_FIELDS = ("topic", "key", "partition", "subject", "partition key")


class PayloadTooLarge(ValueError):
    """A fact's JSON is over `MAX_PAYLOAD_BYTES`."""


class BadRecord(ValueError):
    """A record not understood. `code` is stable: bad_header, missing_header, bad_payload,
    undecodable or contradiction."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Record:
    """One Kafka record, ready to be sent; every field is what goes on the wire."""

    topic: str
    partition: int
    key: str
    partition_key: str
    id: UUID
    type: str
    subject: str
    time: str
    dataschema: str
    sequence: str
    traceparent: str | None
    payload: bytes | None
    """None in a tombstone, after which compaction removes the key."""
    timestamp: int | None = None
    """In milliseconds since 1970; None for the time at which it is sent."""

    def headers(self) -> list[tuple[str, bytes]]:
        return wire_headers(
            id=self.id,
            source=f"urn:ongoza:{TOPIC_BY_NAME[self.topic].producer}",
            type=self.type,
            subject=self.subject,
            time=self.time,
            dataschema=self.dataschema,
            partition_key=self.partition_key,
            sequence=self.sequence,
            traceparent=self.traceparent,
        )


@dataclass(frozen=True, slots=True)
class Received:
    """A fact as it came in, with the CloudEvents attributes a consumer may want."""

    fact: Fact
    id: str
    time: str | None
    traceparent: str | None
    subject: str | None = None
    partition_key: str | None = None

    def check_record(self, topic: Topic, *, name: str, partition: int, key: bytes | None) -> None:
        """Compares the fact with the record that carried it: facts of a topic may be forged by
        any client that may write it, and a fact under another key escapes compaction and erasure.

        `topic` carries the fact; `name`, `partition` and `key` are the record's own. Optional
        headers may be absent. Raises BadRecord.
        """
        own_key, own_partition_key = self.fact.key, self.fact.partition_key
        own_partition = partition_for(own_partition_key, topic.partitions)
        # Tuples, because the worker compares every record.
        right = (topic.name, own_key.encode(), own_partition, own_key, own_partition_key)
        subject, partition_key = self.subject or own_key, self.partition_key or own_partition_key
        found = (name, key, partition, subject, partition_key)
        if right != found:
            wrong = [
                what
                for what, one, other in zip(RECORD_FIELDS, right, found, strict=True)
                if one != other
            ]
            raise BadRecord("contradiction", f"its {', '.join(wrong)} is not that of its fact")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A well-formed record of a type this code does not know: count it and skip it."""

    type: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A record without a body: compaction may remove its key. It has no version."""


def encode(
    fact: Fact, *, time: datetime, id: UUID | None = None, traceparent: str | None = None
) -> Record:
    """The record that publishes `fact`, which happened at `time` (aware).

    Raises PayloadTooLarge, and KeyError when the fact's class is not in the catalogue.
    """
    topic = topic_of(type(fact))
    payload = fact.model_dump_json().encode()
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise PayloadTooLarge(f"{fact.type} {fact.key}: {len(payload)} bytes")
    return Record(
        topic=topic.name,
        partition=partition_for(fact.partition_key, topic.partitions),
        key=fact.key,
        partition_key=fact.partition_key,
        id=id or uuid7(),
        type=fact.type,
        subject=fact.key,
        time=_rfc3339(time),
        dataschema=f"urn:ongoza:schema:{fact.type}",
        sequence=f"{fact.version:019d}",  # CloudEvents' sequence extension is ordered as text
        traceparent=traceparent,
        payload=payload,
    )


def tombstone(topic: Topic, key: str, partition_key: str, *, time: datetime) -> Record:
    """The record after which compaction removes every record of `key`.

    It has no body and no version: consumers act on `user.erased` instead."""
    return Record(
        topic=topic.name,
        partition=partition_for(partition_key, topic.partitions),
        key=key,
        partition_key=partition_key,
        id=uuid7(),
        type=FORGOTTEN,
        subject=key,
        time=_rfc3339(time),
        dataschema=f"urn:ongoza:schema:{FORGOTTEN}",
        sequence=f"{0:019d}",
        traceparent=None,
        payload=None,
    )


def _rfc3339(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def wire_headers(
    *,
    id: UUID,
    source: str,
    type: str,
    subject: str,
    time: str,
    dataschema: str,
    partition_key: str,
    sequence: str,
    traceparent: str | None,
) -> list[tuple[str, bytes]]:
    """The Kafka headers of one fact, in the order in which they are sent."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(id),
        "ce_source": source,
        "ce_type": type,
        "ce_subject": subject,
        "ce_time": time,
        "ce_dataschema": dataschema,
        "ce_partitionkey": partition_key,
        "ce_sequence": sequence,
        "content-type": "application/json",
    }
    if sunset := SUNSETS.get(type):
        headers["ce_deprecated"] = "true"
        headers["ce_deprecationfrom"] = f"{sunset.deprecated}T00:00:00Z"
        headers["ce_deprecationsunset"] = f"{sunset.sunset}T00:00:00Z"
        headers["ce_deprecationmigration"] = sunset.migration
    if traceparent is not None:
        headers["traceparent"] = traceparent
    return [(name, value.encode()) for name, value in headers.items()]


def decode(headers: Headers, value: bytes | None) -> Received | Unknown | Tombstone:
    """Read a record as a consumer should: unknown fields are ignored, unknown types reported.

    Raises BadRecord when it cannot be understood.
    """
    if value is None:
        return Tombstone()
    attributes = _attributes(headers)
    if cause := attributes.get(UNDECODABLE):
        raise BadRecord("undecodable", cause)
    for name in ("ce_specversion", "ce_type", "ce_id"):
        if not attributes.get(name):
            raise BadRecord("missing_header", name)
    fact_type = FACT_TYPES.get(attributes["ce_type"])
    if fact_type is None:
        return Unknown(attributes["ce_type"])
    try:
        fact = fact_type.model_validate_json(value, strict=True, extra="ignore")
    except ValidationError as error:
        raise BadRecord("bad_payload", _summary(error)) from None
    return Received(
        fact,
        attributes["ce_id"],
        attributes.get("ce_time"),
        attributes.get("traceparent"),
        attributes.get("ce_subject"),
        attributes.get("ce_partitionkey"),
    )


def _attributes(headers: Headers) -> dict[str, str]:
    """A header without a value is absent, and of a repeated one the last value counts."""
    try:
        return {
            name: value.decode()
            for name, value in headers
            if value is not None and name in READ_HEADERS
        }
    except (UnicodeDecodeError, AttributeError) as error:
        raise BadRecord("bad_header", str(error)) from None


def _summary(error: ValidationError) -> str:
    """Where and what, without the values: a cause may be logged, a payload may not."""
    return "; ".join(
        f"{'.'.join(map(str, item['loc'])) or 'body'}: {item['type']}"
        for item in error.errors()[:5]
    )
