"""Creates all Kafka consumers of ai: one created elsewhere would stop at the first record that
aiokafka cannot decode. See `ai.kit.record_batches`."""

from typing import Any

from aiokafka import AIOKafkaConsumer
from faststream.kafka import KafkaBroker

from ai.kit.kafka_config import READ_COMMITTED, KafkaConfig
from ai.kit.record_batches import use_tolerant_records


def create_consumer(brokers: KafkaConfig, **options: Any) -> AIOKafkaConsumer:
    """A consumer that reads committed records alone; `options` are those of aiokafka."""
    use_tolerant_records()
    return AIOKafkaConsumer(**brokers.client(), isolation_level=READ_COMMITTED, **options)


def create_broker(brokers: KafkaConfig, **options: Any) -> KafkaBroker:
    """FastStream's broker, which creates the consumers of its subscribers itself; `options` are
    those of FastStream. It would take a text with several addresses for one address."""
    use_tolerant_records()
    addresses = [address.strip() for address in brokers.servers.split(",")]
    return KafkaBroker(addresses, security=brokers.security(), **options)
