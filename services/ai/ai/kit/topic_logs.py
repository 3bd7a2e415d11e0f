"""The ids of topics, and the log start offset and last stable offset of each partition.

Only confluent-kafka returns the ids of topics. It blocks, so its calls run in a thread.
"""

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import confluent_kafka
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from confluent_kafka import IsolationLevel, KafkaException, TopicCollection
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its stubs re-export nothing
    AdminClient,
    OffsetSpec,
)

from ai.kit.kafka_config import KafkaConfig

REQUEST_SECONDS = 10.0
MISSING = {
    confluent_kafka.KafkaError.UNKNOWN_TOPIC_OR_PART,
    confluent_kafka.KafkaError.TOPIC_AUTHORIZATION_FAILED,
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PartitionLog:
    topic_id: str
    """A topic that was deleted and created again has another one."""
    begin: int
    """The log start offset."""
    end: int
    """The last stable offset."""


async def topic_ids(brokers: KafkaConfig, topics: Collection[str]) -> dict[str, str]:
    """By name, the ids of the topics that exist and that ai may describe. Raises KafkaError."""
    described = await _call(brokers, lambda admin: _describe(admin, topics))
    return {name: str(one.topic_id) for name, one in described.items()}


async def partition_logs(
    brokers: KafkaConfig, partitions: Collection[TopicPartition]
) -> dict[TopicPartition, PartitionLog]:
    """The logs of the partitions that exist and that ai may describe. Raises KafkaError."""
    return await _call(brokers, lambda admin: _logs(admin, partitions))


async def _call(brokers: KafkaConfig, work: Callable[[AdminClient], T]) -> T:
    settings: dict[str, Any] = {**brokers.librdkafka(), "log_level": 0, "error_cb": lambda _: None}
    try:
        return await asyncio.to_thread(lambda: work(AdminClient(settings)))
    except (KafkaException, TimeoutError) as error:
        raise KafkaError(f"the topics cannot be described: {error}") from error


def _describe(admin: AdminClient, topics: Collection[str]) -> dict[str, Any]:
    if not topics:
        return {}
    asked = admin.describe_topics(TopicCollection(sorted(topics)), request_timeout=REQUEST_SECONDS)
    found = {name: _result_or_none(answer) for name, answer in asked.items()}
    return {name: one for name, one in found.items() if one is not None}


def _logs(
    admin: AdminClient, partitions: Collection[TopicPartition]
) -> dict[TopicPartition, PartitionLog]:
    described = _describe(admin, {one.topic for one in partitions})
    present = [
        one
        for one in partitions
        if one.topic in described and one.partition < len(described[one.topic].partitions)
    ]
    begins = _offsets(admin, present, OffsetSpec.earliest())  # type: ignore[no-untyped-call]
    ends = _offsets(admin, present, OffsetSpec.latest())  # type: ignore[no-untyped-call]
    return {
        one: PartitionLog(str(described[one.topic].topic_id), begins[one], ends[one])
        for one in present
        if one in begins and one in ends
    }


def _offsets(
    admin: AdminClient, partitions: Collection[TopicPartition], which: OffsetSpec
) -> dict[TopicPartition, int]:
    if not partitions:
        return {}
    answers = admin.list_offsets(
        {confluent_kafka.TopicPartition(one.topic, one.partition): which for one in partitions},
        isolation_level=IsolationLevel.READ_COMMITTED,
        request_timeout=REQUEST_SECONDS,
    )
    found = {
        TopicPartition(one.topic, one.partition): _result_or_none(answer)
        for one, answer in answers.items()
    }
    return {partition: one.offset for partition, one in found.items() if one is not None}


def _result_or_none(answer: Future[Any]) -> Any:
    """None for a topic or partition that does not exist, or that ai may not describe."""
    try:
        return answer.result(REQUEST_SECONDS)
    except KafkaException as error:
        if error.args[0].code() in MISSING:
            return None
        raise
