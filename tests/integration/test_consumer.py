"""Where ai's consumer begins to read, on the real broker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from ai.kit.broker import Consumer, KafkaConfig, Reader, Records, Stalled, TopicPartition
from ongoza_contracts.topics import PROGRESS
from tests.facts import progress, record
from tests.positions import FixedPositions
from tests.raw_batches import send


@pytest.mark.parametrize("group_is_ahead", [False, True])
async def test_nothing_is_delivered_before_the_stored_positions_are_known(
    kafka_bootstrap: str, group_is_ahead: bool
) -> None:
    """The database answers late, and aiokafka would begin elsewhere without it."""
    group, one = f"ai-test-{uuid4()}", record(progress(5060))
    topic_partition = TopicPartition(one.topic, one.partition)
    first = await send(kafka_bootstrap, [one, one, one])
    if group_is_ahead:
        await delivered(kafka_bootstrap, group, topic_partition, range(first, first + 3))
    await send(kafka_bootstrap, [one])
    wanted = range(first + 1, first + 4)
    assert await delivered(kafka_bootstrap, group, topic_partition, wanted, late=1) == [*wanted]


async def test_a_log_that_became_shorter_is_read_from_the_beginning_and_reported(
    kafka_bootstrap: str,
) -> None:
    one = record(progress(5061))
    topic_partition = TopicPartition(one.topic, one.partition)
    offset = await send(kafka_bootstrap, [one])
    positions = FixedPositions({topic_partition: offset + 1000})

    async def handle(records: Records) -> None:
        if topic_partition in {(r.topic, r.partition) for r in records if r.offset == offset}:
            consumer.stop()

    group = f"ai-test-{uuid4()}"
    consumer = Consumer(KafkaConfig(kafka_bootstrap), [PROGRESS.name], group, positions)
    consumer.deliver_to(handle)
    async with asyncio.timeout(60):
        await consumer.run(_nothing_else)
    assert topic_partition in positions.shorter


async def test_a_reader_does_not_wait_forever_for_an_offset_that_is_not_there(
    kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ai.kit.topic_reader.STALLED_SECONDS", 2.0)
    one = record(progress(5062))
    topic_partition = TopicPartition(one.topic, one.partition)
    offset = await send(kafka_bootstrap, [one])
    async with Reader(KafkaConfig(kafka_bootstrap)) as reader, asyncio.timeout(30):
        batches = reader.read({topic_partition: offset}, {topic_partition: offset + 9}, 10)
        assert [r.offset for r in await anext(batches)] == [offset]
        with pytest.raises(Stalled, match=f"{one.topic}:{one.partition}:{offset + 9}"):
            await anext(batches)


async def test_a_consumer_stops_when_its_topic_was_created_again(kafka_bootstrap: str) -> None:
    name = f"again-{uuid4()}"
    admin = AdminClient({"bootstrap.servers": kafka_bootstrap})
    await create(admin, name)
    group = f"ai-test-{uuid4()}"
    consumer = Consumer(KafkaConfig(kafka_bootstrap), [name], group, FixedPositions())

    async def handle(_: Records) -> None:
        raise AssertionError("there are no records")

    consumer.deliver_to(handle)
    running = asyncio.create_task(consumer.run(_nothing_else))
    async with asyncio.timeout(60):
        await consumer.stop_if_topics_changed()
        assert not consumer.topics_changed
        (deleted,) = admin.delete_topics([name]).values()
        await asyncio.to_thread(deleted.result, 30)
        await create(admin, name)
        while not consumer.topics_changed:
            await consumer.stop_if_topics_changed()
            await asyncio.sleep(0.1)
        await running


async def create(admin: AdminClient, name: str) -> None:
    """Repeated until the deletion of an earlier topic of this name is complete."""
    while True:
        (created,) = admin.create_topics([NewTopic(name, 1, 1)]).values()
        try:
            await asyncio.to_thread(created.result, 30)
            return
        except KafkaException:
            await asyncio.sleep(0.2)


async def delivered(
    bootstrap: str, group: str, topic_partition: TopicPartition, wanted: range, late: float = 0
) -> list[int]:
    """The offsets that come until all wanted ones did; the first is the stored position."""
    offsets: list[int] = []
    async with Reader(KafkaConfig(bootstrap)) as reader:
        ends = await reader.last_stable_offsets([PROGRESS])

    async def handle(records: Records) -> None:
        offsets.extend(r.offset for r in records if r.partition == topic_partition.partition)
        if {*wanted} <= {*offsets}:
            consumer.stop()

    positions = FixedPositions({**ends, topic_partition: wanted.start}, late)
    consumer = Consumer(KafkaConfig(bootstrap), [PROGRESS.name], group, positions)
    consumer.deliver_to(handle)
    async with asyncio.timeout(60):
        await consumer.run(_nothing_else)
    return offsets


@asynccontextmanager
async def _nothing_else() -> AsyncIterator[None]:
    yield
