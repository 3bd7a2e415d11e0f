"""A batch of records, decoded and reduced to the newest fact of each entity. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Generic, Protocol, TypeAlias, TypeVar
from uuid import UUID

from ai.projections.registry import PROJECTIONS, REGISTRY, Registry
from ongoza_contracts.codec import BadRecord, Headers, Received, Tombstone, Unknown, decode
from ongoza_contracts.content import ContentPublished, ContentRetired
from ongoza_contracts.event import Fact
from ongoza_contracts.http.reconcile import VERSION_GAP_MAX
from ongoza_contracts.profiling import ProfilingAnswered, ProfilingCompleted, ProfilingDeleted
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.sign_ins import SignInEnded, SignInStarted
from ongoza_contracts.topics import Topic, topic_of
from ongoza_contracts.users import UserCreated, UserErased, UserUpdated
from ongoza_ops import trace

UserFact: TypeAlias = UserCreated | UserUpdated
ContentFact: TypeAlias = ContentPublished | ContentRetired
ProfilingFact: TypeAlias = ProfilingAnswered | ProfilingCompleted | ProfilingDeleted
SignInFact: TypeAlias = SignInStarted | SignInEnded

FAR_VERSION_CODE = "far_version"
"""The cause code of a version beyond VERSION_GAP_MAX, stored with parked records."""

CONSUMED: tuple[Topic, ...] = tuple(projection.topic for projection in PROJECTIONS)


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


K = TypeVar("K")
V = TypeVar("V", bound=Versioned)


class RawRecord(Protocol):
    """The attributes of a Kafka client's record that we use."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def timestamp(self) -> int:
        """In milliseconds since 1970; not above 0 if unknown."""
        ...


class Newest(dict[K, V], Generic[K, V]):
    """Keeps the highest version of each key."""

    def add(self, key: K, fact: V) -> None:
        known = self.get(key)
        if known is None or fact.version > known.version:
            self[key] = fact


@dataclass(frozen=True, slots=True)
class Entity:
    """A fact that has no typed table."""

    kind: str
    key: str
    fact: Fact
    body: bytes
    """The bytes received, so that fields of later releases are stored as well."""

    @property
    def version(self) -> int:
        return self.fact.version


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that has to be parked, with the cause, which never quotes the record."""

    record: RawRecord
    code: str
    cause: str
    fact: Fact | None = None
    """The fact of a record that was understood but not trusted: an operator may accept it."""


@dataclass(slots=True)
class Batch:
    registry: Registry = REGISTRY
    users: Newest[int, UserFact] = field(default_factory=Newest)
    erased: Newest[tuple[int, int], UserErased] = field(default_factory=Newest)
    """By user and version, because an operator may have revoked one of them."""
    content: Newest[str, ContentFact] = field(default_factory=Newest)
    progress: Newest[tuple[int, str], ProgressUpdated] = field(default_factory=Newest)
    profiling: Newest[UUID, ProfilingFact] = field(default_factory=Newest)
    sign_ins: Newest[tuple[int, UUID], SignInFact] = field(default_factory=Newest)
    entities: Newest[tuple[str, str], Entity] = field(default_factory=Newest)
    """By kind and key."""
    refused: list[Refused] = field(default_factory=list)
    positions: dict[tuple[str, int], int] = field(default_factory=dict)
    """The offset after the last record of each topic and partition."""
    traceparents: list[str] = field(default_factory=list)
    """Of the facts that have one."""
    first_traceparents: dict[int | None, str] = field(default_factory=dict)
    """By owner, that of the first of its facts; by None that of a fact without owner."""
    facts: int = 0
    """The number of records with a fact of a known type."""
    unknown_types: int = 0
    tombstones: int = 0
    times: list[datetime] = field(default_factory=list)
    """When the facts were queued to be published, as far as their records say. `ce_time` is
    earlier if a fact was published before."""

    def add(self, fact: Fact, body: bytes) -> None:
        """Adds a fact, which was decoded from `body`. Raises TypeError for one without
        projection."""
        projection = self.registry.by_fact.get(type(fact))
        if projection is None:
            raise TypeError(f"{fact.type} is in the catalogue, but ai has no projection of it")
        self.facts += 1
        if projection.table is None:
            kind, key = projection.topic.kind, fact.key
            self.entities.add((kind, key), Entity(kind, key, fact, body))
        else:
            self._add_typed(fact)

    def versions(self) -> dict[tuple[str, str], int]:
        """By kind and key, the highest version of each entity that the batch has a fact of."""
        facts: Iterable[Fact] = chain(
            *(self.users.values(), self.erased.values(), self.content.values()),
            *(self.progress.values(), self.profiling.values(), self.sign_ins.values()),
            (one.fact for one in self.entities.values()),
        )
        found: dict[tuple[str, str], int] = {}
        for fact in facts:
            entity = topic_of(type(fact)).kind, fact.key
            found[entity] = max(found.get(entity, 0), fact.version)
        return found

    def _add_typed(self, fact: Fact) -> None:
        match fact:
            case UserErased():
                self.erased.add((fact.user_id, fact.version), fact)
            case UserCreated() | UserUpdated():
                self.users.add(fact.user_id, fact)
            case ContentPublished() | ContentRetired():
                self.content.add(fact.content_id, fact)
            case ProgressUpdated():
                self.progress.add((fact.user_id, fact.content_id), fact)
            case ProfilingAnswered() | ProfilingCompleted() | ProfilingDeleted():
                self.profiling.add(fact.session_id, fact)
            case SignInStarted() | SignInEnded():
                self.sign_ins.add((fact.user_id, fact.sign_in_id), fact)
            case _:
                raise TypeError(f"the table of {fact.type} has no writer")


def read_batch(records: Iterable[RawRecord], registry: Registry = REGISTRY) -> Batch:
    """Decodes records; malformed ones are refused without affecting the others."""
    batch = Batch(registry)
    for record in records:
        batch.positions[record.topic, record.partition] = record.offset + 1
        try:
            read = decode(record.headers, record.value)
        except BadRecord as error:
            batch.refused.append(Refused(record, error.code, str(error)))
            continue
        match read:
            case Received():
                _add_or_refuse(batch, read, record)
            case Unknown():
                batch.unknown_types += 1
            case Tombstone():
                batch.tombstones += 1
    return batch


def _add_or_refuse(batch: Batch, read: Received, record: RawRecord) -> None:
    """Refuses what contradicts its record, and versions that are forged unless they follow a known
    one, which `decisions.review_refused` finds out."""
    fact = read.fact
    try:
        read.check_record(
            topic_of(type(fact)), name=record.topic, partition=record.partition, key=record.key
        )
    except BadRecord as error:
        acceptable = fact if type(fact) in batch.registry.by_fact else None
        batch.refused.append(Refused(record, error.code, str(error), acceptable))
        return
    if fact.version > VERSION_GAP_MAX:
        cause = f"{FAR_VERSION_CODE}: its version is far beyond any that is known"
        batch.refused.append(Refused(record, FAR_VERSION_CODE, cause, fact))
    else:
        batch.add(fact, record.value or b"")
        if traceparent := trace.parent_of(read.traceparent):
            batch.traceparents.append(traceparent)
            batch.first_traceparents.setdefault(fact.owner_id, traceparent)
        if queued_at := _queued_at(record):
            batch.times.append(queued_at)


def _queued_at(record: RawRecord) -> datetime | None:
    """None for a record of a foreign producer without a time, or with one that cannot be stored."""
    if record.timestamp <= 0:
        return None
    try:
        return datetime.fromtimestamp(record.timestamp / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
