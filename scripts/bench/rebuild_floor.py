"""The least that brings the same topics into tables: consume, COPY, build the index.

No guard, no check, no list. Says {"seconds": n}.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from pgvector.asyncpg import register_vector

from ai.kit.db import connect
from ai.kit.settings import Settings
from ongoza_contracts.topics import CONTENT, PROGRESS, USERS, Topic

SCHEMA = """
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.content (LIKE g1.content INCLUDING ALL);
CREATE TABLE bench.content_vector (LIKE g1.content_vector INCLUDING ALL);
CREATE TABLE bench.learner (LIKE g1.learner INCLUDING ALL);
CREATE TABLE bench.progress (LIKE g1.progress INCLUDING ALL);
SET maintenance_work_mem = '512MB';
"""
VECTORS = """
INSERT INTO bench.content_vector SELECT content_id, text_sha256, embedding
FROM (SELECT row_number() OVER (ORDER BY content_id) AS n, content_id FROM bench.content) AS item
JOIN (
    SELECT row_number() OVER (ORDER BY text_sha256) AS n, text_sha256, embedding
    FROM embedding_cache
) AS cached USING (n)
"""
# As the product's (`ai.vectorstore.index`).
INDEX = """
CREATE INDEX ON bench.content_vector
USING hnsw ((embedding::halfvec(384)) halfvec_cosine_ops) WITH (m = 24, ef_construction = 200)
"""
BATCH = 5000

Row = tuple[Any, ...]


async def main() -> None:
    db = await connect(Settings())
    await register_vector(db)
    await db.execute(SCHEMA)
    began = time.perf_counter()
    for topic, table, row in ((CONTENT, "content", _content), (USERS, "learner", _learner)):
        await _copy(db, topic, table, row)
    await _copy(db, PROGRESS, "progress", _progress)
    await db.execute(VECTORS)
    await db.execute(INDEX)
    print(json.dumps({"seconds": time.perf_counter() - began}))
    await db.close()


async def _copy(
    db: asyncpg.Connection, topic: Topic, table: str, row: Callable[[dict[str, Any]], Row]
) -> None:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"], fetch_max_wait_ms=20
    )
    await consumer.start()
    places = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
    left = sum((await consumer.end_offsets(places)).values())
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    while left:
        fetched = await consumer.getmany(timeout_ms=500, max_records=BATCH)
        rows = [row(json.loads(one.value)) for some in fetched.values() for one in some]
        left -= len(rows)
        await db.copy_records_to_table(table, schema_name="bench", records=rows)
    await consumer.stop()


def _content(fact: dict[str, Any]) -> Row:
    names = ("content_id", "version", "content_type", "title", "description", "track", "level")
    return (
        *(fact[name] for name in names),
        *(fact["skills"], fact["prerequisites"], fact["course_id"], fact["duration_minutes"]),
        *(False, _time(fact["published_at"]), _time(fact["updated_at"]), b""),
    )


def _learner(fact: dict[str, Any]) -> Row:
    names = ("user_id", "version", "role", "track", "organization_id", "status")
    times = _time(fact["created_at"]), _time(fact["updated_at"])
    valid_from = fact["tokens_valid_from"]
    return (*(fact[name] for name in names), *times, valid_from and _time(valid_from))


def _progress(fact: dict[str, Any]) -> Row:
    names = ("user_id", "content_id", "version", "content_type", "status")
    values = fact["completion_percentage"], fact["score"]
    times = _time(fact["created_at"]), _time(fact["updated_at"])
    return (*(fact[name] for name in names), *values, *times)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


if __name__ == "__main__":
    asyncio.run(main())
