"""Closing a reader whose consumer has hardly begun."""

import asyncio

import pytest

from ai.kit import topic_reader
from ai.kit.kafka_config import KafkaConfig
from ai.kit.topic_reader import Reader


class EagerConsumer:
    """Stops as aiokafka's does where its task has not begun: the task's cancellation comes out."""

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        task = asyncio.ensure_future(asyncio.sleep(0))
        task.cancel()
        await task


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setattr(topic_reader, "create_consumer", lambda *_, **__: EagerConsumer())
    return Reader(KafkaConfig("127.0.0.1:1"))


async def test_closing_it_at_once_does_not_cancel_the_caller(reader: Reader) -> None:
    async with reader:
        pass


async def test_a_caller_who_is_cancelled_stays_so(reader: Reader) -> None:
    async def read() -> None:
        async with reader:
            await asyncio.sleep(60)

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
