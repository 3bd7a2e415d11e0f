"""The golden wire corpus: records byte by byte, and what any consumer has to make of each.

For consumers in any language: contracts/corpus/README.md says how to run it.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from ongoza_contracts.codec import (
    BadRecord,
    Headers,
    Received,
    Record,
    Tombstone,
    decode,
    encode,
    tombstone,
)
from ongoza_contracts.event import Fact
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.topics import FACT_TYPES, PROGRESS
from ongoza_contracts.users import UserErased

WHEN = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)
NAMESPACE = UUID("018f0000-0000-7000-8000-000000000000")
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
GOING = (
    ("ce_deprecated", b"true"),
    ("ce_deprecationfrom", b"2026-06-01T00:00:00Z"),
    ("ce_deprecationsunset", b"2027-01-01T00:00:00Z"),
    ("ce_deprecationmigration", b"https://ongoza.example/facts#moved"),
)

Case = dict[str, Any]


def corpus(contracts: Path) -> dict[str, str]:
    """Every file of the corpus and its text."""
    return {f"{case['name']}.json": json.dumps(case, indent=2) + "\n" for case in cases(contracts)}


def cases(contracts: Path) -> Iterator[Case]:
    for name, fact in FACT_TYPES.items():
        for kind in ("minimal", "full", "future"):
            example = contracts / "examples" / name / f"{kind}.json"
            if example.exists():  # a missing one is told of by the check of examples
                yield from_example(f"{name}.{kind}", fact, example.read_bytes())
    yield from odd_ones()
    yield the_order_that_does_not_matter()


def from_example(name: str, fact: type[Fact], example: bytes) -> Case:
    """What a producer sends; of the future example the bytes with the field we do not know."""
    body = json.dumps(json.loads(example), separators=(",", ":")).encode()
    known = fact.model_validate_json(body, extra="ignore")
    record = encode(known, time=WHEN, id=uuid5(NAMESPACE, name), traceparent=TRACEPARENT)
    return case(name, record, record.headers(), body)


def odd_ones() -> Iterator[Case]:
    fact = ProgressUpdated.model_validate_json(_progress(version=3))
    good = encode(fact, time=WHEN, id=uuid5(NAMESPACE, "odd"), traceparent=None)
    headers, body = good.headers(), good.payload
    others = [(name, value) for name, value in headers if name != "ce_type"]
    yield case("odd.unknown-type", good, [*others, ("ce_type", b"ongoza.tea.served.v1")], body)
    yield case("odd.header-not-utf8", good, [*others, ("ce_type", b"\xff\xfe")], body)
    yield case("odd.header-missing", good, others, body)
    yield case("odd.header-of-another-sort", good, [*headers, ("x-team", b"\xff")], body)
    yield case("odd.deprecated", good, [*headers, *GOING], body)
    yield case("odd.broken-json", good, headers, b'{"version":3,')
    yield case("odd.not-utf8-body", good, headers, b'{"version":"\xff"}')
    yield case("odd.empty-body", good, headers, b"")
    yield case("odd.wrong-type-of-a-field", good, headers, _progress(version=3, user_id="42"))
    yield case("odd.field-missing", good, headers, b'{"version":3,"user_id":42}')
    yield case("odd.value-nobody-knows", good, headers, _progress(version=3, status="paused"))
    made = tombstone(PROGRESS, good.key, good.partition_key, time=WHEN)
    tombstone_headers = [
        (name, str(uuid5(NAMESPACE, "tombstone")).encode() if name == "ce_id" else value)
        for name, value in made.headers()
    ]
    yield case("odd.null-body", good, tombstone_headers, None)


def the_order_that_does_not_matter() -> Case:
    """One entity's records in an order they should not come in, and then its learner erased."""
    facts: list[Fact] = [
        ProgressUpdated.model_validate_json(_progress(version=version, completion_percentage=done))
        for version, done in ((2, 40.0), (1, 10.0), (2, 40.0), (5, 90.0), (4, 70.0))
    ]
    facts += [UserErased(user_id=42, version=9)]
    late = ProgressUpdated.model_validate_json(_progress(version=6, completion_percentage=95.0))
    return {
        "name": "sequence.newest-wins",
        "records": [
            _wire(record, record.headers(), record.payload)
            for number, fact in enumerate([*facts, late])
            for record in [encode(fact, time=WHEN, id=uuid5(NAMESPACE, f"sequence {number}"))]
        ],
        "expect": {
            "kept_after_each": [40.0, 40.0, 40.0, 90.0, 90.0, None, None],
            "why": "the highest version wins, whatever the order; what comes after an erasure is "
            "never kept",
        },
    }


def case(name: str, record: Record, headers: Headers, body: bytes | None) -> Case:
    return {"name": name, **_wire(record, headers, body), "expect": _expected(headers, body)}


def _wire(record: Record, headers: Headers, body: bytes | None) -> dict[str, Any]:
    return {
        "topic": record.topic,
        "partition": record.partition,
        "key_base64": b64encode(record.key.encode()).decode(),
        "headers": [
            {"name": name, "value_base64": b64encode(value).decode()} for name, value in headers
        ],
        "value_base64": None if body is None else b64encode(body).decode(),
    }


def _expected(headers: Headers, body: bytes | None) -> dict[str, Any]:
    try:
        read = decode(headers, body)
    except BadRecord as error:
        return {"outcome": "refused", "code": error.code}
    if isinstance(read, Received):
        fact = json.loads(read.fact.model_dump_json())
        return {"outcome": "fact", "type": read.fact.type, "key": read.fact.key, "fact": fact}
    if isinstance(read, Tombstone):
        return {"outcome": "tombstone"}
    return {"outcome": "unknown", "type": read.type}


def _progress(**changes: object) -> bytes:
    state = {
        "user_id": 42,
        "content_id": "course-101",
        "content_type": "course",
        "status": "in_progress",
        "completion_percentage": 40.0,
        "score": None,
        "created_at": "2026-01-06T08:00:00Z",
        "updated_at": "2026-01-20T17:45:10Z",
        **changes,
    }
    return json.dumps(state, separators=(",", ":")).encode()
