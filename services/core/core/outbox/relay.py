"""Moves outbox rows to Kafka: oldest first, deleted only when acknowledged, one relay at a time."""

import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from django.db import Error, connection

from core.kit.failpoints import failpoint
from core.outbox.kafka import NotPublished, NotRead, PartitionId
from core.outbox.restore_state import PENDING, State, delete_sent, state
from ongoza_contracts.codec import Record
from ongoza_ops import tracing
from ongoza_ops.logs import log_traces
from ongoza_ops.metrics import PUBLISH_FAILURES, PUBLISHED

log = logging.getLogger(__name__)

BATCH = 1000
LOCK_KEY = 7_305_121_873  # any number, the same for every relay of this database
SHORTEST_PAUSE, LONGEST_PAUSE = 0.005, 0.05
STANDBY_PAUSE = 0.5
STALLED_PAUSE = 5.0  # between two tries to send the oldest row of a topic that takes none
STALLED_PATIENCE = 3.0  # how long such a try may keep other topics waiting
CHECK_SECONDS = 1.0
ALL_TOPICS = "all"  # of a failure that concerns the cluster and not single topics
PATIENCE_SECONDS = 3.0  # how long a batch may take before we say that the broker is away

# Without a cursor, so that a transaction that commits late with a small id is read in the next
# round. After the row's id come the fields of a Record in their order.
OLDEST = """
SELECT id, topic, partition, key, partition_key, event_id, type, subject, time, dataschema,
       sequence, traceparent, payload, (date_part('epoch', queued_at) * 1000)::bigint
FROM outbox_event WHERE topic <> ALL(%s) ORDER BY id LIMIT %s
"""
OLDEST_OF_TOPIC = OLDEST.replace("<> ALL(%s)", "= %s")
# The session holds the lock and releases it by ending. So everything below runs on the session that
# took it, and after a failed statement another relay may be active.
TRY_LOCK = "SELECT pg_try_advisory_lock(%s)"
STILL_HERE = "SELECT 1"


class ShutdownFlag:
    """Set by a signal handler, so without the lock of threading.Event: we may be holding it."""

    requested = False

    def request(self, *_: object) -> None:
        self.requested = True


class Stopped(Exception):
    """We were asked to stop while waiting for the broker."""


class Publisher(Protocol):
    def publish(
        self, records: Sequence[Record], while_waiting: Callable[[], None]
    ) -> Mapping[PartitionId, int]: ...


class Check(Protocol):
    """`restore_check.Check`. Its methods raise NotRead."""

    def compare(self, while_waiting: Callable[[], None]) -> State: ...

    def find_lost_topics(self) -> None: ...


