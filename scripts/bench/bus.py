"""The measures of what reads and writes Kafka: relay, worker and rebuild."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import asyncpg
import numpy as np
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from ai.embeddings.cache import REMEMBER, by_sha256
from ai.embeddings.manifest import read_manifest
from ai.kit.broker import RECORDS_MAX, Records
from ai.kit.garbage import collect_less_often
from ai.kit.kafka_config import FETCH_WAIT_MS, KafkaConfig
from ai.kit.settings import Settings
from ai.projections import status
from ai.projections.documents import document
from ai.projections.subscriber import Subscriber
from ai.rebuild.command import tools
from ai.rebuild.rebuild import Options
from ai.rebuild.rebuild import rebuild as run_rebuild
from ai.vectorstore.index import INDEX, PATIENT
from ai.worker import Worker
from ongoza_contracts.codec import encode
from ongoza_contracts.topics import CONTENT, PROGRESS, USERS, Topic
from scripts.bench import product
from scripts.bench.figures import Figure, Line, Result, compare
from scripts.bench.running import Size, on_stack, run_child, run_sides
from scripts.stack.stack import Stack

AI_AND_KAFKA = ("postgres-vector", "kafka", "migrate-ai", "topics")
RECORDS = 50_000
REBUILT, VECTORS = 100_000, 20_000
"""How many facts a rebuild reads, and how many of them are items with a cached vector."""
COPIED = 5000
EMPTY = "TRUNCATE g1.progress, g1.dirty_learner, g1.consumed"
CREATE = """
CREATE SCHEMA IF NOT EXISTS bench;
SET search_path = bench, public;
DROP TABLE IF EXISTS {name};
CREATE TABLE {name} (LIKE g1.{name} INCLUDING ALL);
"""
UPSERT = """
INSERT INTO {name} ({columns}) SELECT * FROM unnest({arrays})
ON CONFLICT (user_id, content_id) DO UPDATE SET ({columns}) = ROW ({excluded})
WHERE excluded.version > {name}.version
"""
DEFAULTS = """
ALTER TABLE content ALTER retired SET DEFAULT false, ALTER document_sha256 SET DEFAULT ''
"""
ADD_VECTORS = """
INSERT INTO content_vector SELECT content_id, text_sha256, embedding
FROM (SELECT row_number() OVER (ORDER BY content_id) AS n, content_id FROM content) AS item
JOIN (SELECT row_number() OVER (ORDER BY text_sha256) AS n, text_sha256, embedding
    FROM embedding_cache) AS cached USING (n)
