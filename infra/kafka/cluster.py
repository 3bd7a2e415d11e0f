"""What a Kafka cluster has, and bringing it to what the catalogue says."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its stubs re-export nothing
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from infra.kafka.plan import Grant, State, Step, steps, wanted
from ongoza_contracts.topics import TOPICS, Topic

TIMEOUT_SECONDS = 30
SEEN_SECONDS = 20
DYNAMIC_TOPIC_CONFIG = 1
"""Of a setting: it was given to this topic, and is not a default."""


class Refused(RuntimeError):
    """Something that applying cannot mend; nothing was changed."""


class Cluster:
    def __init__(self, client: Mapping[str, Any], replication_factor: int = -1) -> None:
        """`client` is confluent-kafka's configuration. A factor of -1 is the broker's default."""
        self._admin = AdminClient({**client, "log_level": 0})
        self._replication_factor = replication_factor

    def found(self) -> State:
        """Raises confluent_kafka.KafkaException when the broker refuses or is away."""
        topics = self._admin.list_topics(timeout=TIMEOUT_SECONDS).topics
        ours = [name for name in topics if name.startswith("ongoza.")]
        return State(
            partitions={name: len(topics[name].partitions) for name in ours},
            configs=self._configs(ours),
            grants=self._grants(),
        )

    def plan(
        self, topics: Sequence[Topic] = TOPICS, settings: Mapping[str, str] | None = None
    ) -> list[Step]:
        """What is missing to be as the catalogue says. Raises KafkaException."""
        return list(steps(self.found(), wanted(topics, settings)))

    def apply(
        self, topics: Sequence[Topic] = TOPICS, settings: Mapping[str, str] | None = None
    ) -> list[Step]:
        """What was done; harmless to repeat. Raises Refused and KafkaException."""
        want, found = wanted(topics, settings), self.found()
        todo = list(steps(found, want))
        if refused := [step for step in todo if step.what == "refused"]:
            raise Refused("; ".join(f"{step.subject} {step.detail}" for step in refused))
        new = [name for name in want.partitions if name not in found.partitions]
        self._create(new, want)
        self._configure([name for name in want.partitions if name not in new], found, want)
        if found.grants is not None and want.grants is not None:
            self._grant(want.grants - found.grants)
            self._revoke(found.grants - want.grants)
        done = [step for step in todo if step.what != "unknown"]
        if done:
            self._wait_until_seen(want)
        return done

    def _wait_until_seen(self, want: State) -> None:
        """A broker answers before it has heard of what its controller has just noted."""
        deadline = time.monotonic() + SEEN_SECONDS
        while any(step.what != "unknown" for step in steps(self.found(), want)):
            if time.monotonic() > deadline:
                raise Refused("the cluster does not show what was applied")
            time.sleep(0.1)

    def _create(self, names: Sequence[str], want: State) -> None:
        new = [
            NewTopic(
                name,
                want.partitions[name],
                replication_factor=self._replication_factor,
                config=dict(want.configs[name]),
            )
            for name in names
        ]
        if new:
            _wait(self._admin.create_topics(new))

    def _configure(self, names: Iterable[str], found: State, want: State) -> None:
        resources = []
        for name in names:
            there, should = found.configs[name], want.configs[name]
            entries = [
                ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
                for key, value in should.items()
                if there.get(key) != value
            ]
            entries += [
                ConfigEntry(key, "", incremental_operation=AlterConfigOpType.DELETE)
                for key in there.keys() - should.keys()
            ]
            if entries:
                resources.append(
                    ConfigResource(ResourceType.TOPIC, name, incremental_configs=entries)
                )
        if resources:
            _wait(self._admin.incremental_alter_configs(resources))

    def _configs(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        if not names:
            return {}
        asked = self._admin.describe_configs(
            [ConfigResource(ResourceType.TOPIC, name) for name in names]
        )
        return {
            resource.name: {
                entry.name: entry.value
                for entry in future.result(TIMEOUT_SECONDS).values()
                if entry.source == DYNAMIC_TOPIC_CONFIG
            }
            for resource, future in asked.items()
        }

    def _grants(self) -> frozenset[Grant] | None:
        if not self._checks_rights():
            return None
        everything: Any = (
            *(ResourceType.ANY, None, ResourcePatternType.ANY, None, None),
            *(AclOperation.ANY, AclPermissionType.ANY),
        )
        asked = self._admin.describe_acls(AclBindingFilter(*everything))
        return frozenset(_grant_of(one) for one in asked.result(TIMEOUT_SECONDS))

    def _checks_rights(self) -> bool:
        """A broker without an authorizer lists no rights, as one on which nobody has any."""
        brokers = self._admin.list_topics(timeout=TIMEOUT_SECONDS).brokers
        one = ConfigResource(ResourceType.BROKER, str(next(iter(brokers))))
        (future,) = self._admin.describe_configs([one]).values()
        return bool(future.result(TIMEOUT_SECONDS)["authorizer.class.name"].value)

    def _grant(self, grants: Iterable[Grant]) -> None:
        if bindings := [_binding(one) for one in grants]:
            _wait(self._admin.create_acls(bindings))

    def _revoke(self, grants: Iterable[Grant]) -> None:
        if filters := [_filter(one) for one in grants]:
            _wait(self._admin.delete_acls(filters))


def _wait(futures: Mapping[Any, Any]) -> None:
    for future in futures.values():
        future.result(TIMEOUT_SECONDS)


def _parts(grant: Grant) -> tuple[Any, ...]:
    kind = "BROKER" if grant.resource == "CLUSTER" else grant.resource
    return (
        ResourceType[kind],
        grant.name,
        ResourcePatternType.PREFIXED if grant.prefixed else ResourcePatternType.LITERAL,
        grant.principal,
        "*",
        AclOperation[grant.operation],
        AclPermissionType.ALLOW,
    )


def _binding(grant: Grant) -> AclBinding:
    return AclBinding(*_parts(grant))


def _filter(grant: Grant) -> AclBindingFilter:
    return AclBindingFilter(*_parts(grant))


def _grant_of(binding: Any) -> Grant:
    kind = "CLUSTER" if binding.restype == ResourceType.BROKER else binding.restype.name
    return Grant(
        binding.principal,
        binding.operation.name,
        kind,
        binding.name,
        binding.resource_pattern_type == ResourcePatternType.PREFIXED,
    )
