"""A background job that fails is retried and counted; it never ends the process."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from ai.kit import loops
from ai.kit.broker import BrokerError, Publisher
from ai.kit.locks import TRY_ANNOUNCE, TRY_MIRROR
from ai.kit.loops import JobStatus, run_periodically, until_answered
from ai.projections.generations import REPLACED
from ai.recommendations.announce import PUBLISHED, WAITING, Announcer
from ai.vectorstore.base import StoreUnavailable
from ai.vectorstore.mirror import DIFFERENT, Mirror
from ai.vectorstore.pinecone import PineconeStore


class FailingJob:
    """Fails `failures` times, then succeeds."""

    def __init__(self, failures: int, error: Exception | None = None) -> None:
        self.failures = failures
        self.error = error or ValueError("a bug in the job")
        self.succeeded = asyncio.Event()

    async def run(self) -> bool:
        if self.failures:
            self.failures -= 1
            raise self.error
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


async def test_an_unavailable_service_is_counted_in_short_pauses_without_traceback(
    exits: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loops, "LONGEST_PAUSE_WHILE_UNAVAILABLE", 0)
    job, status = FailingJob(failures=2, error=BrokerError()), JobStatus()
    with caplog.at_level(logging.WARNING):
        loop = asyncio.create_task(
            run_periodically(job.run, pause=60, status=status, unavailable=(BrokerError,))
        )
        async with asyncio.timeout(5):
            await job.succeeded.wait()
    loop.cancel()
    assert (status.failures, status.failures_in_a_row) == (2, 0)
    assert status.last_error == "KafkaError"
    assert [one.exc_info for one in caplog.records] == [None, None]


async def test_a_service_that_is_slow_at_the_start_is_waited_for_and_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loops, "PAUSE_AFTER_FAILURE", 0)
    job = FailingJob(failures=5, error=BrokerError("no brokers"))
    with caplog.at_level(logging.INFO):
        assert await until_answered("Kafka", job.run, (BrokerError,)) is False
    assert caplog.messages == [
        "waiting for Kafka: KafkaError",
        "Kafka answers",
    ]
    assert {one.levelname for one in caplog.records} == {"WARNING"}


async def test_an_error_of_another_kind_is_not_waited_for() -> None:
    job = FailingJob(failures=1)
    with pytest.raises(ValueError, match="a bug"):
        await until_answered("Kafka", job.run, (BrokerError,))


class LiveDatabase:
    """A pool of generation g1 whose locks are free, with one row to work on."""

    row: dict[str, Any] = {"user_id": 7, "version": None, "digest": None, "content_id": "course-1"}

    def __init__(self) -> None:
        self.written: list[str] = []

    @asynccontextmanager
    async def _itself(self) -> AsyncIterator["LiveDatabase"]:
        yield self

    acquire = transaction = _itself

    async def fetchval(self, statement: str, *_: Any) -> Any:
        if statement in (TRY_ANNOUNCE, TRY_MIRROR):
            return True
        if statement == REPLACED:
            return None
        return 5 if "catalogue_revision" in statement else "g1"

    async def fetch(self, statement: str, *_: Any) -> list[dict[str, Any]]:
        assert statement in (WAITING, DIFFERENT)
        return [self.row]

    async def execute(self, statement: str, *_: Any) -> None:
        self.written.append(statement)


async def test_announcing_fails_while_kafka_is_unavailable_and_the_lists_stay_noted() -> None:
    class NoKafka:
        async def publish(self, _: Any) -> None:
            raise BrokerError

    database = LiveDatabase()
    with pytest.raises(BrokerError):
        await Announcer(cast(Any, database), cast(Publisher, NoKafka()), "g1").announce_some()
    assert database.written == []


async def test_a_list_that_cannot_be_published_does_not_keep_the_others_waiting() -> None:
    sent: list[Any] = []

    class Kafka:
        async def publish(self, records: Any) -> None:
            sent.extend(records)

    malformed = {
        "user_id": 6,
        "version": -1,
        "content_ids": ["one"],
        "computed_at": datetime.now(UTC),
    }

    class WithMalformed(LiveDatabase):
        async def fetch(self, statement: str, *_: Any) -> list[dict[str, Any]]:
            return [malformed, self.row]

    database = WithMalformed()
    await Announcer(cast(Any, database), cast(Publisher, Kafka()), "g1").announce_some()
    assert [one.key for one in sent] == ["7"]
    assert database.written == [PUBLISHED]


async def test_mirroring_fails_while_the_store_is_unavailable_and_nothing_is_noted_as_sent() -> (
    None
):
    class NoStore:
        namespace = "content"

        async def upsert(self, _: Any) -> None:
            raise StoreUnavailable

    database = LiveDatabase()
    with pytest.raises(StoreUnavailable):
        await Mirror(cast(Any, database), cast(PineconeStore, NoStore()), "g1").mirror_some()
    assert database.written == []


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
