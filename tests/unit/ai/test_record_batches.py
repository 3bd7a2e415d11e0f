"""One record that cannot be decoded is delivered with its cause, and its neighbours as they are."""

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

from ai.kit import consumers
from ai.kit.broker import Consumer, KafkaConfig, Reader
from ai.kit.record_batches import FETCHES_MAX, TolerantRecords, use_tolerant_records
from ai.kit.settings import Settings
from ai.projections.batch import read_batch
from ongoza_contracts.codec import BadRecord, decode
from scripts import demo
from tests.facts import RawRecord, progress, record
from tests.positions import FixedPositions
from tests.raw_batches import CODECS, LZ4, build, not_utf8

ROOT = Path(__file__).parents[3]
GOOD = [record(progress(content_id=f"course-{number}"), number) for number in range(4)]
PARTITION = TopicPartition(GOOD[0].topic, GOOD[0].partition)
BROKERS = KafkaConfig("127.0.0.1:9")


@pytest.fixture(autouse=True)
def _tolerant_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)  # restored after the test
    use_tolerant_records()


def fetched(data: bytes, offset: int = 0) -> list[ConsumerRecord[bytes, bytes]]:
    """What aiokafka's fetcher gives its caller, after so many fetches as a damaged batch gets."""
    for _ in range(FETCHES_MAX):
        records = fetcher.MemoryRecords(data)
        if records.has_next():
            return _unpacked(records, offset)
        assert records.size_in_bytes() == 0  # else aiokafka takes the batch for a too large one
    raise AssertionError("it is never read")


def _unpacked(records: TolerantRecords, offset: int) -> list[ConsumerRecord[bytes, bytes]]:
    return [
        *fetcher.PartitionRecords(
            PARTITION, records, [], offset, None, None, True, fetcher.READ_COMMITTED
        )
    ]


@pytest.mark.parametrize(
    "create",
    [
        lambda: Reader(BROKERS),
        lambda: Consumer(BROKERS, [PARTITION.topic], "ai-test", FixedPositions()),
    ],
    ids=["Reader", "Consumer"],
)
async def test_every_consumer_of_ai_uses_tolerant_records(
    create: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)
    create()
    assert fetcher.MemoryRecords is TolerantRecords


async def test_the_demo_uses_tolerant_records(monkeypatch: pytest.MonkeyPatch) -> None:
    def create(**_: object) -> NoReturn:
        raise ConnectionError

    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)
    monkeypatch.setattr(consumers, "AIOKafkaConsumer", create)
    monkeypatch.setattr(demo, "Settings", Settings.model_construct)
    with pytest.raises(ConnectionError):
        await demo.topic_end(7)
    assert fetcher.MemoryRecords is TolerantRecords


def test_every_consumer_is_created_by_the_factory() -> None:
    """The bench measures aiokafka alone as well."""
    modules = [*(ROOT / "services" / "ai").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]
    creators = {
        path.relative_to(ROOT).as_posix()
        for path in modules
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and _name(node.func) in {"AIOKafkaConsumer", "KafkaBroker"}
    }
    assert creators == {"services/ai/ai/kit/consumers.py", "scripts/bench/bus.py"}


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@pytest.mark.parametrize("codec", CODECS)
def test_a_header_name_that_is_not_utf8_spoils_no_other_record(codec: int) -> None:
    given = fetched(build([GOOD[0], not_utf8(GOOD[1]), GOOD[2]], codec))
    assert [(one.offset, one.key, one.value) for one in given] == [
        (offset, one.key, one.value) for offset, one in enumerate(GOOD[:3])
    ]
    batch = read_batch(given)
    assert len(batch.progress) == 2
    ((refused,), (position,)) = batch.refused, batch.positions.values()
    assert (refused.record.offset, refused.code, position) == (1, "undecodable", 3)
    assert refused.cause == "undecodable: the name of a header is not UTF-8"
    assert ("ce_\\xff\\xfe", b"1") in refused.record.headers
    assert ("ce_partitionkey", b"7") in refused.record.headers


def test_the_batches_behind_it_are_read() -> None:
    second = bytearray(build(GOOD[2:]))
    second[7] = 2  # its base offset
    given = fetched(build([not_utf8(GOOD[0]), GOOD[1]], LZ4) + bytes(second))
    assert [one.offset for one in given] == [0, 1, 2, 3]
    assert len(read_batch(given).progress) == 3


def test_a_reader_that_begins_behind_it_does_not_get_it() -> None:
    given = fetched(build([not_utf8(GOOD[0]), GOOD[1], not_utf8(GOOD[2])]), offset=1)
    assert [one.offset for one in given] == [1, 2]


