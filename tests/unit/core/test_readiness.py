"""What the readiness route says about background jobs."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.jobs.models import Job, Tick
from core.jobs.queue_names import QueueName
from tests.unit.core.world import NOBODY, person, signed_in

pytestmark = pytest.mark.django_db


def ready() -> dict[str, Any]:
    status, body = NOBODY.get("health/ready/")
    assert status == 200
    return dict(body)


def tick_before(**age: int) -> None:
    for name in QueueName:
        Tick.objects.create(queue=name, at=timezone.now() - timedelta(**age))


def test_jobs_with_a_recent_tick_and_no_failure_are_ok() -> None:
    tick_before(minutes=4)
    body = ready()
    assert (body["status"], body["problems"]) == ("ok", [])
    assert (body["jobs"]["status"], body["jobs"]["failed"]) == ("ok", 0)
    assert 240 <= body["jobs"]["tick_seconds"] < 250


def test_a_late_tick_degrades_and_fails_no_reads() -> None:
    tick_before(minutes=6)
    body = ready()
    assert (body["status"], body["jobs"]["status"]) == ("degraded", "degraded")
    assert signed_in(person("amina")).get("users/me/")[0] == 200


def test_jobs_that_were_never_looked_for_are_degraded() -> None:
    assert ready()["jobs"] == {"status": "degraded", "tick_seconds": None, "failed": 0}


@pytest.mark.parametrize("name", QueueName)
def test_a_late_or_missing_tick_of_one_queue_degrades(name: QueueName) -> None:
    tick_before(minutes=1)
    assert ready()["jobs"]["status"] == "ok"
    Tick.objects.filter(queue=name).update(at=timezone.now() - timedelta(minutes=6))
    jobs = ready()["jobs"]
    assert (jobs["status"], jobs["tick_seconds"] >= 360) == ("degraded", True)
    Tick.objects.filter(queue=name).delete()
    assert ready()["jobs"] == {"status": "degraded", "tick_seconds": None, "failed": 0}


def test_failed_jobs_are_counted_and_done_ones_are_not() -> None:
    tick_before(seconds=10)
    now = timezone.now()
    Job.objects.create(kind="x", done_at=now)
    Job.objects.create(kind="x", failed_at=now)
    jobs = ready()["jobs"]
    assert (jobs["status"], jobs["failed"]) == ("degraded", 1)
