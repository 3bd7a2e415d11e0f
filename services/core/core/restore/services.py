"""Makes a restored database agree with what was published from it, and never behind it."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.erasure.models import ErasureReceipt
from core.erasure.services import erase_any_user
from core.files.services import remaining_files
from core.outbox.append import append, append_tombstones, record_lost_history
from core.outbox.history import erase_history
from core.outbox.models import OutboxEvent, RestoreCheck
from core.outbox.publications import Publication, in_deletion_order
from core.outbox.publish import (
    delete_published,
    publish_all,
    publish_with_parts,
    record_deleted_key,
    skip_versions,
)
from core.outbox.restore_state import mark_pending
from core.restore.published import Published, PublishedFact
from core.restore.renumber import renumber, reused_ids
from core.restore.report import Outcome, Report
from core.users.models import OneTimeToken, User
from ongoza_contracts.topics import TOPIC_BY_NAME
from ongoza_contracts.users import UserErased

RESERVED_IDS = 10_000
"""Ids may have been given whose facts were still in the lost outbox."""
USERS_AT_ONCE = 500
SET_SEQUENCE = """
SELECT setval(sequence, greatest(coalesce(pg_sequence_last_value(sequence), 1), %s))
FROM (SELECT pg_get_serial_sequence(%s, %s)::regclass AS sequence) AS one
"""
NOT_STATE = {"version", "updated_at", "token_generation", "tokens_valid_from"}


def bring_back(published: Published, report: Report) -> None:
    """Write back what can be and end what cannot, each entity in a transaction of its own."""
    for user_id in reused_ids(published):
        report.add("users", Outcome.RENUMBERED, f"{user_id} is now {renumber(user_id)}")
    _make_organizations(published, report)
    OutboxEvent.objects.filter(event_id__in=published.waiting).delete()
    absent = _absent_owners(published)
    for publication in reversed([*in_deletion_order()]):
        _bring_back_kind(publication, published, absent, report)
    for user_id in sorted(absent):
        _erase(user_id, published, report)


def advance_sequences(published: Published) -> None:
    """No id that was published, or given shortly before the loss, is given again."""
    with connection.cursor() as cursor:
        for model, highest in published.highest_ids.items():
            table, column = model._meta.db_table, model._meta.pk.column
            cursor.execute(SET_SEQUENCE, [highest + RESERVED_IDS, table, column])


def _absent_owners(published: Published) -> set[int]:
    """Owners whom the topics erase, or who have no row to write their facts back to."""
    owners = published.owners
    existing = {*User.objects.filter(pk__in=owners).values_list("pk", flat=True)}
    return {one for one in owners if one not in existing or _was_erased(published, one)}


def _was_erased(published: Published, user_id: int) -> bool:
    return any(isinstance(one.fact, UserErased) for one in published.user(user_id))


def _make_organizations(published: Published, report: Report) -> None:
    """Organizations are not published: the lost ones get a name by which an admin finds them."""
    column = User._meta.get_field("organization")
    organizations: Any = column.related_model
    facts = (one[-1].fact for one in published.entities.values())
    named = {pk for fact in facts if (pk := getattr(fact, "organization_id", None)) is not None}
    known = organizations.objects.filter(pk__in=named).values_list("pk", flat=True)
    for pk in sorted(named - {*known}):
        kind = organizations.Kind.PARTNER
        organizations.objects.create(pk=pk, name=f"Organization {pk} (name lost)", kind=kind)
        report.add("organizations", Outcome.PARTLY, str(pk))


# --- entities ------------------------------------------------------------------------------------
def _bring_back_kind(
    publication: Publication[Any], published: Published, absent: set[int], report: Report
) -> None:
    """Twice where a fact refers to an entity of the same kind that came back after it."""
    entities = {
        key: facts
        for key, facts in published.of(publication).items()
        if facts[-1].fact.owner_id not in absent
    }
    outcomes = {key: _bring_back(publication, key, facts) for key, facts in entities.items()}
    for key in [key for key, outcome in outcomes.items() if outcome is Outcome.PARTLY]:
        outcomes[key] = _bring_back(publication, key, entities[key], again=True)
    for key, outcome in outcomes.items():
        report.add(publication.topic.kind, outcome, key)


def _bring_back(
    publication: Publication[Any], key: str, facts: list[PublishedFact], *, again: bool = False
) -> Outcome:
    try:
        with transaction.atomic():
            if not again:
                record_lost_history((one.record, one.fact) for one in facts)
            last = max(facts, key=lambda one: one.fact.version)
            row = _row(publication, key)
            if last.fact.deletion:
                outcome = _delete_again(publication, row, last)
            else:
                outcome = _write_back(publication, row, last, again=again)
            connection.check_constraints()
            return outcome
    except IntegrityError:
        return Outcome.REFUSED


def _row(publication: Publication[Any], key: str) -> Any:
    """The row, locked; None when there is none."""
    values = dict(zip(publication.key_columns, publication.fact.parse_key(key), strict=True))
    rows = publication.model._default_manager.filter(**values)
    return rows.select_for_update(no_key=True).first()


def _delete_again(publication: Publication[Any], row: Any, last: PublishedFact) -> Outcome:
    record_deleted_key(last.fact)
    if row is not None:
        row.version = max(row.version, last.fact.version)
        delete_published(row)
    return Outcome.DELETED


def _write_back(
    publication: Publication[Any], row: Any, last: PublishedFact, *, again: bool
) -> Outcome:
    """A row that was changed after the restore keeps its state, under a higher version; `again`
    says that it was this command which changed it."""
    is_new = row is None
    if row is None:
        row = publication.model(**publication.unpublished)
    is_newer = not (is_new or again) and row.updated_at > last.time
    if not is_newer:
        publication.assign(row, last.fact)
        _clear_absent(publication, row)
    row.version = max(row.version, last.fact.version)
    if is_new and not publication.restorable:
        delete_published(row)
        return Outcome.ENDED
    _save(publication, row, last, with_relations=not is_newer)
    if is_newer:
        return Outcome.KEPT
    return Outcome.WHOLE if _agrees(publication, row, last) else Outcome.PARTLY


def _save(
    publication: Publication[Any], row: Any, last: PublishedFact, *, with_relations: bool
) -> None:
    """Relations need a saved row, and the fact needs the relations."""
    version = row.version
    if row._state.adding:
        row.version = 0
        row.save()
        row.version = version
    if isinstance(row, User):
        row.token_generation += 1
    with publish_with_parts(row):
        if with_relations and publication.assign_related:
            publication.assign_related(row, last.fact)


def _clear_absent(publication: Publication[Any], row: Any) -> None:
    """Users who are named and do not exist any more."""
    for column in publication.further_subject_columns:
        user_id = getattr(row, column)
        if user_id is not None and not User.objects.filter(pk=user_id).exists():
            setattr(row, column, None)


def _agrees(publication: Publication[Any], row: Any, last: PublishedFact) -> bool:
    """Whether the row says what the fact said."""
    stored = publication.rows().get(pk=row.pk)
    left = publication.build(stored).model_dump(exclude=NOT_STATE)
    return left == last.fact.model_dump(exclude=NOT_STATE)


# --- users who cannot come back -------------------------------------------------------------------
def _erase(user_id: int, published: Published, report: Report) -> None:
    version = max((one.fact.version for one in published.user(user_id)), default=0)
    was_erased = _was_erased(published, user_id)
    exists = User.objects.filter(pk=user_id).exists()
    stored_files = remaining_files(user_id) if exists else 0
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        if user is not None:
            skip_versions(user, version)
            erase_any_user(user_id=user_id, stored_files=stored_files)
        else:
            append(UserErased(user_id=user_id, version=version + 1))
        _remove_keys(user_id, published.keys_of(user_id))
    report.add("users", Outcome.ERASED if was_erased else Outcome.REMOVED, str(user_id))


def _remove_keys(user_id: int, keys: list[tuple[str, str]]) -> None:
    """The same as `erase_any_user` does for keys of which the database has no rows."""
    erase_history(user_id)
    tombstones = [(TOPIC_BY_NAME[topic], key) for topic, key in keys]
    append_tombstones(tombstones, partition_key=str(user_id))
    ErasureReceipt.objects.update_or_create(
        user_id=user_id, place="keys on the topics", defaults={"rows": len(keys)}
    )


# --- tokens --------------------------------------------------------------------------------------
def pending_since() -> datetime:
    """Since when the restore is pending; stores that it is."""
    if (row := RestoreCheck.objects.first()) is None or row.pending_since is None:
        mark_pending(0, [])
    since = RestoreCheck.objects.get().pending_since
    return since or timezone.now()


def void_tokens(since: datetime) -> int:
    """Raise the token generation of every user who was not changed after `since`, when `bring_back`
    began: a lost change may have voided their tokens. How many."""
    OneTimeToken.objects.all().delete()  # the use of one may be lost as well
    done = last = 0
    while users := _void_some(since, after=last):
        done, last = done + len(users), users[-1]
    return done


@transaction.atomic
def _void_some(since: datetime, after: int) -> list[int]:
    """The ids of some users with a higher id than `after`."""
    unchanged = User.objects.filter(updated_at__lt=since, pk__gt=after).order_by("pk")
    users = [*unchanged.select_for_update(no_key=True)[:USERS_AT_ONCE]]
    for user in users:
        user.token_generation += 1
    publish_all(users)
    return [user.pk for user in users]
