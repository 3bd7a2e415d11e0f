"""Moves outbox rows to Kafka: oldest first, deleted only when acknowledged, one relay at a time."""

import logging
import threading
from collections.abc import Sequence
from typing import Any, Protocol

from django.db import Error, connection

from core.kit.failpoints import failpoint
from core.outbox.kafka import NotPublished
from ongoza_contracts.codec import Record

log = logging.getLogger(__name__)

BATCH = 1000
LOCK_KEY = 7_305_121_873  # any number, the same for every relay of this database
SHORTEST_PAUSE, LONGEST_PAUSE = 0.005, 0.05
STANDBY_PAUSE = 1.0

# No cursor is kept: a transaction that commits late with a small id is read in the next round.
OLDEST = """
SELECT id, topic, partition, key, partition_key, event_id, type, subject, time, dataschema,
       sequence, traceparent, payload
FROM outbox_event ORDER BY id LIMIT %s
"""
COLUMNS = (
    *("topic", "partition", "key", "partition_key", "id", "type", "subject", "time"),
    *("dataschema", "sequence", "traceparent", "payload"),
)
DELETE = "DELETE FROM outbox_event WHERE id = ANY(%s)"
# Held by the session: it is gone the moment the session is.
TRY_LOCK = "SELECT pg_try_advisory_lock(%s)"


class Publishes(Protocol):
    def publish(self, records: Sequence[Record], stop: threading.Event) -> None: ...


def run(publisher: Publishes, stop: threading.Event) -> None:
    """Relay until `stop` is set. Raises kafka.ProducerBroken.

    Broker or database down: rows wait and the relay tries again, saying so once.
    """
    reachable = True
    while not stop.is_set():
        try:
            if _is_active():
                reachable = True
                _drain_until(publisher, stop)
            else:
                stop.wait(STANDBY_PAUSE)
        except Error as error:
            if reachable:
                log.warning("the database does not answer: %s", type(error).__name__)
            reachable = False
            connection.close()
            stop.wait(STANDBY_PAUSE)


def _is_active() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(TRY_LOCK, [LOCK_KEY])
        return bool(cursor.fetchone()[0])


def _drain_until(publisher: Publishes, stop: threading.Event) -> None:
    pause, publishing = SHORTEST_PAUSE, True
    while not stop.is_set():
        try:
            sent = drain(publisher, stop)
            if sent and not publishing:
                log.info("publishing again")
                publishing = True
        except NotPublished as error:
            sent = 0
            if publishing and not stop.is_set():
                log.warning("rows wait, the broker does not take them: %s", error)
            publishing = False
        pause = SHORTEST_PAUSE if sent else min(pause * 1.5, LONGEST_PAUSE)
        if sent < BATCH:
            stop.wait(pause)


def drain(publisher: Publishes, stop: threading.Event, limit: int = BATCH) -> int:
    """Send the oldest `limit` rows and delete them; how many there were.

    Raises kafka.NotPublished, and then all rows are still there.
    """
    with connection.cursor() as cursor:
        cursor.execute(OLDEST, [limit])
        rows = cursor.fetchall()
        if not rows:
            return 0
        publisher.publish([_record(row) for row in rows], stop)
        failpoint("relay.post_ack")
        cursor.execute(DELETE, [[row[0] for row in rows]])
    return len(rows)


def _record(row: tuple[Any, ...]) -> Record:
    return Record(**dict(zip(COLUMNS, row[1:], strict=True)))
