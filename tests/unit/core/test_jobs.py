"""Jobs: due rows are run once, failures are repeated later, an erasure removes them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.erasure.services import erase_user
from core.jobs import registry
from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.jobs.services import UnknownKind, run_due, schedule
from tests.unit.core.world import person

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