def test_a_tombstone_with_such_a_header_stays_a_tombstone() -> None:
    (given,) = fetched(build([not_utf8(replace(GOOD[0], value=None))]))
    assert read_batch([given]).tombstones == 1


@pytest.mark.parametrize(
    ("damage", "cause"),
    [
        ({-3: 1}, "its checksum is wrong"),
        ({22: 7, 17: None}, "Unknown compression codec"),
    ],
)
def test_a_damaged_batch_is_one_refused_record_at_its_last_offset(
    damage: dict[int, int | None], cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytearray(build(GOOD[:3]))
    for place, bits in damage.items():
        if bits is None:
            monkeypatch.setattr("ai.kit.record_batches.TolerantBatch.validate_crc", lambda _: True)
        else:
            data[place] ^= bits
    intact = bytearray(build(GOOD[3:]))
    intact[7] = 3
    batch = read_batch(fetched(bytes(data + intact)))
    (refused,) = batch.refused
    assert (refused.record.offset, refused.code) == (2, "undecodable")
    assert refused.cause.startswith("undecodable: the batch of offsets 0 to 2 is damaged: ")
    assert cause in refused.cause
    assert len(batch.progress) == 1
    assert [*batch.positions.values()] == [4]


def test_a_batch_that_only_one_fetch_damaged_is_read_by_the_next_fetch() -> None:
    sound = build(GOOD[:3])
    assert not TolerantRecords(flipped(sound)).has_next()
    given = fetched(sound)
    assert [one.offset for one in given] == [0, 1, 2]
    batch = read_batch(given)
    assert (len(batch.progress), batch.refused) == (3, [])


def test_a_damaged_batch_behind_a_sound_one_is_fetched_again_before_it_is_refused() -> None:
    sound, second = build(GOOD[:2]), bytearray(build(GOOD[2:]))
    second[7] = 2  # its base offset
    whole = sound + flipped(bytes(second))
    for _ in range(FETCHES_MAX - 1):
        records = TolerantRecords(whole)
        assert records.has_next()
        assert [one.offset for one in _unpacked(records, 0)] == [0, 1]
    batch = read_batch(fetched(whole))
    assert (len(batch.progress), [one.code for one in batch.refused]) == (2, ["undecodable"])


def flipped(data: bytes) -> bytes:
    return data[:-3] + bytes([data[-3] ^ 1]) + data[-2:]


@pytest.mark.parametrize("codec", CODECS)
def test_sound_batches_are_read_as_aiokafka_reads_them(codec: int) -> None:
    data = build(GOOD, codec)
    theirs = MemoryRecords(data).next_batch()
    ours = TolerantRecords(data).next_batch()
    fields = ("offset", "timestamp", "timestamp_type", "key", "value", "headers")
    assert [[getattr(one, name) for name in fields] for one in ours] == [
        [getattr(one, name) for name in fields] for one in theirs
    ]


def test_a_batch_that_was_cut_off_is_left_for_the_next_fetch() -> None:
    data = build(GOOD)
    records = TolerantRecords(data + data[:40])
    records.next_batch()
    assert not records.has_next()
    assert not TolerantRecords(data[:5]).has_next()


@pytest.mark.parametrize(
    "headers",
    [
        [("ce_subject", None), ("ce_time", None), ("traceparent", None), ("x-team", None)],
        [("ce_subject", b""), ("ce_partitionkey", b""), ("ce_time", b""), ("traceparent", b"")],
        [("ce_time", b"2026-01-01T00:00:00Z"), ("ce_time", b"2026-01-02T00:00:00Z")],
        [("ce_type", None)],
    ],
    ids=["null", "empty", "repeated", "repeated without a value"],
)
def test_optional_headers_may_be_null_empty_repeated_or_missing(
    headers: list[tuple[str, bytes | None]],
) -> None:
    given = [*GOOD[0].headers, *headers]
    assert read_batch([replace(GOOD[0], headers=given)]).facts == 1
    required = ("ce_specversion", "ce_type", "ce_id")
    bare = [one for one in GOOD[0].headers if one[0] in required]
    assert read_batch([replace(GOOD[0], headers=bare)]).facts == 1


@pytest.mark.parametrize("name", ["ce_specversion", "ce_type", "ce_id"])
def test_a_required_header_without_a_value_is_missing(name: str) -> None:
    given: RawRecord = replace(
        GOOD[0], headers=[(one, None if one == name else value) for one, value in GOOD[0].headers]
    )
    with pytest.raises(BadRecord, match=f"missing_header: {name}"):
        decode(given.headers, given.value)
