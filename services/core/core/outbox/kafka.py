"""The one place where core speaks to Kafka."""

from collections.abc import Callable, Mapping, Sequence

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from ongoza_contracts.codec import Record

POLL_SECONDS = 0.2


class NotPublished(RuntimeError):
    """Not every record was acknowledged; those that were may be sent again."""


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
        failures: list[KafkaError] = []

        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                failures.append(error)

        producer = self._producer = self._producer or Producer(self._configuration)
        try:
            for record in records:
                producer.produce(
                    record.topic,
                    value=record.payload,
                    key=record.key.encode(),
                    partition=record.partition,
                    headers=[*record.headers()],
                    on_delivery=delivered,
                )
            while producer.flush(POLL_SECONDS) and not (failures or self._fatal or self.auth_error):
                while_waiting()
        except KafkaException as error:  # no such topic or partition, or no right to write at all
            if error.args[0].fatal():
                raise ProducerBroken(error.args[0].str()) from None
            raise NotPublished(error.args[0].str()) from None
        if self._fatal:
            raise ProducerBroken(self._fatal.str())
        if failure := self.auth_error or next(iter(failures), None):
            raise NotPublished(failure.str())

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
