"""How much waits to be sent to Kafka."""

from django.db import connection

from ongoza_ops.metrics import OUTBOX_OLDEST_SECONDS, OUTBOX_RECORDS

# For how many seconds the oldest record has waited: one row, found by the primary key.
OLDEST = """
    SELECT extract(epoch FROM now() - queued_at) FROM outbox_event ORDER BY id LIMIT 1
"""
WAITING = "SELECT count(*) FROM outbox_event"
# The relay's statements may take their time. Behind a lock, scrapes would pile up.
LIMIT = "SET statement_timeout = '5s'"


def oldest_waiting() -> float:
    """For how many seconds the oldest record has waited to be sent to Kafka; 0 if none waits."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST)
        row = cursor.fetchone()
    return round(float(row[0]), 3) if row else 0.0


def count_waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])


def report_outbox() -> None:
    """Sets the metrics, on a connection of its own: whatever the relay waits for, they are right.

    Call it on a thread without a connection. Raises django.db.Error, also when the answer takes
    too long.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(LIMIT)
        OUTBOX_RECORDS.set(count_waiting())
        OUTBOX_OLDEST_SECONDS.set(oldest_waiting())
    finally:
        connection.close()
