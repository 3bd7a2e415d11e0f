"""The one place where core speaks to Kafka."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from ongoza_contracts.codec import Record

POLL_SECONDS = 0.2


TOPIC_UNKNOWN_MS = 500
"""How long a topic that the brokers do not know may still become known. Its records stay in the
outbox and are sent again, so that waiting longer would only delay those of other topics."""
SILENT_SECONDS = 10.0
"""How long a topic may acknowledge nothing while another one has acknowledged everything."""


class NotPublished(RuntimeError):
    """Not every record was acknowledged; those that were may be sent again."""

    def __init__(self, reason: str, topics: Collection[str] = ()) -> None:
        """`topics` are those with a record that was not acknowledged; empty when that concerns
        the cluster and not single topics."""
        super().__init__(reason)
        self.topics = frozenset(topics)


class ProducerBroken(RuntimeError):
    """The producer can never send again: the process has to be restarted."""


class Publisher:
    """An idempotent producer that waits for every acknowledgement."""

    def __init__(self, client: Mapping[str, str]) -> None:
        """`client` says where the brokers are and how to sign in, in librdkafka's names."""
        self._fatal: KafkaError | None = None
        self.auth_error: KafkaError | None = None
        self._producer: Producer | None = None
        self._configuration = {
            **client,
            "enable.idempotence": True,
            "acks": "all",
            "linger.ms": 5,  # while a batch is handed over: `flush` sends without lingering
            # Below the topics' max.message.bytes, which bounds a whole batch.
            "batch.size": 200_000,
            "message.timeout.ms": 300_000,
            "topic.metadata.propagation.max.ms": TOPIC_UNKNOWN_MS,
            "reconnect.backoff.max.ms": 1_000,
            "error_cb": self._on_error,
            "log_level": 0,  # the relay logs an outage, once
        }

    def publish(self, records: Sequence[Record], while_waiting: Callable[[], None]) -> None:
        """Send `records` in order and return when the broker has them all.

        `while_waiting` is called a few times a second; what it raises ends the waiting. Raises
        NotPublished when a record is refused or not acknowledged in time, and ProducerBroken.
        """
        try:
            self._send(records, while_waiting)
        except BaseException:
            self._abandon()
            raise

    def _send(self, records: Sequence[Record], while_waiting: Callable[[], None]) -> None:
        delivery = Delivery(records)
        producer = self._producer = self._producer or Producer(self._configuration)
        for record in records:
            # A later version must not overtake one that its topic refused.
            if not delivery.has_failed(record.topic):
                _produce(producer, record, delivery)
        while _flush(producer) and not self._fatal and not self.auth_error:
            if delivery.is_decided():
                break
            while_waiting()
        if self._fatal:
            raise ProducerBroken(self._fatal.str())
        if self.auth_error:
            raise NotPublished(self.auth_error.str())
        delivery.raise_for_failures()

    def _abandon(self) -> None:
        """Drop queued records: they must not overtake those of the next try."""
        if self._producer is not None:
            self._producer.purge()
            self._producer = self.auth_error = None

    def _on_error(self, error: KafkaError) -> None:
        if error.fatal():
            self._fatal = error
        if error.code() == KafkaError._AUTHENTICATION:  # it would try in silence until a timeout
            self.auth_error = error


class Delivery:
    """What the brokers answered to a batch, by topic."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._left = Counter(record.topic for record in records)
        self._failures: dict[str, str] = {}
        self._acknowledged_at = time.monotonic()

    def fail(self, topic: str, error: KafkaError) -> None:
        self._failures.setdefault(topic, error.str())

    def has_failed(self, topic: str) -> bool:
        return topic in self._failures

    def on_delivery(self, error: KafkaError | None, message: Message) -> None:
        topic = str(message.topic())
        if error is not None:
            self.fail(topic, error)
        else:
            self._left[topic] -= 1
            self._acknowledged_at = time.monotonic()

    def is_decided(self) -> bool:
        """Whether waiting longer would only delay the topics that are done."""
        waiting = self._waiting()
        silent = time.monotonic() > self._acknowledged_at + SILENT_SECONDS
        if silent and len(waiting) < len(self._left):
            self._failures |= dict.fromkeys(waiting, "the brokers do not acknowledge it")
        return not self._waiting()

    def raise_for_failures(self) -> None:
        """Raises NotPublished."""
        if self._failures:
            raise NotPublished(next(iter(self._failures.values())), self._failures)

    def _waiting(self) -> list[str]:
        return [t for t, left in self._left.items() if left and t not in self._failures]


def _flush(producer: Producer) -> int:
    """How many records still wait. Raises ProducerBroken."""
    try:
        return producer.flush(POLL_SECONDS)
    except KafkaException as error:
        raise ProducerBroken(error.args[0].str()) from None


def _produce(producer: Producer, record: Record, delivery: Delivery) -> None:
    """Raises ProducerBroken. Another failure is the topic's: there is none of this name, it has no
    such partition, or we may not write it."""
    try:
        producer.produce(
            record.topic,
            value=record.payload,
            key=record.key.encode(),
            partition=record.partition,
            headers=[*record.headers()],
            on_delivery=delivery.on_delivery,
        )
    except KafkaException as error:
        if error.args[0].fatal():
            raise ProducerBroken(error.args[0].str()) from None
        delivery.fail(record.topic, error.args[0])
