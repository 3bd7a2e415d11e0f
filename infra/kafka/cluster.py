"""Reads a cluster's topics and ACLs, and changes them."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from itertools import groupby
from typing import Any, TypeVar

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its stubs re-export nothing
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ClusterMetadata,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialUpsertion,
)

from infra.kafka.plan import (
    AddGrant,
    Addition,
    CreateTopic,
    Found,
    FoundTopic,
    Removal,
    RemoveGrant,
    SetConfig,
    UnsetConfig,
)
from infra.kafka.wanted import BROKER_SETTINGS, Grant

T = TypeVar("T")

TIMEOUT_SECONDS = 30
SCRAM_ROUNDS = 8192
AUTHORIZER = "authorizer.class.name"


class Unreachable(RuntimeError):
    """The cluster does not answer, or not to us; the message says why."""


class Cluster:
    """Raises Unreachable, and confluent_kafka.KafkaException when the cluster refuses."""

    def __init__(self, connection: Mapping[str, str]) -> None:
        self._auth_error: KafkaError | None = None
        settings: dict[str, Any] = {**connection, "error_cb": self._on_error, "log_level": 0}
        self._admin = AdminClient(settings)

    def read(self) -> Found:
        """Waits while one broker knows a topic that another, which was asked for its settings, does
        not know yet."""
        return _again_while(KafkaError.UNKNOWN_TOPIC_OR_PART, self._read)

    def _read(self) -> Found:
        present = self._metadata()
        configs = self._configs(present)
        topics = {
            name: FoundTopic(
                partitions=len(topic.partitions),
                replication=len(topic.partitions[0].replicas),
                config=configs[name],
            )
            for name, topic in present.topics.items()
        }
        settings = {broker: self._broker_settings(broker) for broker in sorted(present.brokers)}
        return Found(
            topics=topics,
            grants=self._grants(settings[min(settings)]),
            brokers={
                broker: {name: str(found[name].value) for name in BROKER_SETTINGS}
                for broker, found in settings.items()
            },
        )

    def perform(self, changes: Iterable[Addition | Removal]) -> None:
        """One after the other, so that an error leaves earlier changes done. The settings of a
        topic change together, because the broker refuses a minimum above its maximum even for a
        moment."""
        for topic, group in groupby(changes, _configured_topic):
            if topic is not None:
                self._alter(topic, [_config_entry(change) for change in group])
                continue
            for change in group:
                self._perform_alone(change)

    def _perform_alone(self, change: Addition | Removal) -> None:
        match change:
            case CreateTopic(topic):
                new = NewTopic(
                    topic.name,
                    topic.partitions,
                    topic.replication,
                    config=dict(topic.config),
                )
                # Brokers that start, or were too busy to report to the controller, take no
                # partitions for a while.
                _again_while(
                    KafkaError.INVALID_REPLICATION_FACTOR,
                    lambda: _await(self._admin.create_topics([new])),
                )
            case AddGrant(grant):
                _await(self._admin.create_acls([_binding(AclBinding, grant)]))
            case RemoveGrant(grant):
                _await(self._admin.delete_acls([_binding(AclBindingFilter, grant)]))

    def set_passwords(self, passwords: Mapping[str, str]) -> None:
        """Let these users log in with SCRAM-SHA-512, from now on with these passwords."""
        how = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, SCRAM_ROUNDS)
        changes: list[UserScramCredentialAlteration] = [
            UserScramCredentialUpsertion(user, how, password.encode())
            for user, password in passwords.items()
        ]
        self._metadata()
        _await(self._admin.alter_user_scram_credentials(changes))

    def require_login(self) -> None:
        """Raises Unreachable when the cluster refuses our login or does not answer."""
        self._metadata()

    def _metadata(self) -> ClusterMetadata:
        """A refused password is reported to the error callback only; the request times out."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            try:
                return self._admin.list_topics(timeout=1)
            except KafkaException as error:
                self._admin.poll(0)
                if self._auth_error or time.monotonic() > deadline:
                    cause = self._auth_error or error.args[0]
                    raise Unreachable(cause.str()) from None

    def _configs(self, present: ClusterMetadata) -> dict[str, dict[str, str]]:
        asked = [ConfigResource(ResourceType.TOPIC, name) for name in present.topics]
        own = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
        return {
            resource.name: {
                name: entry.value
                for name, entry in answer.result(TIMEOUT_SECONDS).items()
                if entry.source == own
            }
            for resource, answer in (self._admin.describe_configs(asked).items() if asked else ())
        }

    def _grants(self, broker_settings: Mapping[str, ConfigEntry]) -> set[Grant] | None:
        """None without an authorizer: the client itself gives an empty list then."""
        if not broker_settings[AUTHORIZER].value:
            return None
        everything = AclBindingFilter(
            ResourceType.ANY,
            None,  # type: ignore[arg-type]  # its stubs do not allow open fields of a filter
            ResourcePatternType.ANY,
            None,  # type: ignore[arg-type]
            None,  # type: ignore[arg-type]
            AclOperation.ANY,
            AclPermissionType.ANY,
        )
        return {
            _grant(binding)
            for binding in self._admin.describe_acls(everything).result(TIMEOUT_SECONDS)
        }

    def _broker_settings(self, broker: int) -> dict[str, ConfigEntry]:
        asked = ConfigResource(ResourceType.BROKER, str(broker))
        (settings,) = self._admin.describe_configs([asked]).values()
        return dict(settings.result(TIMEOUT_SECONDS))

    def _alter(self, topic: str, entries: list[ConfigEntry]) -> None:
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
        _await(self._admin.incremental_alter_configs([resource]))

    def _on_error(self, error: KafkaError) -> None:
        if error.code() in {KafkaError._AUTHENTICATION, KafkaError._SSL}:
            self._auth_error = error


def _configured_topic(change: Addition | Removal) -> str | None:
    """The topic whose settings the change concerns; None for other changes."""
    return change.topic if isinstance(change, SetConfig | UnsetConfig) else None


def _config_entry(change: Addition | Removal) -> ConfigEntry:
    match change:
        case SetConfig(name=name, after=value):
            entry = ConfigEntry(name, value)
            entry.incremental_operation = AlterConfigOpType.SET
        case UnsetConfig(name=name):
            entry = ConfigEntry(name, None)
            entry.incremental_operation = AlterConfigOpType.DELETE
        case _:
            raise TypeError(f"{change} is no setting of a topic")
    return entry


def _again_while(code: int, request: Callable[[], T]) -> T:
    """Repeats a request for up to `TIMEOUT_SECONDS` while it is refused with this code."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        try:
            return request()
        except KafkaException as error:
            if error.args[0].code() != code or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def _await(futures: Mapping[Any, Future[Any]]) -> None:
    for future in futures.values():
        future.result(TIMEOUT_SECONDS)


def _binding(make: type[Any], grant: Grant) -> Any:
    return make(
        ResourceType[grant.resource],
        grant.name,
        ResourcePatternType[grant.pattern],
        grant.principal,
        grant.host,
        AclOperation[grant.operation],
        AclPermissionType[grant.permission],
    )


def _grant(binding: Any) -> Grant:  # not AclBinding: its stubs allow names and numbers
    return Grant(
        binding.principal,
        binding.permission_type.name,
        binding.operation.name,
        binding.restype.name,
        binding.name,
        binding.resource_pattern_type.name,
        binding.host,
    )
