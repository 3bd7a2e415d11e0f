"""Jobs: due rows are run once, failures are repeated later, an erasure removes them."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from core.erasure.services import erase_user
from core.jobs import queue as queue_module
from core.jobs import registry
from core.jobs.models import Job, Tick
from core.jobs.queue import JobQueue, queue
from core.jobs.queue_names import QueueName
from core.jobs.registry import job_kind
from core.jobs.services import (
    LONGEST_PAUSE,
    WORKER_LOST,
    UnknownKind,
    _begin_attempt,
    run_due,
    run_job,
    schedule,
)
from core.jobs.ticking import REDELIVERY, next_time, tick
from core.outbox.models import FactHistory
from core.outbox.restore_state import mark_checked, mark_pending
from ongoza_contracts.vocabulary import Role
from ongoza_ops.trace import current_actor
from tests.unit.core.world import admin_site_client, person, refusal, signed_in

pytestmark = pytest.mark.django_db

KIND = "test.kind"


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The subjects of the jobs that ran; a job with the subject `broken` fails."""
    monkeypatch.setattr(registry, "_KINDS", {})
    subjects: list[str] = []

    @job_kind(KIND, max_attempts=2)
    def run(job: Job) -> None:
        if job.subject == "broken":
            raise RuntimeError("a text with an address")
        subjects.append(job.subject)

    return subjects


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids that reached the broker, which takes as many as it may."""
    ids: list[int] = []

    def send(self: JobQueue, job_ids: Sequence[int], name: QueueName) -> int:
        ids.extend(job_ids)
        return len(job_ids)

    monkeypatch.setattr(JobQueue, "send", send)
    monkeypatch.setattr(JobQueue, "waiting", lambda self, name: len(ids))
    return ids


def wait_for_sender(queue: JobQueue) -> None:
    queue.sender.submit(lambda: None).result()


def make_due() -> None:
    Job.objects.update(due_at=timezone.now())


def make_failed(subject: str = "1", key: str | None = None) -> Job:
    schedule(KIND, subject=subject, key=key)
    Job.objects.filter(failed_at=None).update(failed_at=timezone.now(), attempts=2)
    return Job.objects.first() or Job()


def test_a_due_job_runs_once(ran: list[str]) -> None:
    schedule(KIND, subject="1")
    schedule(KIND, subject="later", due_at=timezone.now() + timedelta(hours=1))
    assert (run_due(), run_due()) == (1, 0)
    assert ran == ["1"]


def test_an_open_job_of_the_same_key_is_not_added_again(ran: list[str]) -> None:
    schedule(KIND, subject="1", key="a")
    schedule(KIND, subject="2", key="a")
    schedule(KIND, subject="3", key="b")
    run_due()
    schedule(KIND, subject="4", key="a")
    run_due()
    assert ran == ["1", "3", "4"]


def test_a_failed_job_is_repeated_later_and_given_up_in_the_end(ran: list[str]) -> None:
    schedule(KIND, subject="broken")
    assert run_due() == 1
    job = Job.objects.get()
    assert (job.attempts, job.last_error, job.failed_at) == (1, "RuntimeError", None)
    assert job.due_at > timezone.now()
    Job.objects.update(due_at=timezone.now())
    assert run_due() == 1
    assert Job.objects.get().failed_at is not None
    Job.objects.update(due_at=timezone.now())
    assert run_due() == 0


def test_a_kind_that_no_app_declares_is_refused(ran: list[str]) -> None:
    with pytest.raises(UnknownKind):
        schedule("test.unknown")
    with pytest.raises(ValueError, match=KIND):
        job_kind(KIND)(lambda job: None)


def test_the_jobs_of_an_erased_user_are_deleted(ran: list[str]) -> None:
    user = person("amina")
    schedule(KIND, subject="1", user_id=user.pk)
    erase_user(user_id=user.pk)
    assert not Job.objects.exists()


def test_each_failure_doubles_the_pause_up_to_a_limit(ran: list[str]) -> None:
    @job_kind("test.failing", max_attempts=40)
    def fail(job: Job) -> None:
        raise ZeroDivisionError

    schedule("test.failing")
    pauses = []
    for _ in range(12):
        make_due()
        run_due()
        pauses.append(round((Job.objects.get().due_at - timezone.now()).total_seconds()))
    assert pauses[:4] == [30, 60, 120, 240]
    assert pauses[-1] == LONGEST_PAUSE.total_seconds()
    assert Job.objects.get().last_error == "ZeroDivisionError"


def test_a_job_that_kills_its_worker_backs_off_and_is_given_up(ran: list[str]) -> None:
    schedule(KIND)
    job = Job.objects.get()
    for _ in range(2):  # a worker that is killed leaves no more than this
        assert _begin_attempt(job.pk) is not None
        assert not run_job(job.pk)
        make_due()
    assert not run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.last_error, ran) == ("failed", WORKER_LOST, [])


def test_a_worker_of_an_earlier_release_leaves_new_kinds_for_later(ran: list[str]) -> None:
    schedule(KIND)
    del registry._KINDS[KIND]
    assert run_due() == 1
    job = Job.objects.get()
    assert (job.state, job.last_error) == ("open", "UnknownKind")


def test_what_a_failed_job_wrote_is_undone_and_its_actor_is_the_job(ran: list[str]) -> None:
    @job_kind("test.writes")
    def write(job: Job) -> None:
        person(f"{current_actor()}".replace(":", "-"))
        if job.attempts == 1:
            raise RuntimeError

    schedule("test.writes")
    run_due()
    assert not FactHistory.objects.exists()
    make_due()
    run_due()
    assert {*FactHistory.objects.values_list("actor", flat=True)} == {"job:test.writes"}
    assert current_actor() is None


def test_no_job_runs_while_a_restore_is_pending(ran: list[str]) -> None:
    schedule(KIND, subject="1")
    mark_pending(1, [])
    assert (run_due(), Job.objects.get().attempts) == (0, 0)
    mark_checked({})
    assert (run_due(), ran) == (1, ["1"])


# --- the queue and the tick ----------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_due_is_sent_when_its_transaction_commits(
    ran: list[str], sent: list[int]
) -> None:
    with transaction.atomic():
        schedule(KIND, key="a")
        schedule(KIND, key="a")
        schedule(KIND, due_at=timezone.now() + timedelta(hours=1))
        wait_for_sender(queue)
        assert sent == []
    wait_for_sender(queue)
    assert sent == [*Job.objects.filter(key="a").values_list("id", flat=True)]


class App:
    """A Celery application whose broker is away."""

    tries = 0

    def send_task(self, name: str, arguments: list[int], queue: str) -> None:
        self.tries += 1
        raise OperationalError

    connection_for_write = send_task


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_costs_nothing(
    ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, now = App(), [100.0]
    monkeypatch.setattr(queue_module, "_app", lambda: app)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    queue = JobQueue()
    monkeypatch.setattr("core.jobs.services.queue", queue)
    schedule(KIND)
    schedule(KIND)
    wait_for_sender(queue)
    assert (Job.objects.count(), app.tries) == (2, 1)
    now[0] += queue_module.PAUSE_SECONDS + 1
    queue.send([1], QueueName.JOBS)
    assert app.tries == 2


def test_the_tick_sends_what_is_due_oldest_first_and_no_more_than_fits(
    ran: list[str], sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    for minutes in (1, 3, 2, -5):
        schedule(KIND, subject=str(minutes), due_at=now - timedelta(minutes=minutes))
    Job.objects.filter(subject="2").update(failed_at=now)
    tick(QueueName.JOBS)
    ids = dict(Job.objects.values_list("subject", "id"))
    assert sent == [ids["3"], ids["1"]]
    sent.clear()
    monkeypatch.setattr("core.jobs.ticking.MOST_WAITING", 1)
    tick(QueueName.JOBS)
    assert sent == [ids["3"]]
    tick(QueueName.JOBS)
    assert sent == [ids["3"]]


def test_a_backlog_is_sent_once_and_not_at_each_tick(ran: list[str], sent: list[int]) -> None:
    for number in range(20):
        schedule(KIND, subject=str(number))
    for _ in range(5):
        tick(QueueName.JOBS)
    assert len(sent) == len({*sent}) == 20
    schedule(KIND, subject="later")
    tick(QueueName.JOBS)
    assert len(sent) == 21


def test_a_job_is_sent_again_when_it_is_due_again_or_was_not_acknowledged(
    ran: list[str], sent: list[int]
) -> None:
    schedule(KIND)
    tick(QueueName.JOBS)
    make_due()  # as after a failure and its pause
    tick(QueueName.JOBS)
    assert len(sent) == 2
    now = timezone.now()
    Job.objects.update(due_at=now - 2 * REDELIVERY, sent_at=now - REDELIVERY)
    tick(QueueName.JOBS)
    assert len(sent) == 3
    tick(QueueName.JOBS)
    assert len(sent) == 3


def test_what_a_wiped_broker_has_lost_is_sent_at_the_next_tick(
    ran: list[str], sent: list[int]
) -> None:
    schedule(KIND)
    schedule(KIND)
    tick(QueueName.JOBS)
    lost = [*sent]
    sent.clear()
    tick(QueueName.JOBS)
    assert sent == lost


def test_what_could_not_be_sent_is_sent_at_the_next_tick(
    ran: list[str], sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        schedule(KIND, subject=str(number))
    ids = [*Job.objects.order_by("id").values_list("id", flat=True)]

    def send_one(self: JobQueue, job_ids: Sequence[int], name: QueueName) -> int:
        sent.append(job_ids[0])
        return 1

    with monkeypatch.context() as broken:
        broken.setattr(JobQueue, "send", send_one)
        tick(QueueName.JOBS)
    assert sent == ids[:1]
    tick(QueueName.JOBS)
    assert sent == ids


def test_a_broker_that_does_not_answer_is_sent_nothing(ran: list[str]) -> None:
    assert JobQueue().waiting(QueueName.JOBS) is None
    schedule(KIND)
    tick(QueueName.JOBS)
    assert Job.objects.get().sent_at is None


def test_a_recurring_kind_has_one_open_job_due_at_the_next_multiple(
    ran: list[str], sent: list[int]
) -> None:
    registry._KINDS.clear()
    job_kind("test.hourly", every=timedelta(hours=1))(lambda job: None)
    tick(QueueName.JOBS)
    tick(QueueName.JOBS)
    job = Job.objects.get()
    assert job.due_at.minute == job.due_at.second == job.due_at.microsecond == 0
    assert timedelta(0) < job.due_at - timezone.now() <= timedelta(hours=1)
    make_due()
    run_due()
    tick(QueueName.JOBS)
    assert [one.state for one in Job.objects.order_by("id")] == ["done", "open"]
    assert timezone.now() - Tick.objects.get().at < timedelta(minutes=1)


def test_the_next_time_of_a_recurring_kind_is_always_later() -> None:
    day = datetime(2026, 11, 26, tzinfo=UTC)
    assert next_time(timedelta(days=1), day) == day + timedelta(days=1)
    assert next_time(timedelta(days=1), day - timedelta(seconds=1)) == day


# --- the API and the admin -----------------------------------------------------------------------
def test_admins_list_jobs_by_kind_and_state(ran: list[str]) -> None:
    admin = signed_in(person("ada", Role.ADMIN))
    failed = make_failed()
    schedule(KIND, subject="2")
    Job.objects.create(kind="other.kind", done_at=timezone.now())

    def ids(query: str) -> list[int]:
        return [one["id"] for one in admin.get(f"jobs/?{query}")[1]["results"]]

    assert ids("state=failed") == [failed.pk]
    assert ids("state=open") == [failed.pk + 1]
    assert ids("state=done") == ids("kind=other.kind") == [failed.pk + 2]
    assert len(ids("")) == 3
    assert refusal(admin.get("jobs/?state=late"))[:2] == (400, "bad_parameter")
    (row,) = admin.get("jobs/?state=failed")[1]["results"]
    assert (row["kind"], row["subject"], row["state"], row["attempts"]) == (KIND, "1", "failed", 2)
    assert "key" not in row  # it may be the hash of an address


def test_a_failed_job_is_run_again_when_an_admin_retries_it(ran: list[str]) -> None:
    admin = signed_in(person("ada", Role.ADMIN))
    failed = make_failed()
    status, body = admin.post(f"jobs/{failed.pk}/retry/", None)
    assert (status, body["state"], body["attempts"]) == (200, "open", 0)
    assert (run_due(), ran) == (1, ["1"])
    assert refusal(admin.post(f"jobs/{failed.pk}/retry/", None))[:2] == (409, "job_done")
    assert admin.post("jobs/2147483647/retry/", None)[0] == 404


def test_a_job_is_not_retried_beside_an_open_one_of_its_key(ran: list[str]) -> None:
    failed = make_failed(key="a")
    schedule(KIND, key="a")
    answer = signed_in(person("ada", Role.ADMIN)).post(f"jobs/{failed.pk}/retry/", None)
    assert refusal(answer)[:2] == (409, "other_job_open")
    assert Job.objects.get(pk=failed.pk).state == "failed"


def test_the_admin_shows_failed_jobs_and_retries_them(ran: list[str]) -> None:
    client = admin_site_client(person("ada", Role.ADMIN))
    failed = make_failed(subject="goal 17")
    Job.objects.create(kind=KIND, subject="goal 18", done_at=timezone.now())
    page = client.get("/admin/jobs/job/?state=failed").content.decode()
    assert "goal 17" in page
    assert "goal 18" not in page
    ids = [*Job.objects.values_list("pk", flat=True)]
    action = {"action": "retry", "_selected_action": ids}
    page = client.post("/admin/jobs/job/", action, follow=True).content.decode()
    assert "The job is done." in page
    assert Job.objects.get(pk=failed.pk).state == "open"