class Relay:
    """Relays until asked to stop. With the broker or the database down rows wait and it tries
    again, saying so once. A topic that takes no records stalls, and the others go on. Nothing is
    sent from a database that does not know what was published from it."""

    def __init__(
        self, publisher: Publisher, stop: ShutdownFlag, check: Check | None = None
    ) -> None:
        """Without `check` the database is assumed to be the one that published last."""
        self.publisher = publisher
        self.stop = stop
        self._check = check
        self._check_due_at = 0.0
        self._state = ""
        self._sent_at = 0.0
        self._stalled: dict[str, float] = {}
        """By topic that takes no records, when it is tried again."""

    def run(self) -> None:
        """Raises kafka.ProducerBroken."""
        while not self.stop.requested:
            try:
                if _is_only_relay():
                    self._drain_until_asked_to_stop()
                else:
                    self.log_state_change("standing by: another relay is active")
                    time.sleep(STANDBY_PAUSE)
            except Stopped:
                break
            except Error as error:
                self.log_outage(f"the database does not answer: {type(error).__name__}")
                connection.close()
                time.sleep(STANDBY_PAUSE)
        connection.close()
        self.log_state_change("stopped")

    def _drain_until_asked_to_stop(self) -> None:
        pause = SHORTEST_PAUSE
        self._check_due_at = 0.0
        self._find_lost_topics()
        while not self.stop.requested:
            if not self._may_publish():
                time.sleep(STANDBY_PAUSE)
                continue
            sent = self._drain()
            pause = SHORTEST_PAUSE if sent else min(pause * 1.5, LONGEST_PAUSE)
            if sent < BATCH:
                time.sleep(pause)

    def _may_publish(self) -> bool:
        """Compares the database with the topics if that has not been done. It checks once a second,
        because a database may be replaced during a session."""
        if self._check is None or time.monotonic() < self._check_due_at:
            return True
        found = state()
        if found is State.UNCHECKED:
            found = self._compare(self._check)
        if found is State.PENDING:
            self.log_outage(f"rows wait, restore pending. {PENDING}")
        if found is State.CHECKED:
            self._check_due_at = time.monotonic() + CHECK_SECONDS
        return found is State.CHECKED

    def _compare(self, check: Check) -> State:
        self._sent_at = time.monotonic()
        self.log_state_change("comparing the database with the topics")
        try:
            return check.compare(self._while_waiting)
        except NotRead as error:
            self.log_outage(f"rows wait, the topics cannot be read: {error}")
            return State.UNCHECKED

    def _find_lost_topics(self) -> None:
        """If the brokers do not answer, the next acknowledgement will report a lost topic."""
        if self._check is not None:
            with suppress(NotRead):
                self._check.find_lost_topics()

    def _drain(self) -> int:
        self._sent_at = time.monotonic()
        try:
            self._try_one_stalled()
            sent = drain(self.publisher, self._while_waiting, stalled=[*self._stalled])
        except NotPublished as error:
            self._stall(error)
            return 0
        if sent or not self._stalled:
            self.log_state_change("active")
        return sent

    def _try_one_stalled(self) -> None:
        """One at a time, so that the others are sent between two tries."""
        topic, at = min(self._stalled.items(), key=lambda one: one[1], default=("", math.inf))
        if at < time.monotonic():
            try:
                self._try_stalled(topic)
            except NotPublished as error:
                self._stall(error)

    def _try_stalled(self, topic: str) -> None:
        """Send its oldest row alone, and let it join the others if that works."""
        deadline = time.monotonic() + STALLED_PATIENCE

        def while_waiting() -> None:
            if time.monotonic() > deadline:
                raise NotPublished("the brokers do not acknowledge it", {topic})
            self._while_waiting()

        drain_topic(self.publisher, topic, while_waiting)
        del self._stalled[topic]
        log.info("relay: %s takes records again", topic)

    def _stall(self, error: NotPublished) -> None:
        for topic in error.topics or (ALL_TOPICS,):
            PUBLISH_FAILURES.labels(topic).inc()
        if not error.topics:
            self.log_outage(f"rows wait: {error}")
            time.sleep(STANDBY_PAUSE)
        for topic in error.topics:
            if topic not in self._stalled:
                log.warning("relay: rows of %s wait: %s", topic, error)
            self._stalled[topic] = time.monotonic() + STALLED_PAUSE

    def _while_waiting(self) -> None:
        """Raises Stopped, and django.db.Error when our session is lost and with it the lock."""
        if self.stop.requested:
            raise Stopped
        if time.monotonic() > self._sent_at + PATIENCE_SECONDS:
            self.log_outage("rows wait: the broker does not answer")
        with connection.cursor() as cursor:
            cursor.execute(STILL_HERE)

    def log_state_change(self, state: str, level: int = logging.INFO) -> None:
        """Log a change of state; no-op for the same state."""
        if state != self._state:
            self._state = state
            log.log(level, "relay: %s", state)

    def log_outage(self, state: str) -> None:
        """Log once that rows wait; the next "active" is its end."""
        self.log_state_change(state, logging.WARNING)


def drain(
    publisher: Publisher,
    while_waiting: Callable[[], None],
    limit: int = BATCH,
    stalled: Sequence[str] = (),
) -> int:
    """Send the oldest `limit` rows, except those of `stalled` topics, then delete them; how many
    there were.

    Raises what the publisher raises; then the rows of the topics that failed are still there.
    """
    return _send(publisher, while_waiting, OLDEST, [[*stalled], limit])


def drain_topic(publisher: Publisher, topic: str, while_waiting: Callable[[], None]) -> int:
    """Like `drain`, for the oldest row of one topic."""
    return _send(publisher, while_waiting, OLDEST_OF_TOPIC, [topic, 1])


def _send(
    publisher: Publisher, while_waiting: Callable[[], None], query: str, parameters: list[Any]
) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows = cursor.fetchall()
        if not rows:
            return 0
        records = [Record(*row[1:]) for row in rows]
        began = time.time_ns()
        try:
            offsets = publisher.publish(records, while_waiting)
        except NotPublished as error:
            if error.topics:
                sent = [row for row in rows if row[1] not in error.topics]
                delete_sent(cursor, [row[0] for row in sent], error.offsets)
                _report_published([one for one in records if one.topic not in error.topics], began)
            raise
        failpoint("relay.post_ack")
        delete_sent(cursor, [row[0] for row in rows], offsets)
    _report_published(records, began)
    return len(rows)


def _report_published(records: Sequence[Record], began: int) -> None:
    """Log line, spans and metrics; `began` in nanoseconds since 1970."""
    if not records:
        return
    traceparents, fields = [one.traceparent for one in records], {"records": len(records)}
    log_traces(log, "published", fields, traceparents)
    tracing.record_parts("publish", traceparents, began, fields)
    for topic, count in Counter(one.topic for one in records).items():
        PUBLISHED.labels(topic).inc(count)


def _is_only_relay() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(TRY_LOCK, [LOCK_KEY])
        return bool(cursor.fetchone()[0])
