"""The golden wire corpus: records, and the outcome that every consumer must reach.

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
DEPRECATION = (
    ("ce_deprecated", b"true"),
    ("ce_deprecationfrom", b"2026-06-01T00:00:00Z"),
    ("ce_deprecationsunset", b"2027-01-01T00:00:00Z"),
    ("ce_deprecationmigration", b"https://ongoza.example/facts#moved"),
)

Case = dict[str, Any]


def corpus(contracts: Path) -> dict[str, str]:
    """Every file of the corpus and its text."""
    files: dict[str, Any] = {
        f"{one['name']}.json": one for one in [*special_cases(), newest_wins()]
    }
    files["examples.json"] = list(example_cases(contracts))
    return {name: json.dumps(content, indent=2) + "\n" for name, content in files.items()}


def example_cases(contracts: Path) -> Iterator[Case]:
    """One record for each example; `future` has fields we do not know, and is read as `full`."""
    for type_, fact in FACT_TYPES.items():
        for kind, read_as in (("minimal", "minimal"), ("full", "full"), ("future", "full")):
            example = contracts / "examples" / type_ / f"{kind}.json"
            if example.exists():  # the check of examples reports a missing one
                known = fact.model_validate_json(example.read_bytes(), extra="ignore")
                id = uuid5(NAMESPACE, f"{type_}.{kind}")
                record = encode(known, time=WHEN, id=id, traceparent=TRACEPARENT)
                yield {
                    "name": f"{type_}.{kind}",
                    **_wire(record, record.headers(), {"example": f"{type_}/{kind}.json"}),
                    "expect": _as_fact(known, {"example": f"{type_}/{read_as}.json"}),
                }


def special_cases() -> Iterator[Case]:
    fact = ProgressUpdated.model_validate_json(_progress(version=3))
    good = encode(fact, time=WHEN, id=uuid5(NAMESPACE, "special"), traceparent=None)
    headers, body = good.headers(), good.payload
    others = [(name, value) for name, value in headers if name != "ce_type"]
    yield case("unknown-type", good, [*others, ("ce_type", b"ongoza.tea.served.v1")], body)
    yield case("deprecated", good, [*headers, *DEPRECATION], body)
    yield case("malformed.header-not-utf8", good, [*others, ("ce_type", b"\xff\xfe")], body)
    yield case("malformed.header-missing", good, others, body)
    yield case("malformed.header-wrong-type", good, [*headers, ("x-team", b"\xff")], body)
    yield case("malformed.invalid-json", good, headers, b'{"version":3,')
    yield case("malformed.body-not-utf8", good, headers, b'{"version":"\xff"}')
    yield case("malformed.body-empty", good, headers, b"")
    yield case("malformed.field-wrong-type", good, headers, _progress(version=3, user_id="42"))
    yield case("malformed.field-missing", good, headers, b'{"version":3,"user_id":42}')
    yield case("malformed.enum-value-unknown", good, headers, _progress(version=3, status="paused"))
    made = tombstone(PROGRESS, good.key, good.partition_key, time=WHEN)
    tombstone_headers = [
        (name, str(uuid5(NAMESPACE, "tombstone")).encode() if name == "ce_id" else value)
        for name, value in made.headers()
    ]
    yield case("tombstone", good, tombstone_headers, None)


def newest_wins() -> Case:
    """One entity's records out of order, its learner's erasure, and a record after it."""
    facts: list[Fact] = [
        ProgressUpdated.model_validate_json(_progress(version=version, completion_percentage=done))
        for version, done in ((2, 40.0), (1, 10.0), (2, 40.0), (5, 90.0), (4, 70.0))
    ]
    facts += [UserErased(user_id=42, version=9)]
    late = ProgressUpdated.model_validate_json(_progress(version=6, completion_percentage=95.0))
    return {
        "name": "sequence.newest-wins",
        "records": [
            _wire(record, record.headers(), _text(record.payload))
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
    return {
        "name": name,
        **_wire(record, headers, _text(body)),
        "expect": _expected(headers, body),
    }


def _wire(record: Record, headers: Headers, value: Any) -> dict[str, Any]:
    return {
        "topic": record.topic,
        "partition": record.partition,
        "key": record.key,
        "headers": {name: _text(header) for name, header in headers},
        "value": value,
    }


def _text(content: bytes | None) -> str | dict[str, str] | None:
    """The bytes as text; in base64 if they are not UTF-8."""
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(content or b"").decode()}


def _expected(headers: Headers, body: bytes | None) -> dict[str, Any]:
    try:
        read = decode(headers, body)
    except BadRecord as error:
        return {"outcome": "refused", "code": error.code}
    if isinstance(read, Received):
        return _as_fact(read.fact, json.loads(read.fact.model_dump_json()))
    if isinstance(read, Tombstone):
        return {"outcome": "tombstone"}
    return {"outcome": "unknown", "type": read.type}


def _as_fact(fact: Fact, fields: dict[str, Any]) -> dict[str, Any]:
    return {"outcome": "fact", "type": fact.type, "key": fact.key, "fact": fields}


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
