"""Where ai's consumer begins to read, on the real broker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from ai.kit.broker import Consumer, KafkaConfig, Reader, Records, TopicPartition
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
    place = TopicPartition(one.topic, one.partition)
    first = await send(kafka_bootstrap, [one, one, one])
    if group_is_ahead:
        await delivered(kafka_bootstrap, group, place, range(first, first + 3))
    await send(kafka_bootstrap, [one])
    wanted = range(first + 1, first + 4)
    assert await delivered(kafka_bootstrap, group, place, wanted, late=1) == [*wanted]


async def delivered(
    bootstrap: str, group: str, place: TopicPartition, wanted: range, late: float = 0
) -> list[int]:
    """The offsets that come until all wanted ones did; the first is the stored position."""
    offsets: list[int] = []
    async with Reader(KafkaConfig(bootstrap)) as reader:
        ends = await reader.ends([PROGRESS])

    async def handle(records: Records) -> None:
        offsets.extend(r.offset for r in records if r.partition == place.partition)
        if {*wanted} <= {*offsets}:
            consumer.stop()

    positions = FixedPositions({**ends, place: wanted.start}, late)
    consumer = Consumer(KafkaConfig(bootstrap), [PROGRESS.name], group, positions)
    consumer.deliver_to(handle)
    async with asyncio.timeout(60):
        await consumer.run(_nothing_else)
    return offsets


@asynccontextmanager
async def _nothing_else() -> AsyncIterator[None]:
    yield
