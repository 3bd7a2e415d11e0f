"""What the readiness route says to everybody, and what operators are told besides."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core.jobs.models import Job, Tick
from core.jobs.queue_names import QueueName
from core.outbox.append import append_again, append_all
from core.outbox.models import OutboxEvent
from ongoza_contracts.vocabulary import Role
from tests.facts import user
from tests.unit.core.world import NOBODY, person, signed_in

ROWS_READ = """
SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
"""
WAITING = """
INSERT INTO outbox_event (event_id, topic, partition, key, partition_key, type, subject, time,
    dataschema, sequence, queued_at)
SELECT gen_random_uuid(), 'ongoza.users', 0, n, n, 'x', n, '2026-01-20T18:00:00.000000Z', '', n,
    now() - make_interval(secs => %s)
FROM generate_series(1, %s) AS n
"""
pytestmark = pytest.mark.django_db


def ready() -> dict[str, Any]:
    status, body = NOBODY.get("health/ready/")
    assert status == 200
    return dict(body)


def told() -> dict[str, Any]:
    status, body = signed_in(person("ada", Role.ADMIN)).get("health/details/")
    assert status == 200
    return dict(body)


def tick_before(**age: int) -> None:
    for name in QueueName:
        Tick.objects.create(queue=name, at=timezone.now() - timedelta(**age))


def test_jobs_with_a_recent_tick_and_no_failure_are_ok() -> None:
    tick_before(minutes=2)
    assert ready() == {"status": "ok"}
    body = told()
    assert (body["jobs"]["status"], body["jobs"]["failed"], body["problems"]) == ("ok", 0, [])
    assert 120 <= body["jobs"]["tick_seconds"] < 130


def test_a_late_tick_degrades_and_fails_no_reads() -> None:
    tick_before(minutes=3)
    assert ready() == {"status": "degraded"}
    assert told()["jobs"]["status"] == "degraded"
    assert signed_in(person("amina")).get("users/me/")[0] == 200


def test_jobs_that_were_never_looked_for_are_degraded() -> None:
    assert ready() == {"status": "degraded"}
    assert told()["jobs"] == {"status": "degraded", "tick_seconds": None, "failed": 0}


@pytest.mark.parametrize("name", QueueName)
def test_a_late_or_missing_tick_of_one_queue_degrades(name: QueueName) -> None:
    tick_before(minutes=1)
    assert ready()["status"] == "ok"
    Tick.objects.filter(queue=name).update(at=timezone.now() - timedelta(minutes=3))
    jobs = told()["jobs"]
    assert (jobs["status"], jobs["tick_seconds"] >= 180) == ("degraded", True)
    Tick.objects.filter(queue=name).delete()
    assert ready() == {"status": "degraded"}


def test_jobs_that_are_late_degrade_although_they_are_looked_for() -> None:
    """As while every slot of the workers is taken."""
    tick_before(seconds=10)
    job = Job.objects.create(kind="x", due_at=timezone.now() - timedelta(seconds=140))
    assert ready() == {"status": "ok"}
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=160))
    assert ready() == {"status": "degraded"}
    assert told()["jobs"]["status"] == "degraded"
    job.running_until = timezone.now() + timedelta(minutes=1)
    job.save(update_fields=["running_until"])
    assert ready() == {"status": "ok"}


def test_failed_jobs_are_counted_and_done_ones_are_not() -> None:
    tick_before(seconds=10)
    now = timezone.now()
    Job.objects.create(kind="x", done_at=now)
    Job.objects.create(kind="x", failed_at=now)
    assert ready() == {"status": "degraded"}
    jobs = told()["jobs"]
    assert (jobs["status"], jobs["failed"]) == ("degraded", 1)


def test_readiness_reads_no_more_rows_however_much_waits() -> None:
    tick_before(seconds=10)
    Job.objects.create(kind="x", failed_at=timezone.now())
    wait_in_outbox(1)
    long_ago = timezone.now() - timedelta(hours=1)
    Job.objects.create(kind="x", due_at=long_ago)
    few = rows_read(ready)
    Job.objects.bulk_create(Job(kind="x", failed_at=timezone.now()) for _ in range(500))
    Job.objects.bulk_create(Job(kind="x", due_at=long_ago) for _ in range(500))
    wait_in_outbox(500)
    assert rows_read(ready) <= few
    assert told()["outbox"]["waiting"] >= 500


def test_records_that_wait_longer_than_the_promise_degrade() -> None:
    tick_before(seconds=10)
    wait_in_outbox(3)
    assert ready() == {"status": "ok"}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM outbox_event")
    wait_in_outbox(3, seconds=6)
    assert ready() == {"status": "degraded"}
    outbox = told()["outbox"]
    assert outbox["waiting"] >= 3
    assert 6 <= outbox["oldest_seconds"] < 60


def test_an_old_fact_that_is_published_again_does_not_degrade() -> None:
    tick_before(seconds=10)
    now, fact = timezone.now(), user()
    append_all([(fact, now - timedelta(days=90))])
    OutboxEvent.objects.all().delete()
    append_again(fact)
    row = OutboxEvent.objects.get()
    assert datetime.fromisoformat(row.time) == now - timedelta(days=90)
    assert ready() == {"status": "ok"}
    assert told()["outbox"]["oldest_seconds"] < 60


def wait_in_outbox(count: int, seconds: int = 0) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [seconds, count])


def rows_read(work: Callable[[], object]) -> int:
    """By statements of this transaction, which the test's transaction surrounds."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS_READ)
        before = cursor.fetchone()[0]
        work()
        cursor.execute(ROWS_READ)
        return int(cursor.fetchone()[0] - before)
