"""The only way to change and to delete rows that are published."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from core.kit import clock
from core.kit.versions import Versioned, writable_parts
from core.outbox.append import append, append_again, append_all, append_all_again
from core.outbox.models import DeletedEntityKey
from core.outbox.publications import in_deletion_order, publication_of, publications
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import Topic, topic_of

CLEARED_AT_ONCE = 500


def publish(row: Versioned) -> None:
    """Write the row with its next version and append the fact of it.

    The caller holds the row's lock or has just made the row. Raises FactTooLarge.
    """
    row.version += 1
    row.updated_at = clock.now()
    row.created_at = min(row.created_at, row.updated_at)  # its default knows no past
    super(Versioned, row).save()  # past the guard of Versioned.save
    append(publication_of(row).build(row))


@contextmanager
def publish_with_parts(row: Versioned) -> Iterator[None]:
    """Let the block write the parts of an inserted row, then publish the row.

    Parts are rows that the fact holds, such as a session's answers; they change in no other way.
    """
    with writable_parts(row):
        yield
    publish(row)


def publish_all(rows: Sequence[Versioned]) -> None:
    """`publish` for many existing rows of one model, whose locks the caller holds."""
    if not rows:
        return
    publication, now = publication_of(rows[0]), clock.now()
    for row in rows:
        row.version += 1
        row.updated_at = now
    columns = [f.name for f in publication.model._meta.concrete_fields if not f.primary_key]
    _unguarded(publication.model).bulk_update(rows, columns, batch_size=500)
    append_all((publication.build(row), now) for row in rows)


def publish_history(changes: Iterable[tuple[Versioned, datetime]]) -> None:
    """Insert new rows of one model together with every version they had elsewhere.

    `changes` changes a row in memory and yields it with the time of the change, oldest first.
    Raises IntegrityError for a row that exists.
    """
    rows: dict[int, Versioned] = {}
    facts = []
    for row, at in changes:
        row.version += 1
        row.updated_at = at
        rows[id(row)] = row
        facts.append((publication_of(row).build(row), at))
    if rows:
        new = [*rows.values()]
        _unguarded(type(new[0])).bulk_create(new)
        append_all(facts)


def republish(row: Versioned) -> None:
    """Append the fact of the row's present version again. The caller holds the row's lock."""
    append_again(publication_of(row).build(row))


def publish_above(row: Versioned, version: int) -> None:
    """Publish the row's present state under a version higher than both its own and `version`: a
    consumer that stores `version`, which core never published, takes nothing lower. The caller
    holds the row's lock."""
    row.version = max(row.version, version)
    publish(row)


def republish_owned(user_id: int) -> int:
    """Append again the facts of all entities that a user owns, the user excepted; return how many.

    The caller holds the lock of the user. Rows are locked in the order of `delete_owned`.
    """
    count = 0
    for publication in in_deletion_order():
        if publication.owner_column is None or publication.model is get_user_model():
            continue
        owned = publication.owned_by(user_id).filter(version__gt=0)
        rows = [*owned.select_for_update(no_key=True).order_by("pk")]
        append_all_again(map(publication.build, rows))
        count += len(rows)
    return count


def publish_naming(user_id: int) -> int:
    """Publish every entity of other users that names this user; return how many.

    Each gets its next version, because consumers that erased the user cleared the name.
    """
    count = 0
    for publication in publications():
        for column in publication.further_subject_columns:
            naming = publication.rows().filter(**{column: user_id}, version__gt=0)
            rows = [*naming.select_for_update(no_key=True).order_by("pk")]
            publish_all(rows)
            count += len(rows)
    return count


def skip_versions(row: Versioned, published: int) -> None:
    """Continue after a published version that a restore lost, so that it is not published twice."""
    row.version = max(row.version, published)
    _unguarded(type(row)).filter(pk=row.pk).update(version=row.version)


def delete_published(row: Versioned) -> dict[str, int]:
    """Append the fact that ends the entity, and delete its row with all that hangs on it.

    The caller holds the row's lock. Returns the number of deleted rows of each model. The key is
    recorded for the erasure of the owner, who is not the row itself.
    """
    publication = publication_of(row)
    row.version += 1
    row.updated_at = clock.now()
    fact = publication.build_deletion(row)
    append(fact)
    if not isinstance(row, get_user_model()):
        record_deleted_key(fact)
    return _unguarded(type(row)).filter(pk=row.pk).delete()[1]


def record_deleted_key(fact: Fact) -> None:
    """Record the key for the erasure of the owner; no-op for an entity without owner."""
    if fact.owner_id is not None:
        DeletedEntityKey.objects.get_or_create(
            user_id=fact.owner_id, topic=topic_of(type(fact)).name, key=fact.key
        )


def delete_owned(user_id: int) -> tuple[list[tuple[Topic, str]], dict[str, int]]:
    """Delete all that a user owns but the user, without facts: their erasure is the fact.

    Returns the keys, which need tombstones, and the number of deleted rows of each model. Rows are
    locked in the order of their ids, as `clear_subject` does it for the erasure of another user.
    """
    keys: list[tuple[Topic, str]] = []
    deleted: Counter[str] = Counter()
    for publication in in_deletion_order():
        if publication.owner_column is None or publication.model is get_user_model():
            continue
        owned = publication.owned_by(user_id).select_for_update().order_by("pk")
        keys += [(publication.topic, key) for key in publication.keys_of(owned)]
        rows = _unguarded(publication.model).filter(**{publication.owner_column: user_id})
        deleted.update(rows.delete()[1])
    return keys, deleted


def clear_subject(user_id: int) -> None:
    """Publish without the user every entity of somebody else that names them."""
    for publication in publications():
        for column in publication.further_subject_columns:
            naming = publication.rows().filter(**{column: user_id}).order_by("pk")
            while rows := [*naming.select_for_update(no_key=True)[:CLEARED_AT_ONCE]]:
                for row in rows:
                    setattr(row, column, None)
                publish_all(rows)


def _unguarded(model: type[Versioned]) -> QuerySet[Any]:
    """Without the guard of VersionedQuerySet."""
    return QuerySet(model)
