"""The least that brings the same records into the same rows. Says {"per_second": n}."""

import asyncio
import json
import os
import sys
from datetime import datetime
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer

from ai.kit.broker import FETCH_WAIT_MS, RECORDS_MAX
from ai.kit.settings import Settings
from ongoza_contracts.topics import PROGRESS
from scripts.bench.clock import Clock

TABLE = """
DROP TABLE IF EXISTS bench_progress;
CREATE TABLE bench_progress (LIKE g1.progress INCLUDING ALL);
"""
UPSERT = """
INSERT INTO bench_progress
SELECT * FROM unnest(
    $1::integer[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::float8[], $7::float8[],
    $8::timestamptz[], $9::timestamptz[]
)
ON CONFLICT (user_id, content_id) DO UPDATE SET
    version = excluded.version, content_type = excluded.content_type, status = excluded.status,
    completion_percentage = excluded.completion_percentage, score = excluded.score,
    created_at = excluded.created_at, updated_at = excluded.updated_at
WHERE excluded.version > bench_progress.version
"""
PLAIN = (
    *("user_id", "content_id", "version", "content_type", "status"),
    *("completion_percentage", "score"),
)
TIMES = ("created_at", "updated_at")


async def main(count: int, group: str) -> None:
    clock = Clock(count)
    db = await _connect()
    await db.execute(TABLE)
    consumer = AIOKafkaConsumer(
        PROGRESS.name,
        bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"],
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=FETCH_WAIT_MS,
    )
    await consumer.start()
    last = False
    while not last:
        fetched = await consumer.getmany(timeout_ms=500, max_records=RECORDS_MAX)
        rows = [_row(record.value) for records in fetched.values() for record in records]
        if not rows:
            continue
        clock.arrived()
        await db.execute(UPSERT, *map(list, zip(*rows, strict=True)))
        last = clock.committed(len(rows))
        await consumer.commit()
    await consumer.stop()
    await db.close()
    print(json.dumps(clock.result()))


async def _connect() -> asyncpg.Connection:
    settings = Settings()
    return await asyncpg.connect(
        host=settings.vector_db_host,
        port=settings.vector_db_port,
        database=settings.vector_db_name,
        user=settings.vector_db_user,
        password=settings.vector_db_password,
        server_settings={"jit": "off"},
    )


def _row(value: bytes) -> tuple[Any, ...]:
    fact = json.loads(value)
    times = (datetime.fromisoformat(fact[name]) for name in TIMES)
    return (*(fact[name] for name in PLAIN), *times)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
