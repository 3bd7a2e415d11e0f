"""The measures of what reads and writes Kafka: relay, worker and rebuild."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import asyncpg
import numpy as np
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from pgvector import Vector

from ai.embeddings.manifest import read_manifest
from ai.kit.broker import RECORDS_MAX, Consumer, Records
from ai.kit.garbage import collect_less_often
from ai.kit.kafka_config import FETCH_WAIT_MS, KafkaConfig
from ai.kit.settings import Settings
from ai.projections import status
from ai.projections.apply import Applier
from ai.projections.batch import CONSUMED
from ai.projections.documents import document, text_sha256
from ai.projections.parked import Budget
from ai.projections.positions import WorkerPositions
from ai.projections.subscriber import Subscriber
from ai.rebuild.command import tools
from ai.rebuild.rebuild import Options
from ai.rebuild.rebuild import rebuild as run_rebuild
from ongoza_contracts.codec import encode
from ongoza_contracts.topics import CONTENT, PROGRESS, USERS, Topic
from scripts.bench import product
from scripts.bench.figures import Figure, figure
from scripts.bench.running import Result, Size, bench_stack, medians, run_child, run_sides

AI_AND_KAFKA = ("postgres-vector", "kafka", "migrate-ai", "topics")
RECORDS = 50_000
REBUILT, VECTORS = 100_000, 20_000
"""How many facts a rebuild reads, and how many of them are items with a cached vector."""
COPIED = 5000
EMPTY = "TRUNCATE g1.progress, g1.dirty_learner, g1.consumed"
CREATE = """
CREATE SCHEMA IF NOT EXISTS bench;
DROP TABLE IF EXISTS bench.{name};
CREATE TABLE bench.{name} (LIKE g1.{name} INCLUDING ALL);
"""
COLUMNS = """
SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
WHERE attrelid = $1::text::regclass AND attnum > 0
ORDER BY format_type(atttypid, NULL) LIKE 'timestamp%'
"""
TIME = "timestamp"
UPSERT = """
INSERT INTO bench.{name} ({columns}) SELECT * FROM unnest({arrays})
ON CONFLICT (user_id, content_id) DO UPDATE SET ({columns}) = ROW ({excluded})
WHERE excluded.version > {name}.version
"""
CACHE = """
INSERT INTO embedding_cache (model, revision, precision, text_sha256, embedding)
SELECT $1, $2, $3, * FROM unnest($4::bytea[], $5::vector[])
"""
DEFAULTS = """
ALTER TABLE bench.content ALTER retired SET DEFAULT false,
    ALTER document_sha256 SET DEFAULT ''
"""
ADD_VECTORS = """
INSERT INTO bench.content_vector SELECT content_id, text_sha256, embedding
FROM (SELECT row_number() OVER (ORDER BY content_id) AS n, content_id FROM bench.content) AS item
JOIN (SELECT row_number() OVER (ORDER BY text_sha256) AS n, text_sha256, embedding
    FROM embedding_cache) AS cached USING (n)
