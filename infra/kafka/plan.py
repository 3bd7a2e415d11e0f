"""What a cluster should be like by the catalogue, and what is missing to be so. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ongoza_contracts.topics import Topic

Operation = Literal["READ", "WRITE", "DESCRIBE", "IDEMPOTENT_WRITE"]


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One ACL line: what a principal may do, from any host."""

    principal: str
    operation: str
    resource: str
    """TOPIC, GROUP or CLUSTER."""
    name: str
    prefixed: bool = False

    def __str__(self) -> str:
        name = f"{self.name}*" if self.prefixed else self.name
        return f"{self.principal} may {self.operation} {self.resource} {name}"


@dataclass(frozen=True, slots=True)
class State:
    """What a cluster has, or should have."""

    partitions: Mapping[str, int] = field(default_factory=dict)
    """By topic."""
    configs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By topic, the settings that are its own."""
    grants: frozenset[Grant] | None = None
    """None where the brokers check no rights."""


@dataclass(frozen=True, slots=True)
class Step:
    """One difference. `refused` ones cannot be mended by applying."""

    what: Literal["create", "set", "unset", "grant", "revoke", "refused", "unknown"]
    subject: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.subject} {self.detail}".rstrip()


def wanted(topics: Sequence[Topic], replication: Mapping[str, str] | None = None) -> State:
    """`replication` are settings for all topics, such as min.insync.replicas."""
    return State(
        partitions={topic.name: topic.partitions for topic in topics},
        configs={topic.name: {**topic.config(), **(replication or {})} for topic in topics},
        grants=frozenset(_grants(topics)),
    )


def steps(found: State, want: State) -> Iterator[Step]:
    """In the order in which they are to be done."""
    for topic, partitions in want.partitions.items():
        if topic not in found.partitions:
            yield Step("create", topic, f"with {partitions} partitions")
        elif found.partitions[topic] != partitions:
            there = found.partitions[topic]
            yield Step("refused", topic, f"has {there} partitions, the catalogue says {partitions}")
        yield from _settings(topic, found.configs.get(topic, {}), want.configs[topic])
    for topic in sorted(found.partitions.keys() - want.partitions.keys()):
        if topic.startswith("ongoza."):
            yield Step("unknown", topic, "is not in the catalogue; it is left alone")
    if found.grants is not None and want.grants is not None:
        yield from (Step("grant", str(one)) for one in sorted(want.grants - found.grants))
        yield from (Step("revoke", str(one)) for one in sorted(found.grants - want.grants))


def _settings(topic: str, found: Mapping[str, str], want: Mapping[str, str]) -> Iterator[Step]:
    for name, value in want.items():
        if found.get(name) != value:
            yield Step("set", topic, f"{name}: {found.get(name, 'default')} -> {value}")
    for name in sorted(found.keys() - want.keys()):
        yield Step("unset", topic, f"{name}: {found[name]} -> default")


def _grants(topics: Sequence[Topic]) -> Iterator[Grant]:
    for topic in topics:
        producer = f"User:{topic.producer}"
        yield Grant(producer, "WRITE", "TOPIC", topic.name)
        yield Grant(producer, "DESCRIBE", "TOPIC", topic.name)
        yield Grant(producer, "IDEMPOTENT_WRITE", "CLUSTER", "kafka-cluster")
        for consumer in topic.consumers:
            reader = f"User:{consumer}"
            yield Grant(reader, "READ", "TOPIC", topic.name)
            yield Grant(reader, "DESCRIBE", "TOPIC", topic.name)
            # Its own groups: `engagement_stats` reads as engagement-stats, engagement-stats-2, ...
            yield Grant(reader, "READ", "GROUP", consumer.replace("_", "-"), prefixed=True)
