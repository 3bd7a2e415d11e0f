"""The recurring jobs: what they delete, end and create."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.jobs.models import Job
from core.jobs.registry import job_kinds
from core.jobs.services import run_due, schedule
from core.users.models import SignIn
from core.users.services import sign_in
from tests.unit.core.world import appended, forget_appended, person

pytestmark = pytest.mark.django_db

KIND = "test.kind"


def run_kind(kind: str) -> None:
    schedule(kind)
    run_due()


def purge(rule: str) -> None:
    schedule("retention.purge", subject=rule)
    run_due()


def test_done_jobs_are_deleted_after_a_month_and_failed_ones_stay() -> None:
    old = timezone.now() - timedelta(days=31)
    user = person("amina")
    kept = Job.objects.create(kind=KIND, user=user, failed_at=old)
    Job.objects.create(kind=KIND, user=user, done_at=old)
    recent = Job.objects.create(kind=KIND, user=user, done_at=old + timedelta(days=2))
    purge("jobs.done")
    assert {*Job.objects.filter(kind=KIND)} == {kept, recent}


def test_done_jobs_without_a_user_are_deleted_within_a_day() -> None:
    now = timezone.now()
    Job.objects.create(kind=KIND, done_at=now - timedelta(hours=23))
    recent = Job.objects.create(kind=KIND, done_at=now - timedelta(hours=22))
    purge("jobs.without_user")
    assert [*Job.objects.filter(kind=KIND)] == [recent]
    assert job_kinds()["retention.purge"].every == timedelta(hours=1)


def test_expired_sign_ins_are_ended_and_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.kit.retention.BATCH", 1)
    user = person("amina")
    for _ in range(3):
        sign_in(user)
    started = [*SignIn.objects.order_by("created_at")]
    expired = [one.pk for one in started[:2]]
    SignIn.objects.filter(pk__in=expired).update(refreshed_at=timezone.now() - timedelta(days=90))
    forget_appended()
    purge("users.sign_ins")
    run_due()
    run_due()
    assert [*SignIn.objects.all()] == [started[2]]
    assert {*appended()} == {("signin.ended", f"{user.pk}:{one}", 2) for one in expired}
    assert not Job.objects.filter(done_at=None).exists()


def test_the_partitions_of_the_history_are_created_by_a_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr("core.jobs.jobs.ensure_partitions", lambda: calls.append(1))
    run_kind("outbox.partitions")
    assert (len(calls), Job.objects.get().state) == (1, "done")
