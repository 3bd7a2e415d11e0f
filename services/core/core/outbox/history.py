"""Reads of `fact_history`: what was true at a time, and refilling a topic that was lost."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q

from core.outbox.append import batches, queue, record_history
from core.outbox.models import FactHistory
from core.outbox.publications import Publication, publications
from ongoza_contracts.codec import Record, encode
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import FACT_TYPES, Topic
from ongoza_contracts.users import UserErased
from ongoza_ops.trace import new_traceparent

PAGE = 1000
MAX_ID = 2**63 - 1
COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = %s
"""
# Writers insert into fact_history with every fact, so they wait for this.
HOLD_WRITERS = "LOCK TABLE fact_history IN SHARE MODE"
# Without it a page could be read before an erasure and queued again after the erasure's tombstones.
# An erasure has written its fact to fact_history by now, so HOLD_WRITERS is always taken before it.
EXCLUDE_ERASURE = "SELECT pg_advisory_xact_lock(7305121880)"
# The fact that the user was erased stays: it holds the id alone, and a refilled topic ends with it.
ERASE_OWNED = "DELETE FROM fact_history WHERE owner_id = %s AND type <> %s"
ERASE_ACTOR = "UPDATE fact_history SET actor = NULL WHERE actor = %s"
ERASE_FURTHER_SUBJECT = """
UPDATE fact_history
SET further_subject_ids = array_remove(further_subject_ids, %s),
    body = body || (
        SELECT coalesce(jsonb_object_agg(name, NULL), '{}')
        FROM unnest(%s::text[]) AS name WHERE body ->> name = %s::text
    )
WHERE type = %s AND further_subject_ids @> ARRAY[%s]
"""


class NotRecorded(LookupError):
    """The history of this entity begins later."""


def as_of(topic: Topic, key: str, time: datetime) -> Fact | None:
    """The fact of an entity that was current at `time`; None when it did not exist then.

    Raises NotRecorded for a time before its history, which begins with the release that records it.
    """
    rows = FactHistory.objects.filter(topic=topic.name, key=key)
    row = rows.filter(time__lte=time).order_by("-version", "-id").first()
    if row is None:
        first = rows.order_by("id").first()
        if first is not None and first.version > 1:
            raise NotRecorded(f"{topic.name} {key} at {time.isoformat()}")
        return None
    fact = to_fact(row)
    return None if fact.deletion else fact


def record_existing() -> int:
    """Record the present state of every published entity; how many. For a database whose entities
    are older than the history, where later tables and columns may not exist yet."""
    count = 0
    for publication in publications():
        for batch in batches(_existing_rows(publication), PAGE):
            record_history((publication.build(row), row.updated_at) for row in batch)
            count += len(batch)
    return count


def _existing_rows(publication: Publication[Any]) -> Iterator[Any]:
    """Columns that a later migration adds have their default."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [publication.model._meta.db_table])
        existing = {name for (name,) in cursor.fetchall()}
    if "version" not in existing:  # no table yet, or its rows are not published yet
        return
    later = [one for one in publication.model._meta.concrete_fields if one.column not in existing]
    rows = publication.rows().defer(*(one.name for one in later))
    for row in rows.filter(version__gt=0).order_by("pk").iterator(chunk_size=PAGE):
        for one in later:
            setattr(row, one.attname, one.get_default())
        yield row


def erase_history(user_id: int) -> dict[str, int]:
    """Remove a user's rows, and the user as actor and further subject; how many rows of each.

    Tombstones have to be appended after this, when no `refill` can queue the removed rows again.
    """
    with connection.cursor() as cursor:
        cursor.execute(EXCLUDE_ERASURE)
        cursor.execute(ERASE_OWNED, [user_id, UserErased.type])
        counts = {"fact_history": cursor.rowcount}
        cursor.execute(ERASE_ACTOR, [f"user:{user_id}"])
        counts["fact_history.actor"] = cursor.rowcount
        counts["fact_history.further_subject_ids"] = 0
        for fact in FACT_TYPES.values():
            if fields := list(fact.subjects[1:]):
                cursor.execute(
                    ERASE_FURTHER_SUBJECT, [user_id, fields, str(user_id), fact.type, user_id]
                )
                counts["fact_history.further_subject_ids"] += cursor.rowcount
    return counts


def remaining_history(user_id: int) -> int:
    """How many rows still hold something of the user."""
    owned = Q(owner_id=user_id) & ~Q(type=UserErased.type)
    named = Q(further_subject_ids__contains=[user_id]) | Q(actor=f"user:{user_id}")
    return FactHistory.objects.filter(owned | named).count()


def refill(topic: Topic, report: Callable[[int], None] = lambda _: None) -> int:
    """Queue the whole history of a topic again, in order and under the same ids; how many records.

    For a topic that was lost. Writers wait only while the last rows are queued: so the newest
    version of each key is its last record, which is the one that compaction leaves.
    """
    done = after = 0
    while True:
        before, until = done, _last_committed_id()
        for count in _queue_pages(topic, after, until):
            done += count
            report(done)
        after = until
        if done - before < PAGE:
            break
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(HOLD_WRITERS)
        done += sum(_queue_pages(topic, after, MAX_ID))
    report(done)
    return done


def _last_committed_id() -> int:
    """All rows up to this id are committed: for a moment nobody is between insert and commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(HOLD_WRITERS)
        return FactHistory.objects.aggregate(last=Max("id"))["last"] or 0


def _queue_pages(topic: Topic, after: int, until: int) -> Iterator[int]:
    """Queue the rows after one id up to another, a transaction for each page; yields how many."""
    rows = FactHistory.objects.filter(topic=topic.name, id__lte=until).order_by("id")
    page = None
    while page is None or page:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(EXCLUDE_ERASURE)
            page = list(rows.filter(id__gt=after)[:PAGE])
            queue(map(to_record, page))
        if page:
            after = page[-1].id
            yield len(page)


def to_record(row: FactHistory) -> Record:
    """As it was published: with the same id and time."""
    traceparent = row.traceparent or new_traceparent()
    return encode(to_fact(row), time=row.time, id=row.event_id, traceparent=traceparent)


def to_fact(row: FactHistory) -> Fact:
    """Ignores fields that the fact no longer has."""
    return FACT_TYPES[row.type].model_validate_json(json.dumps(row.body), extra="ignore")