"""
# Equal to the product's in ai.vectorstore.index.
INDEX = """
SET maintenance_work_mem = '512MB';
CREATE INDEX ON bench.content_vector
USING hnsw ((embedding::halfvec(384)) halfvec_cosine_ops) WITH (m = 24, ef_construction = 200)
"""


def relay(size: Size) -> list[Figure]:
    """From outbox rows to acknowledged records, beside a bare producer."""
    count = size.of(RECORDS)
    with bench_stack("postgres-relational", "kafka", "migrate-core", "topics") as stack:
        sides = run_sides(size, stack, drain_outbox, send_records, count)
    rates = medians(sides, "per_second")
    note = "drain() until the outbox is empty; a bare idempotent aiokafka producer"
    return [figure("relay", "events/s", *rates, ">= 0.5", note)]


def drain_outbox(count: int) -> Result:
    product.set_up_django()
    from django.conf import settings
    from django.db import transaction

    from core.kit.garbage import collect_less_often as collect_less_often_in_core
    from core.outbox.append import append_all
    from core.outbox.kafka import Publisher
    from core.outbox.relay import drain

    with transaction.atomic():
        append_all((fact, product.NOW) for fact in product.progress_facts(count + 1))
    publisher = Publisher(settings.KAFKA)
    collect_less_often_in_core()  # as the relay's command does
    drain(publisher, lambda: None, limit=1)  # connects, as the floor does before its clock starts
    began, sent = time.perf_counter(), 0
    while moved := drain(publisher, lambda: None):
        sent += moved
    seconds = time.perf_counter() - began
    if sent != count:
        raise RuntimeError(f"{sent} of {count} rows were sent")
    return {"per_second": count / seconds}


async def send_records(count: int) -> Result:
    records = [encode(fact, time=product.NOW) for fact in product.progress_facts(count)]
    ready = [(r.topic, r.payload, r.key.encode(), r.partition, r.headers()) for r in records]
    async with AIOKafkaProducer(acks="all", enable_idempotence=True, **_servers()) as producer:
        began = time.perf_counter()
        sent = [
            await producer.send(topic, value, key=key, partition=partition, headers=headers)
            for topic, value, key, partition, headers in ready
        ]
        await asyncio.gather(*sent)
        return {"per_second": count / (time.perf_counter() - began)}


def worker(size: Size) -> list[Figure]:
    """From topic to committed rows, beside one upsert a batch."""
    count = size.of(RECORDS)
    with bench_stack(*AI_AND_KAFKA) as stack:
        run_child(fill_progress, count, stack=stack)
        sides = run_sides(size, stack, consume, upsert, count)
    rates = medians(sides, "per_second")
    note = "consumer, subscriber and applier; bare aiokafka, json.loads and one upsert a batch"
    return [figure("worker", "facts/s", *rates, ">= 0.6", note)]


def fill_progress(count: int) -> None:
    product.publish(product.progress_facts(count))


async def consume(count: int) -> Result:
    collect_less_often()  # as the worker's command does
    settings, group = Settings(), _new_group()
    times: list[float] = []  # when the first batch arrived, and when each was committed
    left = count
    async with await product.ai_pool() as pool:
        await pool.execute(EMPTY)
        await status.heartbeat(pool, group, "g1")
        ids: dict[str, str] = {}
        stored = WorkerPositions(pool, ids)
        applier, budget = Applier(pool, "g1", group, ids), Budget(settings.worker_parked_share)
        subscriber = Subscriber(applier, budget, lists=asyncio.Event(), texts=asyncio.Event())

        async def handle(records: Records) -> None:
            nonlocal left
            times.extend([] if times else [time.perf_counter()])
            await subscriber.handle(records)
            times.append(time.perf_counter())
            left -= len(records)
            if left <= 0:
                os.kill(os.getpid(), signal.SIGTERM)  # as a worker is stopped

        names, kafka = [topic.name for topic in CONSUMED], KafkaConfig.of(settings)
        consumer = Consumer(kafka, names, group_id=group, positions=stored)
        consumer.deliver_to(handle)
        await consumer.run(_no_background)
        found = await pool.fetchval("SELECT count(*) FROM g1.progress")
    if found != count:
        raise RuntimeError(f"{found} of {count} rows were written")
    return {"per_second": count / (times[-1] - times[0])}


@asynccontextmanager
async def _no_background() -> AsyncIterator[None]:
    yield


async def upsert(count: int) -> Result:
    db = await product.ai_connection()
    table = await FloorTable.create(db, "progress")
    sql, left, began = table.upsert(), count, 0.0
    read: dict[str, Any] = {"auto_offset_reset": "earliest", "fetch_max_wait_ms": FETCH_WAIT_MS}
    async with AIOKafkaConsumer(
        PROGRESS.name, group_id=_new_group(), enable_auto_commit=False, **_servers(), **read
    ) as consumer:
        while left > 0:
            if rows := table.rows(await consumer.getmany(timeout_ms=500, max_records=RECORDS_MAX)):
                began = began or time.perf_counter()
                await db.execute(sql, *map(list, zip(*rows, strict=True)))
                seconds = time.perf_counter() - began
                left -= len(rows)
                await consumer.commit()
    return {"per_second": count / seconds}


def _new_group() -> str:
    """A consumer group that reads the topics from their beginning."""
    return f"bench-{uuid4()}"


def _servers() -> dict[str, Any]:
    return KafkaConfig.of(Settings()).client()


@dataclass(frozen=True)
class FloorTable:
    """A table like the product's, of which a floor fills the columns that facts hold."""

    name: str
    types: dict[str, str]

    @classmethod
    async def create(cls, db: asyncpg.Connection, name: str, *absent: str) -> "FloorTable":
        await db.execute(CREATE.format(name=name))
        columns = await db.fetch(COLUMNS, f"bench.{name}")
        return cls(name, {column: kind for column, kind in columns if column not in absent})

    def rows(self, fetched: dict[TopicPartition, list[Any]]) -> list[tuple[Any, ...]]:
        plain = [name for name, kind in self.types.items() if not kind.startswith(TIME)]
        times = [name for name, kind in self.types.items() if kind.startswith(TIME)]
        return [
            (*(fact[name] for name in plain), *(_time(fact[name]) for name in times))
            for records in fetched.values()
            for fact in (json.loads(record.value) for record in records)
        ]

    def upsert(self) -> str:
        return UPSERT.format(
            name=self.name,
            columns=", ".join(self.types),
            excluded=", ".join(f"excluded.{name}" for name in self.types),
            arrays=", ".join(f"${n}::{kind}[]" for n, kind in enumerate(self.types.values(), 1)),
        )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def rebuild(size: Size) -> list[Figure]:
    """A rebuild with comparison and switch, beside COPY and an index."""
    facts, vectors = size.of(REBUILT), size.of(VECTORS)
    with bench_stack(*AI_AND_KAFKA) as stack:
        run_child(fill_topics, facts, vectors, stack=stack)
        run_child(rebuild_all, stack=stack)  # makes the generation to compare with
        sides = run_sides(size, stack, rebuild_all, copy_topics)
    switch = max(result["switch_seconds"] for result in sides[0])
    note = (
        f"{facts:,} facts, {vectors:,} cached vectors, lists, comparison, "
        f"switch ({switch * 1000:.0f} ms); consume, COPY and index build"
    )
    return [figure("rebuild", "s", *medians(sides, "seconds"), "<= 5", note)]


