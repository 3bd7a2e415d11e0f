"""The differences between what is wanted and what is there: pure, so that a plan changes nothing.

Partition counts are never changed, neither down (Kafka cannot) nor up: see decision 3.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import TypeAlias

from infra.kafka.wanted import BROKER_SETTINGS, Grant, WantedTopic


@dataclass(frozen=True, kw_only=True)
class FoundTopic:
    partitions: int
    replication: int
    config: Mapping[str, str]
    """What was set for this topic; what it inherits from the broker is not its own."""


@dataclass(frozen=True, kw_only=True)
class Found:
    topics: Mapping[str, FoundTopic]
    grants: Set[Grant] | None
    """None when the cluster has no authorizer: then everybody may do everything."""
    brokers: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """By broker, its values of BROKER_SETTINGS."""


@dataclass(frozen=True)
class CreateTopic:
    topic: WantedTopic


@dataclass(frozen=True)
class SetConfig:
    topic: str
    name: str
    before: str | None
    after: str


@dataclass(frozen=True)
class AddGrant:
    grant: Grant


@dataclass(frozen=True)
class UnsetConfig:
    topic: str
    name: str
    before: str


@dataclass(frozen=True)
class RemoveGrant:
    grant: Grant


@dataclass(frozen=True)
class Refused:
    """A change that the catalogue asks for but that must not be made to a topic in use."""

    topic: str
    what: str
    before: int
    after: int
    instead: str


@dataclass(frozen=True)
class Unknown:
    """A topic under our name that the catalogue does not have. It is never deleted from here."""

    topic: str


@dataclass(frozen=True)
class BrokerSetting:
    """A broker's own setting, which is changed in its configuration file and not from here."""

    broker: int
    name: str
    before: str
    after: str


Addition: TypeAlias = CreateTopic | SetConfig | AddGrant
Removal: TypeAlias = UnsetConfig | RemoveGrant
Difference: TypeAlias = Addition | Removal | Refused | Unknown | BrokerSetting

PARTITIONS_INSTEAD = "a learner's facts would lose their order: make a new topic and replay"
REPLICATION_INSTEAD = "move replicas with kafka-reassign-partitions.sh"


def differences(
    topics: Iterable[WantedTopic], grants: Set[Grant], found: Found, *, namespace: str
) -> list[Difference]:
    """All of them, in the order in which they are to be applied."""
    wanted = {topic.name: topic for topic in topics}
    same = [(topic, found.topics[name]) for name, topic in wanted.items() if name in found.topics]
    return [
        *(refusal for pair in same for refusal in _refusals(*pair)),
        *(CreateTopic(topic) for name, topic in wanted.items() if name not in found.topics),
        *(change for pair in same for change in _settings(*pair)),
        *_grants(grants, found.grants, set(wanted)),
        *(
            Unknown(name)
            for name in sorted(found.topics)
            if name.startswith(namespace) and name not in wanted
        ),
        *(
            BrokerSetting(broker, name, settings[name], value)
            for broker, settings in found.brokers.items()
            for name, value in BROKER_SETTINGS.items()
            if settings[name] != value
        ),
    ]


def _refusals(wanted: WantedTopic, found: FoundTopic) -> Iterator[Refused]:
    if wanted.partitions != found.partitions:
        yield Refused(
            wanted.name, "partitions", found.partitions, wanted.partitions, PARTITIONS_INSTEAD
        )
    if wanted.replication != found.replication:
        yield Refused(
            wanted.name, "replication", found.replication, wanted.replication, REPLICATION_INSTEAD
        )


def _settings(wanted: WantedTopic, found: FoundTopic) -> Iterator[SetConfig | UnsetConfig]:
    for name, value in wanted.config.items():
        if found.config.get(name) != value:
            yield SetConfig(wanted.name, name, found.config.get(name), value)
    for name, value in found.config.items():
        if name not in wanted.config:
            yield UnsetConfig(wanted.name, name, value)


def _grants(
    wanted: Set[Grant], found: Set[Grant] | None, topics: Set[str]
) -> Iterator[AddGrant | RemoveGrant]:
    if found is None:
        return
    ours = {grant.principal for grant in wanted}
    yield from map(AddGrant, sorted(wanted - found))
    for grant in sorted(found - wanted):
        if grant.principal in ours or _covers(grant, topics):
            yield RemoveGrant(grant)


def _covers(grant: Grant, topics: Set[str]) -> bool:
    """Whether an ACL of a foreign principal reaches one of our topics."""
    if grant.resource != "TOPIC":
        return False
    if grant.pattern == "PREFIXED":
        return any(topic.startswith(grant.name) for topic in topics)
    return grant.name == "*" or grant.name in topics