"""


@on_stack("postgres-relational", "kafka", "migrate-core", "topics")
def relay(size: Size, stack: Stack) -> list[Figure]:
    """From outbox rows to acknowledged records, beside a bare producer."""
    sides = run_sides(size, stack, drain_outbox, send_records, size.of(RECORDS))
    note = "drain() until the outbox is empty; a bare idempotent aiokafka producer"
    return compare(sides, note, Line("relay", "events/s", "per_second", ">= 0.5"))


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


@on_stack(*AI_AND_KAFKA)
def worker(size: Size, stack: Stack) -> list[Figure]:
    """From topic to committed rows, beside one upsert a batch."""
    count = size.of(RECORDS)
    run_child(stack, publish_progress, count)
    sides = run_sides(size, stack, consume, upsert, count)
    note = "consumer, subscriber and applier; bare aiokafka, json.loads and one upsert a batch"
    return compare(sides, note, Line("worker", "facts/s", "per_second", ">= 0.6"))


def publish_progress(count: int) -> None:
    product.publish(product.progress_facts(count))


async def consume(count: int) -> Result:
    """The worker without its background jobs, from its first batch to its last commit."""
    collect_less_often()  # as the worker's command does
    handle, left = Subscriber.handle, count
    times: list[float] = []

    async def handle_and_time(self: Subscriber, records: Records) -> None:
        nonlocal left
        times.extend([] if times else [time.perf_counter()])
        await handle(self, records)
        times.append(time.perf_counter())
        left -= len(records)
        if left <= 0:
            os.kill(os.getpid(), signal.SIGTERM)  # as a worker is stopped

    Subscriber.handle = handle_and_time  # type: ignore[method-assign]
    async with await product.ai_pool() as pool:
        await pool.execute(EMPTY)
        one = Worker(Settings(), "g1", pool)
        await status.heartbeat(pool, one.name, "g1")
        await one.consumer.run(nullcontext)
        found = await pool.fetchval("SELECT count(*) FROM g1.progress")
    if found != count:
        raise RuntimeError(f"{found} of {count} rows were written")
    return {"per_second": count / (times[-1] - times[0])}


async def upsert(count: int) -> Result:
    db = await product.ai_connection()
    table, began = await FloorTable.create(db, "progress"), 0.0
    sql = table.upsert()
    async for rows in table.batches(PROGRESS, RECORDS_MAX, group_id=f"bench-{uuid4()}"):
        began = began or time.perf_counter()
        await db.execute(sql, *map(list, zip(*rows, strict=True)))
        seconds = time.perf_counter() - began
    return {"per_second": count / seconds}


@dataclass(frozen=True)
class FloorTable:
    """A table like the product's, of which a floor fills the columns that facts hold."""

    name: str
    types: dict[str, str]
    times: list[str]

    @classmethod
    async def create(cls, db: asyncpg.Connection, name: str, *absent: str) -> "FloorTable":
        await db.execute(CREATE.format(name=name))
        found = (await db.prepare(f"TABLE {name}")).get_attributes()
        types = {one.name: one.type.name for one in found if one.name not in absent}
        return cls(name, types, [name for name, kind in types.items() if kind == "timestamptz"])

    def upsert(self) -> str:
        return UPSERT.format(
            name=self.name,
            columns=", ".join(self.types),
            excluded=", ".join(f"excluded.{name}" for name in self.types),
            arrays=", ".join(f"${n}::{kind}[]" for n, kind in enumerate(self.types.values(), 1)),
        )

    async def batches(
        self, topic: Topic, at_once: int, group_id: str | None = None
    ) -> AsyncIterator[list[list[Any]]]:
        """The topic's facts as rows, from its beginning to its end. Each batch is committed for the
        group, if there is one."""
        partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        options = {"enable_auto_commit": False, "fetch_max_wait_ms": FETCH_WAIT_MS, **_servers()}
        async with AIOKafkaConsumer(group_id=group_id, **options) as consumer:
            left = sum((await consumer.end_offsets(partitions)).values())
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            while left:
                fetched = await consumer.getmany(timeout_ms=500, max_records=at_once)
                if rows := [self._row(one.value) for each in fetched.values() for one in each]:
                    yield rows
                    left -= len(rows)
                    if group_id:
                        await consumer.commit()

    def _row(self, value: bytes) -> list[Any]:
        fact = json.loads(value)
        for name in self.times:
            fact[name] = fact[name] and datetime.fromisoformat(fact[name])
        return [fact[name] for name in self.types]


def _servers() -> dict[str, Any]:
    return KafkaConfig.of(Settings()).client()


@on_stack(*AI_AND_KAFKA)
def rebuild(size: Size, stack: Stack) -> list[Figure]:
    """A rebuild with comparison and switch, beside COPY and an index."""
    facts, vectors = size.of(REBUILT), size.of(VECTORS)
    run_child(stack, fill_topics, facts, vectors)
    run_child(stack, rebuild_all)  # makes the generation to compare with
    sides = run_sides(size, stack, rebuild_all, copy_topics)
    note = (
        f"{facts:,} facts, {vectors:,} cached vectors, lists, comparison, "
        "switch ({switch_ms:.0f} ms); consume, COPY and index build"
    )
    return compare(sides, note, Line("rebuild", "s", "seconds", "<= 5"))


async def fill_topics(facts: int, vectors: int) -> None:
    """The cached vectors are pseudo-random: neither side uses their meaning."""
    items = [product.content_fact(number) for number in range(vectors)]
    product.publish([*items, *product.user_facts(product.LEARNERS)])
    product.publish(product.progress_facts(facts - vectors - product.LEARNERS))
    model = read_manifest().identity
    digests = by_sha256(document(one.title, one.description, one.skills) for one in items)
    rows = np.random.default_rng(7).normal(size=(vectors, model.dimension)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    cached = [(*model.key, digest, row) for digest, row in zip(digests, rows, strict=True)]
    async with await product.ai_pool() as pool:
        await pool.executemany(REMEMBER, cached)


async def rebuild_all() -> Result:
    async with tools(Settings(), None) as given:
        began = time.perf_counter()
        outcome = await run_rebuild(given, Options())
        seconds = time.perf_counter() - began
    if not outcome.switched:
        raise RuntimeError(f"the generation was not switched: {asdict(outcome)}")
    return {"seconds": seconds, "switch_ms": 1000 * outcome.switched.switch_seconds}


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
        async for rows in table.batches(topic, COPIED):
            await db.copy_records_to_table(table.name, columns=[*table.types], records=rows)
    for sql in (ADD_VECTORS, PATIENT, INDEX.format(how="")):
        await db.execute(sql)
    seconds = time.perf_counter() - began
    await db.close()
    return {"seconds": seconds}
