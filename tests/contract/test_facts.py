"""Rules that hold for every fact of the catalogue, those to come included."""

import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from pydantic import ValidationError

from ongoza_contracts.codec import (
    BadRecord,
    PayloadTooLarge,
    Received,
    Tombstone,
    Unknown,
    decode,
    encode,
)
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.event import Fact, uuid7
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.topics import FACT_TYPES, TOPICS, partition_for, topic_of

EXAMPLES = Path(__file__).parents[2] / "contracts" / "examples"
WHEN = datetime(2026, 1, 20, 17, 45, 10, 500, tzinfo=UTC)


def example(fact: type[Fact], kind: str) -> bytes:
    return (EXAMPLES / fact.type / f"{kind}.json").read_bytes()


def full(fact: type[Fact]) -> Fact:
    return fact.model_validate_json(example(fact, "full"))


def headers(fact_type: str) -> list[tuple[str, bytes]]:
    return [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_type", fact_type.encode())]


facts = pytest.mark.parametrize("fact", FACT_TYPES.values(), ids=FACT_TYPES)


@facts
def test_a_fact_holds_nothing_personal(fact: type[Fact]) -> None:
    """Every text is an id, an enumeration, a timestamp or marked as public: never free text."""
    schema = fact.model_json_schema()
    assert list(_free_texts(schema, schema, fact.__name__)) == []


def _free_texts(node: dict[str, Any], root: dict[str, Any], path: str) -> Any:
    if "$ref" in node:
        node = root["$defs"][node["$ref"].rsplit("/", 1)[1]]
    if "type" not in node and not {"anyOf", "enum", "const"} & set(node):
        yield f"{path}: anything goes"
    if node.get("type") == "string" and not {
        "enum",
        "const",
        "format",
        "pattern",
        "x-public-text",
    } & set(node):
        yield f"{path}: free text"
    for name, part in node.get("properties", {}).items():
        yield from _free_texts(part, root, f"{path}.{name}")
    for part in node.get("anyOf", []):
        yield from _free_texts(part, root, path)
    for name in ("items", "propertyNames"):
        if name in node:
            yield from _free_texts(node[name], root, f"{path}.{name}")
    if isinstance(node.get("additionalProperties"), dict):
        yield from _free_texts(node["additionalProperties"], root, f"{path}.*")
    elif node.get("type") == "object" and node.get("additionalProperties") is not False:
        yield f"{path}: open object"


@facts
def test_only_the_catalogue_of_content_has_public_text(fact: type[Fact]) -> None:
    public = "x-public-text" in json.dumps(fact.model_json_schema())
    assert public == fact.type.startswith("ongoza.content.")


@facts
def test_a_fact_is_frozen_and_closed_to_its_producer(fact: type[Fact]) -> None:
    known = full(fact)
    with pytest.raises(ValidationError):
        known.version = 99  # type: ignore[misc]
    with pytest.raises(ValidationError, match="extra_forbidden"):
        fact.model_validate({**known.model_dump(), "more": 1})


@facts
def test_what_is_encoded_is_decoded_as_the_same_fact(fact: type[Fact]) -> None:
    record = encode(full(fact), time=WHEN)
    received = decode(record.headers(), record.payload)
    assert isinstance(received, Received)
    assert received.fact == full(fact)
    assert received.id == str(record.id)


@facts
def test_a_fact_from_the_future_is_read_without_its_new_fields(fact: type[Fact]) -> None:
    received = decode(headers(fact.type), example(fact, "future"))
    assert isinstance(received, Received)
    assert received.fact == full(fact)


@facts
def test_the_cloudevents_sdk_reads_our_records(fact: type[Fact]) -> None:
    record = encode(full(fact), time=WHEN, traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    event = from_binary_event(KafkaMessage(dict(record.headers()), None, record.payload or b""))
    assert event.get_specversion() == "1.0"
    assert event.get_type() == fact.type
    assert event.get_subject() == full(fact).key
    assert event.get_time() == WHEN
    assert event.get_dataschema() == f"urn:ongoza:schema:{fact.type}"
    assert event.get_extension("partitionkey") == full(fact).partition_key
    assert int(event.get_extension("sequence")) == full(fact).version
    assert event.get_data() == json.loads(record.payload or b"")


@facts
def test_a_fact_stands_in_one_topic_and_names_itself_in_the_past_tense(fact: type[Fact]) -> None:
    assert [topic for topic in TOPICS if fact in topic.facts] == [topic_of(fact)]
    assert re.fullmatch(r"ongoza\.[a-z]+([_-][a-z]+)*\.([a-z]+ed|given)\.v[0-9]+", fact.type)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_is_compacted_and_keeps_a_month_in_full(topic: Any) -> None:
    month = str(timedelta(days=30) // timedelta(milliseconds=1))
    assert topic.config()["cleanup.policy"] == "compact"
    assert topic.config()["min.compaction.lag.ms"] == month
    for answer in (topic.what, topic.why, topic.key, topic.partition_key, topic.producer):
        assert answer
    assert topic.consumers


def test_topics_of_learners_share_a_partition_count() -> None:
    """So that all of a learner's facts fall to the worker that has the learner's partition."""
    assert {t.partitions for t in TOPICS if t.owned} == {6}


def test_one_learners_facts_go_to_one_partition() -> None:
    progress = full(ProgressUpdated)
    other = progress.model_copy(update={"content_id": "course-999"})
    assert encode(progress, time=WHEN).partition == encode(other, time=WHEN).partition == 2
    assert progress.key != other.key


def test_partitions_are_chosen_as_other_languages_would() -> None:
    assert [partition_for(key, 6) for key in ("1", "2", "42", "course-101")] == [5, 1, 2, 3]


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (b"{", "bad_payload"),
        (b"\xff\xfe", "bad_payload"),
        (b"[]", "bad_payload"),
        (b"null", "bad_payload"),
        (b"", "bad_payload"),
        (b"[" * 100_000, "bad_payload"),
        (b'{"version": 1}', "bad_payload"),
    ],
)
def test_a_broken_body_is_a_bad_record(broken: bytes, code: str) -> None:
    with pytest.raises(BadRecord) as caught:
        decode(headers("ongoza.progress.updated.v1"), broken)
    assert caught.value.code == code


def test_the_cause_of_a_bad_record_does_not_repeat_its_values() -> None:
    body = example(ProgressUpdated, "full").replace(b'"completed"', b'"secret-value"')
    with pytest.raises(BadRecord, match="status: enum") as caught:
        decode(headers("ongoza.progress.updated.v1"), body)
    assert "secret-value" not in str(caught.value)


def test_headers_that_are_not_utf8_or_missing_make_a_bad_record() -> None:
    body = example(ProgressUpdated, "full")
    with pytest.raises(BadRecord, match="bad_header"):
        decode([("ce_type", b"\xff\xfe")], body)
    with pytest.raises(BadRecord, match="missing_header: ce_type"):
        decode([("ce_specversion", b"1.0"), ("ce_id", b"1")], body)


def test_headers_that_are_not_ours_are_not_looked_at() -> None:
    foreign = [*headers("ongoza.progress.updated.v1"), ("x-proxy", b"\xff\xfe")]
    assert isinstance(decode(foreign, example(ProgressUpdated, "full")), Received)


def test_a_null_body_is_a_tombstone_and_an_unknown_type_is_said() -> None:
    assert decode(headers("ongoza.progress.updated.v1"), None) == Tombstone()
    assert decode(headers("ongoza.progress.paused.v1"), b"{}") == Unknown(
        "ongoza.progress.paused.v1"
    )


def test_a_fact_over_64_kib_is_refused_at_write_time() -> None:
    content = full(ContentPublished).model_copy(update={"description": "x" * 65_536})
    with pytest.raises(PayloadTooLarge):
        encode(content, time=WHEN)


def test_uuid7_is_ordered_by_time_and_of_version_7() -> None:
    first = uuid7()
    ids = [uuid7() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert {(i.version, i.variant) for i in ids} == {(7, "specified in RFC 4122")}
    assert UUID(int=first.int >> 80 << 80) <= ids[-1]


def test_uuid7_of_one_millisecond_are_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    times = range(1_700_000_000_000_000_000, 1_700_000_000_001_000_000, 250)
    clock = iter(times)
    monkeypatch.setattr(time, "time_ns", lambda: next(clock))
    ids = [uuid7() for _ in times]
    assert ids == sorted(ids)
    assert {found.int >> 80 for found in ids} == {1_700_000_000_000}
