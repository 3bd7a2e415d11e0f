"""Ticks and workers that meet at the same row do what one of them does."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.jobs import registry
from core.jobs.models import Job
from core.jobs.queue_names import QueueName
from core.jobs.registry import job_kind
from core.jobs.services import LONGEST_RUN, JobRunning, retry, run_due, run_job, schedule
from core.jobs.ticking import add_recurring

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AT_ONCE = 8
KIND = "test.kind"


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setattr(registry, "_KINDS", {})
    ids: list[int] = []

    @job_kind(KIND, every=timedelta(hours=1))
    def run(job: Job) -> None:
        time.sleep(0.05)
        ids.append(job.pk)

    return ids


def tick_and_run(job_id: int) -> None:
    try:
        add_recurring(QueueName.JOBS)
        run_job(job_id)
    finally:
        connection.close()


def test_a_job_sent_to_several_workers_runs_once_and_ticks_add_the_next_one(
    ran: list[int],
) -> None:
    schedule(KIND, key="recurring")
    (first,) = Job.objects.all()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(tick_and_run, [first.pk] * AT_ONCE * 4))
    assert ran == [first.pk]
    assert Counter(job.state for job in Job.objects.all()) == {"done": 1, "open": 1}
    assert Job.objects.latest("id").due_at > timezone.now()


def test_a_kind_that_is_not_atomic_runs_outside_of_a_transaction_and_ends_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "_KINDS", {})
    in_transaction: list[bool] = []

    @job_kind(KIND, max_attempts=2, atomic=False)
    def run(job: Job) -> None:
        in_transaction.append(connection.in_atomic_block)
        if job.subject == "overtaken":
            Job.objects.filter(pk=job.pk).update(attempts=2, running_until=None)
        if job.subject == "broken":
            raise RuntimeError("a text with an address")

    for subject in ("good", "overtaken", "broken"):
        schedule(KIND, subject=subject)
    assert run_due() == 2
    assert in_transaction == [False] * 3
    ends = {job.subject: (job.state, job.attempts, job.last_error) for job in Job.objects.all()}
    assert ends == {
        "good": ("done", 1, ""),
        "overtaken": ("open", 2, ""),
        "broken": ("open", 1, "RuntimeError"),
    }
    Job.objects.update(due_at=timezone.now())
    run_due()
    assert {job.subject: job.state for job in Job.objects.all()} == {
        "good": "done",
        "overtaken": "failed",
        "broken": "failed",
    }


def test_a_job_that_runs_outside_of_a_transaction_is_not_retried_or_run_beside_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "_KINDS", {})
    seen: list[object] = []

    @job_kind(KIND, atomic=False)
    def run(job: Job) -> None:
        Job.objects.update(due_at=timezone.now())  # the pause after its attempt is over
        seen.append(run_job(job.pk))
        with pytest.raises(JobRunning):
            retry(job.pk)

    schedule(KIND)
    assert (run_due(), seen) == (1, [False])
    job = Job.objects.get()
    assert (job.state, job.attempts, job.running_until) == ("done", 1, None)


def test_a_job_whose_worker_was_killed_outside_of_a_transaction_runs_again_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "_KINDS", {})

    @job_kind(KIND, atomic=False)
    def run(job: Job) -> None:
        if job.attempts == 1:
            raise SystemExit  # as a killed worker, it stores no end

    schedule(KIND)
    with pytest.raises(SystemExit):
        run_due()
    Job.objects.update(due_at=timezone.now())
    assert run_due() == 0
    Job.objects.update(running_until=timezone.now() - LONGEST_RUN)
    assert (run_due(), Job.objects.get().state) == (1, "done")
