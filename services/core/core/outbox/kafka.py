"""The one place where core speaks to Kafka."""

import threading
from collections.abc import Sequence

from confluent_kafka import KafkaError, Message, Producer

from ongoza_contracts.codec import Record

POLL_SECONDS = 0.2


class NotPublished(RuntimeError):
    """Not every record was acknowledged; those that were may be sent again."""


class ProducerBroken(RuntimeError):
    """The producer can never send again: the process has to be restarted."""


class Publisher:
    """An idempotent producer that waits for every acknowledgement."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._fatal: KafkaError | None = None
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap_servers,
                "enable.idempotence": True,
                "acks": "all",
                "linger.ms": 0,
                "message.timeout.ms": 60_000,
                "reconnect.backoff.max.ms": 1_000,
                "error_cb": self._on_error,
            }
        )

    def publish(self, records: Sequence[Record], stop: threading.Event) -> None:
        """Send `records` in order and wait until the broker has them all.

        Raises NotPublished when one is refused, not acknowledged in time, or `stop` is set
        meanwhile; ProducerBroken when sending is over for good.
        """
        failures: list[KafkaError] = []

        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                failures.append(error)

        for record in records:
            self._producer.produce(
                record.topic,
                value=record.payload,
                key=record.key.encode(),
                partition=record.partition,
                headers=record.headers(),
                on_delivery=delivered,
            )
        while self._producer.flush(POLL_SECONDS) and not self._fatal:
            if stop.is_set():
                raise NotPublished("asked to stop")
        if self._fatal:
            raise ProducerBroken(self._fatal.str())
        if failures:
            raise NotPublished(f"{len(failures)} of {len(records)}: {failures[0].str()}")

    def _on_error(self, error: KafkaError) -> None:
        if error.fatal():
            self._fatal = error
