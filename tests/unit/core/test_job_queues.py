"""Each queue of jobs is filled by its own ticks, whatever waits in the other."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from core.demo.management.commands import seed
from core.jobs import registry, ticking
from core.jobs.models import Job, Tick
from core.jobs.queue import JobQueue, queue
from core.jobs.queue_names import QueueName
from core.jobs.registry import job_kind, job_kinds
from core.jobs.services import delete_jobs, schedule
from core.jobs.ticking import tick

COMMON, SLOW = QueueName.JOBS, QueueName.WEBHOOKS
KIND, SLOW_KIND = "test.kind", "test.slow"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> dict[QueueName, list[int]]:
    """By queue, the ids that wait in it."""
    monkeypatch.setattr(registry, "_KINDS", {})
    job_kind(KIND, every=timedelta(hours=1))(lambda job: None)
    job_kind(SLOW_KIND, every=timedelta(hours=1), queue=SLOW)(lambda job: None)
    ids: dict[QueueName, list[int]] = defaultdict(list)

    def send(self: JobQueue, job_ids: Sequence[int], name: QueueName) -> int:
        ids[name].extend(job_ids)
        return len(job_ids)

    monkeypatch.setattr(JobQueue, "send", send)
    monkeypatch.setattr(JobQueue, "waiting", lambda self, name: len(ids[name]))
    return ids


def due_ids(kind: str) -> list[int]:
    jobs = Job.objects.filter(kind=kind, due_at__lte=timezone.now())
    return [*jobs.order_by("due_at").values_list("id", flat=True)]


@pytest.mark.django_db(transaction=True)
def test_a_commit_asks_the_workers_of_the_queue_of_the_kind(
    sent: dict[QueueName, list[int]],
) -> None:
    with transaction.atomic():
        schedule(KIND)
        schedule(SLOW_KIND)
    queue.sender.submit(lambda: None).result()
    assert sent == {COMMON: due_ids(KIND), SLOW: due_ids(SLOW_KIND)}


@pytest.mark.django_db(transaction=True)
def test_a_seed_sends_the_jobs_that_are_left_at_its_end(
    sent: dict[QueueName, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def add_and_delete(*_: object) -> list[tuple[str, str]]:
        for subject in ("1", "2"):
            schedule(KIND, subject=subject)
        delete_jobs(KIND, ["1"])
        return []

    monkeypatch.setattr(seed, "_seed", add_and_delete)
    monkeypatch.setenv("DEMO_PASSWORD", "a-long-passphrase-9")
    call_command("seed")
    queue.sender.submit(lambda: None).result()
    assert [job.subject for job in Job.objects.all()] == ["2"]
    assert sent == {COMMON: due_ids(KIND), SLOW: []}
    assert not Tick.objects.exists()


@pytest.mark.django_db
def test_a_full_queue_holds_back_its_own_jobs_alone(
    sent: dict[QueueName, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticking, "MOST_WAITING", 2)
    for _ in range(3):
        schedule(SLOW_KIND)
    tick(SLOW)
    schedule(KIND)
    tick(COMMON)
    assert sent == {COMMON: due_ids(KIND), SLOW: due_ids(SLOW_KIND)[:2]}


@pytest.mark.django_db
def test_a_kind_of_a_later_release_is_sent_to_the_common_queue(
    sent: dict[QueueName, list[int]],
) -> None:
    later = Job.objects.create(kind="test.later")
    tick(SLOW)
    assert sent == {SLOW: []}
    tick(COMMON)
    assert sent[COMMON] == [later.pk]


@pytest.mark.django_db
def test_a_tick_adds_the_recurring_jobs_of_its_queue_and_is_noted_for_it(
    sent: dict[QueueName, list[int]],
) -> None:
    tick(SLOW)
    assert [job.kind for job in Job.objects.all()] == [SLOW_KIND]
    assert [one.queue for one in Tick.objects.all()] == [SLOW]
    tick(COMMON)
    assert {job.kind for job in Job.objects.all()} == {KIND, SLOW_KIND}


def test_calls_to_receivers_are_the_only_jobs_outside_of_the_common_queue() -> None:
    assert [kind.name for kind in job_kinds().values() if kind.queue != COMMON] == ["webhooks.send"]
