"""Facts of core's topics that the database does not know."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import AutoField, Max, Model

from core.outbox.kafka import PartitionId, TopicReader, TopicRecord, last_stable_offsets
from core.outbox.models import FactHistory, OutboxEvent
from core.outbox.publications import Publication, publications
from core.outbox.restore_check import CANONICAL_UUID, OWN_TOPICS, unknown_among, unread
from ongoza_contracts.codec import BadRecord, Received, Record, decode, encode
from ongoza_contracts.event import Fact
from ongoza_contracts.http.reconcile import VERSION_GAP_MAX
from ongoza_contracts.topics import TOPIC_BY_NAME, USERS, topic_of

ID_GAP_MAX = 100_000_000
"""No restore loses so many: such an id was forged."""


@dataclass(frozen=True)
class PublishedFact:
    """A fact on a topic, with the record that carries it."""

    fact: Fact
    record: Record
    time: datetime


@dataclass
class Published:
    """The facts that were read from the topics."""

    entities: dict[tuple[str, str], list[PublishedFact]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """The unknown facts of each topic and key, in the order of the topic."""
    foreign: list[str] = field(default_factory=list)
    """Unknown records that core cannot have written: where they are, and why."""
    highest_ids: dict[type[Model], int] = field(default_factory=dict)
    """By model, the highest counted id that was published."""
    waiting: list[UUID] = field(default_factory=list)
    """Rows of the outbox that were sent already."""
    last_stable_offsets: dict[PartitionId, int] = field(default_factory=dict)
    """Up to where the partitions were read."""

    def of(self, publication: Publication[Any]) -> dict[str, list[PublishedFact]]:
        """The unknown facts of one kind by key, in the order in which they happened."""
        found = {
            key: facts
            for (topic, key), facts in self.entities.items()
            if topic == publication.topic.name
        }
        return dict(sorted(found.items(), key=lambda one: one[1][-1].time))

    @property
    def owners(self) -> set[int]:
        owners = (facts[-1].fact.owner_id for facts in self.entities.values())
        return {owner for owner in owners if owner is not None}

    def user(self, user_id: int) -> list[PublishedFact]:
        """The unknown facts of a user's own state."""
        return self.entities.get((USERS.name, str(user_id)), [])

    def keys_of(self, user_id: int) -> list[tuple[str, str]]:
        """Topic and key of all that a user owns, their own fact left out."""
        return [
            (topic, key)
            for (topic, key), facts in self.entities.items()
            if facts[-1].fact.owner_id == user_id and topic != USERS.name
        ]


def read_published(reader: TopicReader, *, from_beginning: bool) -> Published:
    """Raises kafka.NotRead."""
    found = Published()
    ranges = reader.offset_ranges(OWN_TOPICS)
    found.last_stable_offsets = last_stable_offsets(ranges)
    whole = {
        partition_id: one.log_start
        for partition_id, one in ranges.items()
        if one.log_start < one.last_stable
    }
    limits = _highest_stored()
    for batch in reader.read(whole if from_beginning else unread(ranges)):
        found.waiting += _waiting_among(batch)
        for record in unknown_among(batch):
            _add(found, record, limits)
    return found


def _add(found: Published, record: TopicRecord, limits: Mapping[type[Model], int]) -> None:
    try:
        published = _published(record)
        if _is_far(published.fact, found.entities.get((record.topic, record.key), ())):
            raise BadRecord("far_version", str(published.fact.version))
        ids = dict(_counted_ids(published.fact))
        if any(value > limits[model] + ID_GAP_MAX for model, value in ids.items()):
            raise BadRecord("far_id", "core never gave such an id")
    except BadRecord as error:
        found.foreign.append(f"{record.topic}:{record.partition}:{record.offset} {error}")
        return
    for model, value in ids.items():
        found.highest_ids[model] = max(found.highest_ids.get(model, 0), value)
    found.entities[record.topic, record.key].append(published)


def _published(record: TopicRecord) -> PublishedFact:
    """Raises BadRecord for what core cannot have written."""
    found = decode(record.headers, record.value)
    if not isinstance(found, Received):
        raise BadRecord("unknown_type", record.attribute("ce_type"))
    topic, key = TOPIC_BY_NAME[record.topic], record.key.encode()
    found.check_record(topic, name=record.topic, partition=record.partition, key=key)
    try:
        event_id, time = UUID(found.id), datetime.fromisoformat(found.time or "").astimezone(UTC)
    except ValueError:
        raise BadRecord("bad_header", "ce_id or ce_time") from None
    again = encode(found.fact, time=time, id=event_id, traceparent=found.traceparent)
    return PublishedFact(found.fact, again, time)


def _is_far(fact: Fact, earlier: Iterable[PublishedFact]) -> bool:
    """Whether consumers park it: its version is far beyond those of history and of the unknown
    facts before it. An entity that was repaired several times may have a high one."""
    if fact.version <= VERSION_GAP_MAX:
        return False
    rows = FactHistory.objects.filter(topic=topic_of(type(fact)).name, key=fact.key)
    stored = rows.aggregate(highest=Max("version"))["highest"] or 0
    known = max([stored, *(one.fact.version for one in earlier)])
    return fact.version - known > VERSION_GAP_MAX


def _waiting_among(records: Iterable[TopicRecord]) -> list[UUID]:
    ids = {one.attribute("ce_id") for one in records}
    rows = OutboxEvent.objects.filter(event_id__in=filter(CANONICAL_UUID.fullmatch, ids))
    return [*rows.values_list("event_id", flat=True)]


# --- counted ids ---------------------------------------------------------------------------------
def _counted_ids(fact: Fact) -> Iterator[tuple[type[Model], int]]:
    """The ids in a fact that a sequence gives, each with its model."""
    publication = next(one for one in publications() if one.topic is topic_of(type(fact)))
    columns = {field.attname: field for field in publication.model._meta.concrete_fields}
    for name in type(fact).model_fields:
        column, value = columns.get(publication.column(name)), getattr(fact, name)
        while column is not None and column.remote_field:
            column = column.target_field
        if isinstance(column, AutoField) and isinstance(value, int):
            yield column.model, value


def _highest_stored() -> dict[type[Model], int]:
    models = {one.model for one in publications()}
    for model in {*models}:
        models |= {field.related_model for field in model._meta.fields if field.related_model}
    counted = [one for one in models if isinstance(one._meta.pk, AutoField)]
    return {
        one: one._default_manager.aggregate(highest=Max("pk"))["highest"] or 0 for one in counted
    }
