"""The measures of what reads and writes Kafka: relay, worker and rebuild."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from datetime import datetime
from typing import Any
from uuid import uuid4

import django
import numpy as np
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from ai.embeddings.cache import REMEMBER, by_sha256
from ai.embeddings.manifest import read_manifest
from ai.kit.broker import RECORDS_MAX, Records
from ai.kit.db import Db
from ai.kit.kafka_config import FETCH_WAIT_MS, KafkaConfig
from ai.kit.settings import Settings
from ai.projections import status
from ai.projections.documents import document
from ai.projections.generations import create_next_generation, drop_generation
from ai.projections.subscriber import Subscriber
from ai.projections.tables import UPSERT_PROGRESS
from ai.rebuild import rebuild as rebuilding
from ai.rebuild.command import tools
from ai.vectorstore.index import INDEX, PATIENT
from ai.vectorstore.pgvector import TABLE
from ai.worker import Worker
from ongoza_contracts.codec import encode
from ongoza_contracts.topics import CONTENT, PROGRESS, USERS, Topic
from ongoza_ops.garbage import collect_less_often
from scripts.bench import product
from scripts.bench.figures import Figure, Line, Result, compare
from scripts.bench.running import Size, run_sides
from scripts.stack.child import run_child
from scripts.stack.stack import Stack

RECORDS = 50_000
REBUILT, VECTORS = 100_000, 20_000  # facts, and how many of them are items with a cached vector
EMPTY = "TRUNCATE g1.progress, g1.dirty_learner, g1.consumed"
TABLES = {CONTENT: "content", USERS: "learner", PROGRESS: "progress"}
NOT_PUBLISHED = {"retired": False, "document_sha256": b""}  # the product derives these columns
COPY_VECTORS = """
INSERT INTO content_vector SELECT encode(text_sha256, 'hex'), text_sha256, embedding
FROM embedding_cache
"""


def relay(size: Size, stack: Stack) -> list[Figure]:
    """From outbox rows to acknowledged records, beside a bare producer."""
    sides = run_sides(size, stack, drain_outbox, send_records, size.of(RECORDS))
    return compare(sides, Line("relay", "events/s", "per_second", ">= 0.5"))


def drain_outbox(count: int) -> Result:
    django.setup()
    from django.conf import settings
    from django.db import transaction

    from core.outbox.append import append_all
    from core.outbox.kafka import Publisher
    from core.outbox.relay import drain

    with transaction.atomic():
        append_all((fact, product.NOW) for fact in product.progress_facts(count + 1))
    publisher = Publisher(settings.KAFKA)
    collect_less_often()  # as the relay's command does
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
    options = {"acks": "all", "enable_idempotence": True, **KafkaConfig.of(Settings()).client()}
    async with AIOKafkaProducer(**options) as producer:
        began = time.perf_counter()
        sent = [
            await producer.send(topic, value, key=key, partition=partition, headers=headers)
            for topic, value, key, partition, headers in ready
        ]
        await asyncio.gather(*sent)
        return {"per_second": count / (time.perf_counter() - began)}


def worker(size: Size, stack: Stack) -> list[Figure]:
    """From topic to committed rows, beside a bare consumer and upsert."""
    count = size.of(RECORDS)
    run_child(stack, publish_progress, count)
    sides = run_sides(size, stack, consume, upsert, count)
    return compare(sides, Line("worker", "facts/s", "per_second", ">= 0.8"))


def publish_progress(count: int) -> None:
    product.publish(product.progress_facts(count))


async def consume(count: int) -> Result:
    """The worker without its background jobs, from its first batch to its last commit."""
    collect_less_often()  # as the worker's command does
    handle, left = Subscriber.handle, count
    times: list[float] = []

    async def handle_and_time(self: Subscriber, records: Records) -> None:
        nonlocal left
        times.append(time.perf_counter())
        await handle(self, records)
        times.append(time.perf_counter())
        left -= len(records)
        if left <= 0:
            one.consumer.stop()

    Subscriber.handle = handle_and_time  # type: ignore[method-assign]
    async with await product.ai_pool() as pool:
        await pool.execute(EMPTY)
        one = Worker(Settings(), "g1", pool)
        await status.heartbeat(pool, one.name, "g1")
        await one.consumer.run(nullcontext)
        found = await pool.fetchval("SELECT count(*) FROM progress")
    if found != count:
        raise RuntimeError(f"{found} of {count} rows were written")
    return {"per_second": count / (times[-1] - times[0])}


async def upsert(count: int) -> Result:
    began = 0.0
    async with await product.ai_pool() as pool, pool.acquire() as db:
        await db.execute(EMPTY)
        async for rows in read_rows(db, PROGRESS, group_id=f"bench-{uuid4()}"):
            began = began or time.perf_counter()
            await db.execute(UPSERT_PROGRESS, *map(list, zip(*rows, strict=True)))
            seconds = time.perf_counter() - began
    return {"per_second": count / seconds}


def row_maker(columns: list[str]) -> Callable[[bytes], list[Any]]:
    """Makes a published fact a row of these columns, without any check."""
    times = [name for name in columns if name.endswith("_at")]

    def row(value: bytes) -> list[Any]:
        fact = NOT_PUBLISHED | json.loads(value)
        fact["completed_at"] = fact.get("first_completed_at")
        fact["activity"] = '{"retried": null, "weeks": null}'
        for name in times:
            if (text := fact[name]) is not None:
                fact[name] = datetime.fromisoformat(text)
        return [fact[name] for name in columns]

    return row


async def read_rows(
    db: Db, topic: Topic, group_id: str | None = None
) -> AsyncIterator[list[list[Any]]]:
    """The topic's facts as rows of its table, from its beginning to its end. Each batch is
    committed for the group, if there is one."""
    columns = [one.name for one in (await db.prepare(f"TABLE {TABLES[topic]}")).get_attributes()]
    row = row_maker(columns)
    partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
    client = {"fetch_max_wait_ms": FETCH_WAIT_MS, **KafkaConfig.of(Settings()).client()}
    async with AIOKafkaConsumer(group_id=group_id, enable_auto_commit=False, **client) as consumer:
        left = sum((await consumer.end_offsets(partitions)).values())
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        while left:
            fetched = await consumer.getmany(timeout_ms=500, max_records=RECORDS_MAX)
            if rows := [row(one.value) for records in fetched.values() for one in records]:
                yield rows
                left -= len(rows)
                if group_id:
                    await consumer.commit()


def rebuild(size: Size, stack: Stack) -> list[Figure]:
    """A rebuild with comparison and switch, beside COPY and an index."""
    run_child(stack, fill_topics, size.of(REBUILT), size.of(VECTORS))
    run_child(stack, rebuild_all)  # makes the generation to compare with
    sides = run_sides(size, stack, rebuild_all, copy_topics)
    return compare(sides, Line("rebuild", "s", "seconds", "<= 1.2"))


# No worker has seen the learners, and a rebuild makes lists for those alone who were seen.
SEE_ALL = """
INSERT INTO learner_seen SELECT learner, current_date FROM generate_series(1, $1::integer) learner
ON CONFLICT (user_id) DO UPDATE SET seen_on = excluded.seen_on
"""


async def fill_topics(facts: int, vectors: int) -> None:
    """The cached vectors are pseudo-random: neither side uses their meaning."""
    items = product.content_facts(vectors)
    product.publish([*items, *product.user_facts(product.LEARNERS)])
    product.publish(product.progress_facts(facts - vectors - product.LEARNERS))
    model = read_manifest().identity
    digests = by_sha256(document(one.title, one.description, one.skills) for one in items)
    rows = np.random.default_rng(7).normal(size=(vectors, model.dimension)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    cached = [(*model.key, digest, row) for digest, row in zip(digests, rows, strict=True)]
    async with await product.ai_pool() as pool:
        await pool.executemany(REMEMBER, cached)
        await pool.execute(SEE_ALL, product.LEARNERS)


async def rebuild_all() -> Result:
    return await rebuild_topics(rebuilding.Options())


async def rebuild_topics(options: rebuilding.Options) -> Result:
    collect_less_often()  # as the rebuild's command does
    async with tools(Settings(), None) as given:
        began = time.perf_counter()
        outcome = await rebuilding.rebuild(given, options)
        seconds = time.perf_counter() - began
    if not outcome.switched:
        raise RuntimeError(f"the generation was not switched: {outcome}")
    return {"seconds": seconds, "held_s": outcome.switched.held_seconds}


async def copy_topics() -> Result:
    """Without guard, check and list, into the tables of a generation that is dropped."""
    collect_less_often()
    async with await product.ai_pool() as pool, pool.acquire() as db:
        generation = await create_next_generation(db, {})
        await db.execute(f"SET search_path = {generation}, public")
        began = time.perf_counter()
        for topic, table in TABLES.items():
            async for rows in read_rows(db, topic):
                await db.copy_records_to_table(table, records=rows)
        for sql in (COPY_VECTORS, PATIENT, INDEX.format(how="", table=TABLE)):
            await db.execute(sql)
        seconds = time.perf_counter() - began
        await drop_generation(db, generation)
    return {"seconds": seconds}
