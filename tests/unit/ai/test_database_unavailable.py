"""A database that dies, restarts or is replaced: the worker waits and the API answers 503."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import uuid4

import asyncpg
import httpx
import pytest

from ai.kit import loops
from ai.kit.settings import Settings
from ai.kit.vectors import ModelIdentity
from ai.profiling import queries
from ai.projections.apply import Applied, Applier
from ai.projections.batch import Batch
from ai.projections.parked import Budget
from ai.projections.subscriber import Subscriber
from tests.ai_double import app_over, learner_seven
from tests.tokens import SECRET, bearer

PASSING = [
    asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
    asyncpg.ProtocolError("unexpected end of message"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    asyncpg.CrashShutdownError("another server process exited abnormally"),
    asyncpg.PostgresIOError("could not read block 0"),
    asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT in a read-only transaction"),
    asyncpg.TooManyConnectionsError("sorry, too many clients already"),
    ConnectionResetError("reset by peer"),
    TimeoutError("no answer"),
    socket.gaierror("Name or service not known"),
    OSError("Multiple exceptions: [Errno 111] ('::1', 5432), [Errno 111] ('127.0.0.1', 5432)"),
    OSError(errno.EHOSTUNREACH, "No route to host"),
]
passing = pytest.mark.parametrize("failure", PASSING, ids=str)


class FailingPool:
    """A pool whose every query raises the failure."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    async def _fail(self, *_: Any, **__: Any) -> Any:
        raise self.failure

    fetchrow = fetchval = fetch = execute = _fail


@pytest.fixture
def deaths(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Why the process would have ended itself."""
    reasons: list[str] = []

    def record_death(_: int, why: str) -> None:
        reasons.append(why)
        raise AssertionError(why)

    for module in ("ai.kit.loops", "ai.projections.subscriber"):
        monkeypatch.setattr(f"{module}.exit_process", record_death)
    return reasons


@passing
async def test_a_background_loop_runs_again_after_the_failure(
    deaths: list[str], monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    monkeypatch.setattr(loops, "PAUSE_AFTER_FAILURE", 0)
    failures, recovered = [failure], asyncio.Event()

    async def work() -> bool:
        if failures:
            raise failures.pop()
        recovered.set()
        return False

    loop = asyncio.create_task(loops.run_periodically(work, pause=60))
    async with asyncio.timeout(5):
        await recovered.wait()
    loop.cancel()
    assert deaths == []


@passing
async def test_a_batch_is_applied_again_after_the_failure(
    deaths: list[str], failure: Exception
) -> None:
    failures = [failure]
    applied: list[Batch] = []

    class FailingOnce:
        async def apply(self, batch: Batch) -> Applied:
            if failures:
                raise failures.pop()
            applied.append(batch)
            return Applied(entities=0, learners=False, content=False)

    budget, event = Budget(share=0.5), asyncio.Event()
    subscriber = Subscriber(cast(Applier, FailingOnce()), budget, event, event)
    await subscriber.handle([])
    assert (len(applied), deaths) == (1, [])


class NamedEncoder:
    identity = ModelIdentity("model", "revision", "fp32", 384)


@pytest.fixture
async def http(
    failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("VECTOR_DB_PASSWORD", "unused")
    monkeypatch.setenv("JWT_SECRET_KEY", SECRET)
    app = app_over(FailingPool(failure), Settings(), encoder=cast(Any, NamedEncoder()))
    async with learner_seven(app) as client:
        yield client


@passing
async def test_a_route_that_needs_the_database_answers_503(http: httpx.AsyncClient) -> None:
    answer = await http.get("/api/v1/operations/parked", headers=bearer(role="admin"))
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert answer.headers["Retry-After"] == "1"


@passing
async def test_health_answers_503_and_says_that_the_database_is_down(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("/health")
    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()["database"]) == ("unavailable", "down")


async def test_reading_a_session_does_not_wait_longer_for_a_connection_than_for_its_query(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class NoFreeConnection:
        async def fetchval(self, *_: Any, **__: Any) -> Any:
            await asyncio.sleep(60)

    monkeypatch.setattr(queries, "READ_SECONDS", 0.01)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5) as longer:
            await queries.projected_session(cast(Any, NoFreeConnection()), uuid4(), 7)
    assert not longer.expired()
