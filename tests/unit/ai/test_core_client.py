"""ai's client of core, against a core that misbehaves in every way a neighbour can."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from jose import jwt

from ai.kit.auth import Caller, Tokens
from ai.kit.breaker import CircuitBreaker
from ai.kit.core_client import CoreClient, CoreRefused, CoreUnavailable
from ongoza_contracts.http.profiling import SessionRecord
from ongoza_contracts.http.progress import ProgressItem, ProgressPage
from ongoza_contracts.http.users import User
from ongoza_contracts.vocabulary import Role
from tests.tokens import SECRET, SIGN_IN

CALLER = Caller(
    user_id=7,
    role=Role.LEARNER,
    jti="j",
    token="the.callers.token",
    expires_at=0,
    sign_in_id=SIGN_IN,
    generation=0,
)
NOW = "2026-11-20T08:00:00Z"
USER = {
    "id": 7,
    "email": "amina@ongoza.example",
    "first_name": "Amina",
    "last_name": "O",
    "role": "learner",
    "track": None,
    "organization": None,
    "created_at": NOW,
    "updated_at": NOW,
}
SESSION_ID = UUID("018f6d2e-0000-7000-8000-000000000001")
Answer = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Core:
    """A double of core: answers as told, remembers what it was asked."""

    def __init__(self, answer: Answer, breaker: CircuitBreaker | None = None) -> None:
        self.asked: list[httpx.Request] = []
        self.answer = answer
        self.client = CoreClient(
            "http://core.test",
            Tokens(SECRET),
            timeout=30,
            breaker=breaker,
            transport=httpx.MockTransport(self._handle),
        )

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        response = self.answer(request)
        return response if isinstance(response, httpx.Response) else await response

    async def user(self, budget: float = 1.0) -> Any:
        return await self.client.as_caller(CALLER, budget=budget).get(User, "/api/v1/users/7")


def says(status: int, body: Any = None, **headers: str) -> Answer:
    return lambda _: httpx.Response(status, json=body, headers=headers)


async def test_a_call_for_a_learner_carries_who_asks_and_the_trace() -> None:
    core = Core(says(200, USER))
    assert (await core.user()).email == "amina@ongoza.example"
    (request,) = core.asked
    assert request.headers["Authorization"] == "Bearer the.callers.token"
    assert request.headers["X-User-ID"] == "7"
    assert request.headers["traceparent"].startswith("00-")
    assert request.url.path == "/api/v1/users/7"


async def test_a_call_of_ais_own_carries_a_service_token_and_no_user() -> None:
    session = {
        "id": str(SESSION_ID),
        "user": 7,
        "questionnaire": "v1",
        "status": "open",
        "version": 1,
        "answers": [],
        "result": None,
        "created_at": NOW,
        "completed_at": None,
    }
    core = Core(says(200, session))
    await core.client.as_service().get(SessionRecord, f"/sessions/{SESSION_ID}/")
    (request,) = core.asked
    claims = jwt.get_unverified_claims(request.headers["Authorization"].split()[1])
    assert (claims["iss"], claims["aud"]) == ("ongoza-ai", "ongoza-core")
    assert "X-User-ID" not in request.headers


def raising(error: Exception) -> Answer:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    return answer


BROKEN: dict[str, Answer] = {
    "500": says(500, {"detail": "x"}),
    "503": says(503),
    "a redirect": says(307, None, Location="http://169.254.169.254/"),
    "no connection": raising(httpx.ConnectError("refused")),
    "a reset": raising(httpx.ReadError("reset")),
    "a time-out": raising(httpx.ReadTimeout("slow")),
    "no JSON": lambda _: httpx.Response(200, text="<html>"),
    "another model": says(200, {"id": 7}),
    "NaN": lambda _: httpx.Response(200, text='{"id": NaN}'),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
async def test_a_core_that_does_not_answer_well_is_unavailable(answer: Answer) -> None:
    core = Core(answer)
    with pytest.raises(CoreUnavailable) as refusal:
        await core.user()
    assert refusal.value.status == 503
    assert refusal.value.headers["Retry-After"]
    assert len(core.asked) == 1, "a redirect is never followed, nothing is asked again"


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429])
async def test_a_refusal_that_concerns_the_client_is_passed_on(status: int) -> None:
    body = {"detail": "No.", "code": "not_today", "errors": [], "request_id": "r"}
    core = Core(says(status, body))
    with pytest.raises(CoreRefused) as refusal:
        await core.user()
    error = refusal.value
    assert (error.status, error.code, error.detail) == (status, "not_today", "No.")


@pytest.mark.parametrize("body", [None, "<html>", {"detail": 5}])
async def test_a_refusal_of_ais_own_mistake_is_a_bad_gateway(body: Any) -> None:
    with pytest.raises(CoreRefused) as refusal:
        await Core(says(400, body)).user()
    assert (refusal.value.status, refusal.value.code) == (502, "core_refused")


async def test_a_slow_core_costs_no_more_than_the_budget() -> None:
    async def slow(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5)
        return httpx.Response(200, json=USER)

    core = Core(slow)
    with pytest.raises(CoreUnavailable):
        await core.user(budget=0.05)


async def test_a_spent_budget_asks_nothing_and_blames_nobody() -> None:
    core = Core(says(200, USER), CircuitBreaker(failures=1))
    calls = core.client.as_caller(CALLER, budget=0)
    with pytest.raises(CoreUnavailable):
        await calls.get(User, "/api/v1/users/7")
    assert core.asked == []
    assert not core.client.breaker.is_open


async def test_after_enough_failures_core_is_left_alone_until_a_probe_succeeds() -> None:
    clock = Clock()
    core = Core(says(500), CircuitBreaker(failures=3, cool_down=2, clock=clock))
    for _ in range(10):
        with pytest.raises(CoreUnavailable):
            await core.user()
    assert len(core.asked) == 3
    core.answer = says(200, USER)
    clock.now = 2.1
    await core.user()
    await core.user()
    assert len(core.asked) == 5


async def test_a_client_that_leaves_says_nothing_about_core() -> None:
    clock = Clock()
    breaker = CircuitBreaker(failures=1, cool_down=2, clock=clock)
    core = Core(says(500), breaker)
    with pytest.raises(CoreUnavailable):
        await core.user()
    clock.now = 3

    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5)
        return httpx.Response(200)

    core.answer = hang
    probe = asyncio.create_task(core.user(budget=5))
    await asyncio.sleep(0.01)
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    core.answer = says(200, USER)
    assert (await core.user()).id == 7


def progress_item(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "user": 7,
        "content_id": f"course-{number}",
        "content_type": "course",
        "status": "completed",
        "completion_percentage": 100,
        "score": None,
        "metadata": {},
        "created_at": NOW,
        "updated_at": NOW,
    }


def pages(count: int) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("cursor", 1))
        following = f"http://evil.example/?cursor={number + 1}" if number < count else None
        page = {
            "count": count,
            "next": following,
            "previous": None,
            "results": [progress_item(number)],
        }
        return httpx.Response(200, json=page)

    return answer


def progress(core: Core, *, pages_max: int = 50) -> AsyncIterator[ProgressItem]:
    calls = core.client.as_caller(CALLER)
    return calls.pages(ProgressPage, "/api/v1/progress/", pages_max=pages_max)


async def read_all(items: AsyncIterator[Any]) -> list[str]:
    return [item.content_id async for item in items]


async def test_progress_is_read_page_by_page_from_core_alone() -> None:
    core = Core(pages(3))
    found = await read_all(progress(core))
    assert found == ["course-1", "course-2", "course-3"]
    assert {request.url.host for request in core.asked} == {"core.test"}


async def test_progress_stops_at_the_bound() -> None:
    core = Core(pages(1000))
    assert len(await read_all(progress(core, pages_max=4))) == 4


async def test_progress_reads_no_further_than_needed() -> None:
    core = Core(pages(3))
    async for _ in progress(core):
        break
    assert len(core.asked) == 1
