"""A background job that fails is retried and counted; it never ends the process."""

import asyncio
from collections.abc import Iterator

import pytest

from ai.kit import loops
from ai.kit.loops import JobStatus, run_periodically


class FailingJob:
    """Fails as often as it is told, then succeeds."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.succeeded = asyncio.Event()

    async def run(self) -> bool:
        if self.failures:
            self.failures -= 1
            raise ValueError("a bug in the job")
        self.succeeded.set()
        return False


@pytest.fixture
def exits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Why the process would have ended."""
    reasons: list[str] = []
    monkeypatch.setattr(loops, "exit_process", lambda _, why: reasons.append(why))
    yield reasons
    assert reasons == []


async def test_a_job_with_a_bug_is_retried_and_counted(
    exits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "PAUSE_AFTER_FAILURE", 0)
    job, status = FailingJob(failures=3), JobStatus()
    loop = asyncio.create_task(run_periodically(job.run, pause=60, status=status))
    async with asyncio.timeout(5):
        await job.succeeded.wait()
    loop.cancel()
    assert (status.failures, status.failures_in_a_row) == (3, 0)
    assert status.last_error == "ValueError"
    assert status.last_failed_at is not None


async def test_the_work_that_wakes_a_failing_job_does_not_shorten_its_pause(
    exits: list[str],
) -> None:
    job, status, wake = FailingJob(failures=100), JobStatus(), asyncio.Event()
    loop = asyncio.create_task(run_periodically(job.run, pause=60, wake=wake, status=status))
    for _ in range(10):
        wake.set()
        await asyncio.sleep(0.01)
    loop.cancel()
    assert status.failures == 1


def test_the_pause_doubles_up_to_a_minute_and_starts_again_after_a_success() -> None:
    status, pauses = JobStatus(), []
    for _ in range(8):
        status.record_failure(ValueError())
        pauses.append(status.pause)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    status.record_success()
    status.record_failure(ValueError())
    assert status.pause == 1
    assert status.failures == 9
