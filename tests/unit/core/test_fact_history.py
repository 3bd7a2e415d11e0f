"""The history of facts: an audit trail, what was true at a time, refilling, and erasure."""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from core.erasure.services import erase_user
from core.outbox import history as outbox_history
from core.outbox.append import OutsideTransaction, append, append_again, append_all, queue
from core.outbox.history import NotRecorded, as_of, record_existing, refill
from core.outbox.models import FactHistory, OutboxEvent
from core.outbox.partitions import ensure_partitions
from core.reconcile import services as reconcile
from core.users.models import User
from ongoza_contracts import topics
from ongoza_contracts.codec import Record
from ongoza_contracts.event import Fact
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.topics import FACT_TYPES, PROGRESS, USERS
from ongoza_contracts.users import UserErased
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import (
    Caller,
    admin_site_client,
    appended,
    forget_appended,
    item,
    person,
    progress_report,
    service,
    signed_in,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARTITIONS = "SELECT relid::text FROM pg_partition_tree('fact_history') WHERE isleaf ORDER BY 1"
MENTORING = UUID("018f0000-0000-7000-8000-00000000000a")


class MentoringStarted(
    Fact,
    type="ongoza.mentoring.started.v1",
    key=("mentoring_id",),
    partition="user_id",
    subjects=("user_id", "mentor_id"),
):
    """A mentor was assigned to a learner."""

    mentoring_id: UUID
    user_id: int
    mentor_id: int | None = None


def history() -> list[tuple[str, str, int]]:
    return [
        (row.type.removeprefix("ongoza.").removesuffix(".v1"), row.key, row.version)
        for row in FactHistory.objects.order_by("id")
    ]


def progress(version: int, percentage: float) -> ProgressUpdated:
    return ProgressUpdated.model_validate(
        {
            "version": version,
            "user_id": 7,
            "content_id": "course-1",
            "content_type": "course",
            "status": "in_progress",
            "completion_percentage": percentage,
            "created_at": NOON,
            "updated_at": NOON,
        }
    )


@pytest.fixture
def learner(db: None) -> User:
    return person("amina")


@pytest.fixture
def amina(learner: User) -> Caller:
    return signed_in(learner)


# --- who changed what ----------------------------------------------------------------------------
def test_each_fact_is_recorded_beside_its_outbox_row_with_who_asked(
    amina: Caller, learner: User
) -> None:
    item("course-1")
    headers = {"Content-Type": "application/json", "X-Request-ID": "request-123"}
    assert amina.call("POST", "progress/", progress_report(), headers)[0] == 201
    sent = OutboxEvent.objects.latest("id")
    row = FactHistory.objects.latest("id")
    assert (row.topic, row.type, row.key) == (sent.topic, sent.type, sent.key)
    assert (row.event_id, row.traceparent, row.version) == (sent.event_id, sent.traceparent, 1)
    assert row.time.isoformat(timespec="microseconds")[:-6] == sent.time[:-1]
    assert (row.owner_id, row.further_subject_ids) == (learner.id, [])
    assert (row.actor, row.request_id) == (f"user:{learner.id}", "request-123")
    assert ProgressUpdated.model_validate(row.body).completion_percentage == 40
    assert appended() == history()


def test_the_next_request_of_a_thread_is_nobodys_until_it_is_authenticated(amina: Caller) -> None:
    item("course-1")
    amina.post("progress/", progress_report())
    body = {"email": "new@ongoza.example", "password": "long-enough-4-all"}
    assert Caller().post("auth/signup/", body)[0] == 201
    assert FactHistory.objects.latest("id").actor is None


def test_a_service_and_an_admin_are_named_as_actors(amina: Caller, learner: User) -> None:
    session = amina.post("profiling/sessions/", {"questionnaire": "v1"})[1]
    tracks = ("builders", "leaders", "entrepreneurs", "researchers", "educators")
    scores = dict.fromkeys(tracks, 20.0)
    result = {
        "scores": scores,
        "primary": "leaders",
        "secondary": [],
        "confidence": "low",
        "standard_errors": scores,
        "sem": 1.0,
        "z": 0.1,
        "tied": [],
        "flags": [],
        "judged_version": session["version"],
    }
    assert service().post(f"profiling/sessions/{session['id']}/result/", result)[0] == 200
    assert FactHistory.objects.latest("id").actor == "service:ai"
    administrator = person("admin", Role.ADMIN)
    admin = admin_site_client(administrator)
    page = f"/admin/users/user/{learner.id}/change/"
    form = {"email": learner.email, "role": "learner", "is_active": "", "track": "leaders"}
    assert admin.post(page, form).status_code == 302
    assert FactHistory.objects.latest("id").actor == f"user:{administrator.id}"
    shown = admin.get(f"/admin/outbox/facthistory/?q=user:{administrator.id}")
    assert shown.status_code == 200
    types = [fact.type for fact in shown.context["cl"].result_list]
    assert types.count("ongoza.user.updated.v1") == 1


def test_what_is_republished_is_not_recorded_twice(amina: Caller) -> None:
    item("course-1")
    before = history()
    reconcile.republish(kind="content", key="course-1")
    assert appended()[-1] == ("content.published", "course-1", 1)
    assert history() == before


# --- what was true at a time ---------------------------------------------------------------------
@pytest.mark.django_db
def test_as_of_answers_with_the_version_that_was_true_then() -> None:
    append_all([(progress(1, 10), NOON), (progress(2, 60), NOON + 2 * HOUR)])
    assert as_of(PROGRESS, "7:course-1", NOON - HOUR) is None
    assert as_of(PROGRESS, "7:course-1", NOON) == progress(1, 10)
    assert as_of(PROGRESS, "7:course-1", NOON + HOUR) == progress(1, 10)
    assert as_of(PROGRESS, "7:course-1", NOON + 3 * HOUR) == progress(2, 60)
    assert as_of(USERS, "7", NOON + HOUR) is None


@pytest.mark.django_db
def test_before_the_history_of_an_entity_nothing_is_claimed() -> None:
    append_all([(progress(5, 10), NOON)])
    with pytest.raises(NotRecorded, match="7:course-1"):
        as_of(PROGRESS, "7:course-1", NOON - HOUR)


@pytest.mark.django_db
def test_what_ended_its_entity_means_that_there_is_none() -> None:
    append_all([(UserErased(user_id=7, version=1), NOON)])
    assert as_of(USERS, "7", NOON + HOUR) is None


def test_entities_older_than_the_history_are_recorded_in_their_present_state(
    amina: Caller, learner: User
) -> None:
    item("course-1")
    amina.post("progress/", progress_report(completion_percentage=10))
    amina.post("progress/", progress_report(completion_percentage=20))
    amina.post("feedback/", {"content_id": "course-1", "verdict": "not_for_me"})
    amina.post("profiling/sessions/", {"questionnaire": "v1"})
    newest = {(row.topic, row.key): row for row in FactHistory.objects.order_by("id")}
    FactHistory.objects.all().delete()
    sent = appended()

    assert record_existing() == len(newest)

    again = {(row.topic, row.key): row for row in FactHistory.objects.all()}
    assert again.keys() == newest.keys()
    for entity, row in again.items():
        before = newest[entity]
        assert (row.version, row.body, row.owner_id) == (
            before.version,
            before.body,
            before.owner_id,
        )
        assert (row.actor, row.request_id) == (None, None)
    assert appended() == sent
    with pytest.raises(NotRecorded):
        as_of(PROGRESS, f"{learner.id}:course-1", NOON)


def test_entities_are_recorded_before_a_later_migration_adds_their_columns(learner: User) -> None:
    FactHistory.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE users_user DROP token_generation")
        cursor.execute("ALTER TABLE users_signin DROP version")

    assert record_existing() == 1

    assert FactHistory.objects.get().body["token_generation"] == 0


# --- a lost topic --------------------------------------------------------------------------------
def test_a_topic_is_refilled_with_the_same_facts_and_ids_but_for_those_of_the_erased(
    amina: Caller, learner: User
) -> None:
    item("course-1")
    for percentage in (10, 20, 30):
        amina.post("progress/", progress_report(completion_percentage=percentage))
    other = person("juma")
    signed_in(other).post("progress/", progress_report())
    erase_user(user_id=learner.id)
    rows = OutboxEvent.objects.filter(topic=PROGRESS.name).order_by("id")
    sent = [*rows.values_list("event_id", "partition", "key", "type", "time", "sequence")]
    bodies = [row.payload and bytes(row.payload) for row in rows]
    recorded = history()
    forget_appended()

    queued = refill(PROGRESS)

    again = [*rows.values_list("event_id", "partition", "key", "type", "time", "sequence")]
    assert again == sent[3:4]  # without what was erased, and without tombstones
    assert [row.payload and bytes(row.payload) for row in rows.all()] == bodies[3:4]
    assert queued == 1
    assert history() == recorded


@pytest.mark.django_db(transaction=True)
def test_while_a_topic_is_refilled_the_newest_version_of_a_key_stays_last() -> None:
    """A writer appends between the pages and inside a transaction that commits late."""
    with transaction.atomic():
        append_all((progress(version, 10), NOON) for version in range(1, 1501))
    forget_appended()
    written = iter(range(1501, 1504))

    def write_more(_: int) -> None:
        def write() -> None:
            with transaction.atomic():
                append(progress(version, 50))
            connection.close()

        if (version := next(written, 0)) > 0:
            with ThreadPoolExecutor(1) as thread:
                thread.submit(write).result()

    refill(PROGRESS, write_more)
    versions = [int(sequence) for sequence in _sequences()]
    assert {*versions} == {*range(1, 1504)}
    assert versions[-1] == 1503


@pytest.mark.django_db(transaction=True)
def test_a_learner_who_is_erased_while_a_topic_is_refilled_does_not_return_to_it(
    amina: Caller, learner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The erasure begins when a page was read and is not queued yet."""
    item("course-1")
    amina.post("progress/", progress_report())
    erasures: list[Future[None]] = []

    def erase() -> None:
        erase_user(user_id=learner.id)
        connection.close()

    def queue_late(records: Iterable[Record]) -> None:
        if not erasures:
            erasures.append(thread.submit(erase))
            wait(erasures, timeout=1)
        queue(records)

    monkeypatch.setattr(outbox_history, "queue", queue_late)
    with ThreadPoolExecutor(1) as thread:
        refill(PROGRESS)
        erasures[0].result()

    last = OutboxEvent.objects.filter(key=f"{learner.id}:course-1").order_by("id").last()
    assert last is not None
    assert last.payload is None


def _sequences() -> Iterator[str]:
    return iter(OutboxEvent.objects.order_by("id").values_list("sequence", flat=True))


# --- erasure -------------------------------------------------------------------------------------
def test_erasure_removes_the_history_of_a_user_and_the_user_as_actor(
    amina: Caller, learner: User
) -> None:
    item("course-1")
    amina.post("progress/", progress_report())
    other = person("juma")
    FactHistory.objects.filter(owner_id=other.id).update(actor=f"user:{learner.id}")
    report = service().get(f"internal/erasures/{learner.id}/")[1]
    assert report["remaining"]["fact_history"] == 3

    erase_user(user_id=learner.id)

    left = FactHistory.objects.filter(owner_id=learner.id).order_by("id")
    assert [row.type for row in left] == [UserErased.type]
    assert [row.body for row in left] == [{"user_id": learner.id, "version": 2}]
    assert not FactHistory.objects.filter(actor=f"user:{learner.id}").exists()
    assert "fact_history" not in service().get(f"internal/erasures/{learner.id}/")[1]["remaining"]


@pytest.mark.django_db
def test_erasure_clears_a_further_subject_and_keeps_the_rest(
    learner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    mentored: type[Fact] = MentoringStarted
    monkeypatch.setitem(FACT_TYPES, MentoringStarted.type, MentoringStarted)
    monkeypatch.setattr(topics, "_TOPIC_OF", {**topics._TOPIC_OF, mentored: PROGRESS})
    mentor = person("mentor", Role.MENTOR)
    for version, mentor_id in enumerate((mentor.id, mentor.id + 1000), start=1):
        append(
            MentoringStarted(
                version=version,
                mentoring_id=MENTORING,
                user_id=learner.id,
                mentor_id=mentor_id,
            )
        )
    erase_user(user_id=mentor.id)
    rows = FactHistory.objects.filter(type=MentoringStarted.type).order_by("id")
    known = [MentoringStarted.model_validate_json(json.dumps(row.body)) for row in rows]
    assert [fact.mentor_id for fact in known] == [None, mentor.id + 1000]
    assert [row.further_subject_ids for row in rows] == [[], [mentor.id + 1000]]
    assert [fact.user_id for fact in known] == [learner.id, learner.id]


# --- partitions ----------------------------------------------------------------------------------
def partitions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS)
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.django_db
def test_partitions_are_made_for_this_month_and_the_next_two() -> None:
    assert ensure_partitions() == []
    created = [f"fact_history_{month}" for month in ("2030_11", "2030_12", "2031_01")]
    assert ensure_partitions(date(2030, 11, 26)) == created
    assert {*created, "fact_history_default"} <= {*partitions()}
    assert ensure_partitions(date(2030, 11, 26)) == []


@pytest.mark.django_db
def test_partitions_of_a_past_that_is_written_now_are_made_up_to_these() -> None:
    created = ensure_partitions(date(2030, 11, 26), since=date(2030, 1, 31))
    assert created[0] == "fact_history_2030_01"
    assert created[-1] == "fact_history_2031_01"
    assert len(created) == 13


@pytest.mark.django_db
def test_rows_that_came_before_their_partition_move_into_it() -> None:
    append_all([(progress(1, 10), NOON)])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fact_history SET recorded_at = '2030-11-05 10:00+00'")
        ensure_partitions(date(2030, 11, 26))
        cursor.execute("SELECT tableoid::regclass::text FROM fact_history")
        assert cursor.fetchall() == [("fact_history_2030_11",)]


@pytest.mark.django_db(transaction=True)
def test_a_version_that_is_sent_again_needs_a_transaction_too() -> None:
    with pytest.raises(OutsideTransaction):
        append_again(progress(1, 10))
    assert appended() == []
