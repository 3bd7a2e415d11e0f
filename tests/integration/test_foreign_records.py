"""Records as other producers write them, read from the real broker as the worker does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
import pytest
from confluent_kafka import Producer

from ai.kit.broker import Consumer, KafkaConfig, Reader
from ai.projections.apply import Applier
from ai.projections.parked import Budget
from ai.projections.positions import WorkerPositions, advance
from ai.projections.subscriber import Subscriber
from ongoza_contracts.topics import PROGRESS
from tests.facts import RawRecord, progress, record
from tests.raw_batches import CODECS, not_utf8, send

COMPRESSIONS = ["none", "gzip", "snappy", "lz4", "zstd"]


@dataclass
class Worker:
    bootstrap: str
    pool: asyncpg.Pool
    consumer: Consumer

    async def version(self, user_id: int) -> int | None:
        sql = "SELECT version FROM progress WHERE user_id = $1"
        found: int | None = await self.pool.fetchval(sql, user_id)
        return found

    async def applies(self, user_id: int, version: int) -> None:
        await eventually(lambda: self._has(user_id, version))

    async def _has(self, user_id: int, version: int) -> bool:
        return await self.version(user_id) == version

    async def is_idle(self) -> bool:
        return not await self.consumer.is_behind()


async def eventually(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await true():  # noqa: ASYNC110 - other processes tell nothing
            await asyncio.sleep(0.1)


@asynccontextmanager
async def _nothing_else() -> AsyncIterator[None]:
    yield


@pytest.fixture
async def worker(kafka_bootstrap: str, applier: Applier) -> AsyncIterator[Worker]:
    """Begins at the present end of the topic."""
    brokers, pool = KafkaConfig(kafka_bootstrap), applier.pool
    async with Reader(brokers) as reader, pool.acquire() as db:
        await advance(db, await reader.last_stable_offsets([PROGRESS]))
    stored = WorkerPositions(pool, {})
    consumer = Consumer(brokers, [PROGRESS.name], f"ai-test-{uuid4()}", stored)
    event = asyncio.Event()
    consumer.deliver_to(Subscriber(applier, Budget(1), event, event).handle)
    running = asyncio.create_task(consumer.run(_nothing_else))
    yield Worker(kafka_bootstrap, pool, consumer)
    consumer.stop()
    await running


def produce(producer: Producer, *records: RawRecord) -> None:
    for one in records:
        headers: list[tuple[str, str | bytes | None]] = [*one.headers]
        producer.produce(one.topic, one.value, one.key, one.partition, headers=headers)
    assert producer.flush(20) == 0


@pytest.mark.parametrize("compression", COMPRESSIONS)
async def test_records_of_every_codec_are_applied(worker: Worker, compression: str) -> None:
    producer = Producer(
        {
            "bootstrap.servers": worker.bootstrap,
            "compression.type": compression,
            "linger.ms": 200,  # one batch, which is smaller when it is compressed
        }
    )
    produce(producer, *(record(progress(5001, version=version)) for version in range(1, 51)))
    await worker.applies(5001, 50)


@pytest.mark.parametrize("codec", CODECS)
async def test_a_header_name_that_is_not_utf8_is_parked_and_its_neighbours_applied(
    worker: Worker, codec: int
) -> None:
    first, second, third = (record(progress(5010, version=version)) for version in (1, 2, 3))
    offset = await send(worker.bootstrap, [first, not_utf8(second)], codec)
    await send(worker.bootstrap, [third], codec)
    await worker.applies(5010, 3)
    rows = await worker.pool.fetch(
        'SELECT "offset", cause_code, key, value, header_names FROM parked_record'
    )
    assert [tuple(row)[:4] for row in rows] == [
        (offset + 1, "undecodable", second.key, second.value)
    ]
    assert {"ce_\\xff\\xfe", "ce_id", "ce_partitionkey"} <= {*rows[0]["header_names"]}
    await eventually(worker.is_idle)


async def test_a_committed_transaction_leaves_nothing_behind_it(worker: Worker) -> None:
    """The marker of the commit takes the last offset, and no record ever follows it."""
    await transact(worker, record(progress(5020)), Producer.commit_transaction)
    await worker.applies(5020, 1)
    assert await worker.is_idle()
    end_with_a_record(worker, 5020)


async def test_an_aborted_transaction_never_happened(worker: Worker) -> None:
    await transact(worker, record(progress(5030, version=2)), Producer.abort_transaction)
    assert await worker.is_idle()
    produce(Producer({"bootstrap.servers": worker.bootstrap}), record(progress(5030, version=1)))
    await worker.applies(5030, 1)
    assert await worker.is_idle()


def end_with_a_record(worker: Worker, user_id: int) -> None:
    """Other tests on this broker compare offsets of records with the end of the partition."""
    produce(Producer({"bootstrap.servers": worker.bootstrap}), record(progress(user_id)))


async def transact(worker: Worker, one: RawRecord, end: Callable[..., None]) -> None:
    producer = Producer(
        {"bootstrap.servers": worker.bootstrap, "transactional.id": f"test-{uuid4()}"}
    )
    await asyncio.to_thread(producer.init_transactions, 30)
    producer.begin_transaction()
    produce(producer, one)
    await asyncio.to_thread(end, producer, 30)


async def test_a_record_that_waits_is_noticed(worker: Worker) -> None:
    produce(Producer({"bootstrap.servers": worker.bootstrap}), record(progress(5040)))
    await worker.applies(5040, 1)
    await worker.pool.execute("UPDATE consumed SET next_offset = greatest(next_offset - 1, 0)")
    assert await worker.consumer.is_behind()
    (lag,) = (await worker.consumer.lag()).values()
    assert lag.records >= 1  # every partition was set back
    assert lag.oldest_seconds > 0


async def test_a_rebuild_reads_over_a_record_that_cannot_be_decoded(worker: Worker) -> None:
    sound = record(progress(5050))
    offset = await send(worker.bootstrap, [not_utf8(sound), sound])
    partition_id = (sound.topic, sound.partition)
    async with Reader(KafkaConfig(worker.bootstrap)) as reader:
        read = [
            one.offset
            async for batch in reader.read({partition_id: offset}, {partition_id: offset + 2}, 10)
            for one in batch
        ]
    assert read == [offset, offset + 1]
