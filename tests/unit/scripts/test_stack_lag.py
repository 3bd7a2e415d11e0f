"""The offsets of a partition are asked for again until its broker leads it."""

from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from scripts.stack.lag import watermarks

PARTITION = TopicPartition("ongoza.progress", 0)


class Consumer:
    """Fails with each of these errors before it answers."""

    def __init__(self, *errors: int) -> None:
        self.errors = [*errors]

    def get_watermark_offsets(self, partition: TopicPartition, timeout: float) -> tuple[int, int]:
        assert partition == PARTITION
        assert timeout <= 5
        if self.errors:
            raise KafkaException(KafkaError(self.errors.pop(0)))
        return 0, 7


def test_a_broker_that_does_not_lead_the_partition_yet_is_asked_again() -> None:
    consumer: Any = Consumer(KafkaError.NOT_LEADER_FOR_PARTITION)
    assert watermarks(consumer, PARTITION, 5) == (0, 7)


def test_other_errors_are_raised() -> None:
    consumer: Any = Consumer(KafkaError.TOPIC_AUTHORIZATION_FAILED)
    with pytest.raises(KafkaException):
        watermarks(consumer, PARTITION, 5)


def test_a_broker_that_never_leads_the_partition_is_an_error() -> None:
    consumer: Any = Consumer(*[KafkaError.NOT_LEADER_FOR_PARTITION] * 100)
    with pytest.raises(KafkaException):
        watermarks(consumer, PARTITION, 0.3)
