"""The topics, settings and ACLs that a cluster must have by the catalogue."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ongoza_contracts.topics import TOPICS, Topic

BROKER_SETTINGS: Mapping[str, str] = {"compression.type": "producer"}
"""What topics inherit from every broker: records stay compressed as their producer sent them."""

PRODUCERS_WITH_READ = frozenset({"core"})
"""Producers that read their own topics, without a group, to compare them with their database."""


@dataclass(frozen=True, kw_only=True)
class WantedTopic:
    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]


@dataclass(frozen=True, order=True)
class Grant:
    """One ACL, in Kafka's own terms."""

    principal: str
    permission: str
    operation: str
    resource: str
    name: str
    pattern: str
    host: str = "*"

    def __str__(self) -> str:
        at = "" if self.host == "*" else f" from {self.host}"
        return f"{self.permission} {self.operation} on {self.resource} {self.name}{self._star}{at}"

    @property
    def _star(self) -> str:
        return "*" if self.pattern == "PREFIXED" else ""


def wanted_topics(replication: int, topics: Iterable[Topic] = TOPICS) -> list[WantedTopic]:
    """With more than one copy, a write is acknowledged when all but one of them have it."""
    safety = {"min.insync.replicas": str(replication - 1)} if replication > 1 else {}
    return [
        WantedTopic(
            name=topic.name,
            partitions=topic.partitions,
            replication=replication,
            config={**topic.config(), **safety},
        )
        for topic in topics
    ]


def wanted_grants(topics: Iterable[Topic] = TOPICS, reader: str = "") -> set[Grant]:
    """A producer may write its topics; a consumer may read its, in groups that bear its name.

    `reader` is a consumer of every topic.
    """
    grants = set()
    for topic in topics:
        grants.add(_allow(topic.producer, "WRITE", "TOPIC", topic.name))
        if topic.producer in PRODUCERS_WITH_READ:
            grants.add(_allow(topic.producer, "READ", "TOPIC", topic.name))
        for consumer in (*topic.consumers, *([reader] if reader else [])):
            grants.add(_allow(consumer, "READ", "TOPIC", topic.name))
            group = group_of(consumer)
            grants.add(_allow(consumer, "READ", "GROUP", group))
            grants.add(_allow(consumer, "READ", "GROUP", f"{group}-", "PREFIXED"))
    return grants


def principals(topics: Iterable[Topic] = TOPICS, reader: str = "") -> set[str]:
    return {grant.principal for grant in wanted_grants(topics, reader)}


def group_of(consumer: str) -> str:
    """`engagement_stats` reads in the group `engagement-stats`, or in `engagement-stats-...`."""
    return consumer.replace("_", "-")


def _allow(who: str, operation: str, resource: str, name: str, pattern: str = "LITERAL") -> Grant:
    # WRITE and READ bring DESCRIBE with them, and the right to write makes an idempotent producer.
    return Grant(f"User:{who}", "ALLOW", operation, resource, name, pattern)