async def fill_topics(facts: int, vectors: int) -> None:
    """The cached vectors are pseudo-random: neither side uses their meaning."""
    items = [product.content_fact(number) for number in range(vectors)]
    product.publish([*items, *product.user_facts(product.LEARNERS)])
    product.publish(product.progress_facts(facts - vectors - product.LEARNERS))
    identity = read_manifest().identity
    digests = [text_sha256(document(one.title, one.description, one.skills)) for one in items]
    rows = np.random.default_rng(7).normal(size=(vectors, identity.dimension)).astype(np.float32)
    unit = [Vector(row) for row in rows / np.linalg.norm(rows, axis=1, keepdims=True)]
    model = identity.model, identity.revision, identity.precision
    async with await product.ai_pool() as pool:
        await pool.execute(CACHE, *model, digests, unit)


async def rebuild_all() -> Result:
    async with tools(Settings(), None) as given:
        began = time.perf_counter()
        outcome = await run_rebuild(given, Options())
        seconds = time.perf_counter() - began
    if not outcome.switched:
        raise RuntimeError(f"the generation was not switched: {asdict(outcome)}")
    return {"seconds": seconds, "switch_seconds": outcome.switched.switch_seconds}


async def copy_topics() -> Result:
    """Without guard, check and list."""
    db = await product.ai_connection()
    tables = {
        CONTENT: await FloorTable.create(db, "content", "retired", "document_sha256"),
        USERS: await FloorTable.create(db, "learner"),
        PROGRESS: await FloorTable.create(db, "progress"),
    }
    await FloorTable.create(db, "content_vector")
    await db.execute(DEFAULTS)
    began = time.perf_counter()
    for topic, table in tables.items():
        await _copy(db, topic, table)
    await db.execute(ADD_VECTORS)
    await db.execute(INDEX)
    seconds = time.perf_counter() - began
    await db.close()
    return {"seconds": seconds}


async def _copy(db: asyncpg.Connection, topic: Topic, table: FloorTable) -> None:
    partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
    async with AIOKafkaConsumer(fetch_max_wait_ms=20, **_servers()) as consumer:
        left = sum((await consumer.end_offsets(partitions)).values())
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        while left:
            rows = table.rows(await consumer.getmany(timeout_ms=500, max_records=COPIED))
            left -= len(rows)
            await db.copy_records_to_table(
                table.name, schema_name="bench", columns=[*table.types], records=rows
            )
