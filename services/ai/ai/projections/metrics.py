"""What the worker reports of its database and its topics: when Prometheus asks, and what is
expensive to read once a minute."""

import asyncio

import asyncpg

from ai.kit.broker import BrokerError, Consumer
from ai.projections.status import report_oldest_unapplied
from ongoza_ops.metrics import (
    CONSUMER_LAG,
    MARKS,
    OLDEST_MARK_SECONDS,
    OLDEST_UNAPPLIED_SECONDS,
    PARKED,
    TEXTS_WAITING,
)
from ongoza_ops.promises import VISIBLE_SECONDS

ANSWER_SECONDS = 5.0

WAITING = """
SELECT
    (SELECT count(*) FROM parked_record) AS parked,
    count(*) AS marks,
    coalesce(extract(epoch FROM now() - min(marked_at)), 0)::float8 AS oldest_mark_seconds
FROM dirty_learner
"""
# It reads every vector.
TEXTS = """
SELECT count(*) FROM content LEFT JOIN content_vector AS vector USING (content_id)
WHERE vector.text_sha256 IS DISTINCT FROM content.document_sha256
"""


async def report_waiting(db: asyncpg.Pool) -> None:
    """For the generation in the search path."""
    (row,) = await db.fetch(WAITING)
    PARKED.set(row["parked"])
    MARKS.set(row["marks"])
    OLDEST_MARK_SECONDS.set(max(0.0, row["oldest_mark_seconds"]))


async def count_texts(db: asyncpg.Pool) -> bool:
    """For the generation in the search path. A job, so that no scrape waits for it; always False,
    so that the next count waits for the pause."""
    TEXTS_WAITING.set(await db.fetchval(TEXTS))
    return False


async def report_lag(consumer: Consumer, db: asyncpg.Pool, worker: str) -> bool:
    """Also for /health; True while a fact waits for longer than is promised, so that it is measured
    again soon. While the brokers do not answer there is no value, which an alert notices."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            lag = await consumer.lag()
    except (BrokerError, TimeoutError):
        lag = {}
    for metric in (CONSUMER_LAG, OLDEST_UNAPPLIED_SECONDS):
        metric.clear()  # topics that another worker reads now have no value either
    for topic, one in lag.items():
        CONSUMER_LAG.labels(topic).set(one.records)
        OLDEST_UNAPPLIED_SECONDS.labels(topic).set(one.oldest_seconds)
    oldest = max((one.oldest_seconds for one in lag.values()), default=None)
    await report_oldest_unapplied(db, worker, oldest)
    return oldest is not None and oldest > VISIBLE_SECONDS
