"""One caller cannot take a costly route from the others."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from anyio import open_process, to_process
from fastapi import FastAPI

from ai.embeddings.queue import EncoderQueue
from ai.embeddings.router import new_budget, router
from ai.kit import error_responses, fairness
from ai.kit.auth import Tokens
from ai.kit.bodies import LARGE_BYTES
from ai.kit.errors import ServiceUnavailable
from ai.kit.fairness import Budget, TooManyRequests, run_in_child
from ai.personality.router import router as personality
from ai.recommendations.router import router as recommendations
from ai.search.router import router as search
from tests.tokens import SECRET, bearer
from tests.unit.ai.test_embeddings_queue import SlowEncoder

PATH = "/api/v1/embeddings"
GREEDY, POLITE = 7, 8


@pytest.fixture
def encoder() -> SlowEncoder:
    return SlowEncoder()


@pytest.fixture
async def app(encoder: SlowEncoder) -> AsyncIterator[FastAPI]:
    app, queue = FastAPI(), EncoderQueue(encoder)
    app.include_router(router)
    error_responses.install(app)
    app.state.tokens, app.state.embedding_budget = Tokens(SECRET), new_budget()
    app.state.resources = SimpleNamespace(encoder=queue)
    yield app
    encoder.go.set()
    queue.close()


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ai.test") as client:
        yield client


async def test_a_third_request_at_once_is_429_and_another_caller_is_answered(
    http: httpx.AsyncClient, encoder: SlowEncoder
) -> None:
    async def ask(user_id: int, text: str) -> httpx.Response:
        return await http.post(PATH, json={"texts": [text]}, headers=bearer(user_id=user_id))

    greedy = [asyncio.create_task(ask(GREEDY, text)) for text in "abcd"]
    _, running = await asyncio.wait(greedy, timeout=1)
    refused = [one.result() for one in greedy if one not in running]
    assert [answer.status_code for answer in refused] == [429, 429]
    assert refused[0].json()["code"] == "too_many_requests"
    assert refused[0].headers["Retry-After"] == "1"
    encoder.go.set()
    assert (await ask(POLITE, "e")).status_code == 200
    assert [(await one).status_code for one in running] == [200, 200]
    assert (await ask(GREEDY, "f")).status_code == 200


async def test_who_spent_the_characters_of_a_minute_is_429_and_others_are_answered(
    http: httpx.AsyncClient, encoder: SlowEncoder
) -> None:
    encoder.go.set()
    long = {"texts": [f"{number} " + "x" * 1200 for number in range(64)]}
    statuses = [
        (await http.post(PATH, json=long, headers=bearer(user_id=GREEDY))).status_code
        for _ in range(4)
    ]
    assert statuses == [200, 200, 200, 429]
    assert (await http.post(PATH, json=long, headers=bearer(user_id=POLITE))).status_code == 200


async def test_rows_of_a_greedy_caller_are_429_before_they_are_read(
    app: FastAPI, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.include_router(personality)
    monkeypatch.setattr(app.state, "resources", SimpleNamespace(pool=None))
    body = b"[" + b" " * 150_000  # malformed: a body that is read is refused by 400

    async def ask(user_id: int) -> int:
        headers = {**bearer(user_id=user_id), "Content-Type": "application/json"}
        path = "/api/v1/personality/analyze"
        return (await http.post(path, content=body, headers=headers)).status_code

    statuses = [await ask(10_007) for _ in range(20)]  # twice what a minute refills
    assert statuses[:9] == [400] * 9
    assert 429 in statuses
    assert await ask(10_008) == 400


def row(number: int, **changes: object) -> dict[str, object]:
    moments = {"created_at": "2026-01-02T00:00:00Z", "updated_at": "2026-01-03T00:00:00Z"}
    item = {"content_id": f"course-{number}", "status": "failed", "completion_percentage": 90}
    return {**item, **moments, **changes}


async def test_rows_parsed_in_another_process_are_refused_with_the_same_errors(
    app: FastAPI, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.include_router(personality)
    monkeypatch.setattr(app.state, "resources", SimpleNamespace(pool=None))
    wrong = row(1, updated_at="2026-01-01T00:00:00Z")
    for others in (0, 500):
        rows = [wrong, *(row(number) for number in range(2, 2 + others))]
        body = {"user_id": GREEDY, "progress_data": rows}
        answer = await http.post(
            "/api/v1/personality/analyze", json=body, headers=bearer(user_id=GREEDY)
        )
        assert (len(answer.request.content) > LARGE_BYTES) == bool(others)
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == [
            "progress_data.0.updated_at"
        ]


async def test_a_child_process_that_dies_is_a_503_and_is_started_again() -> None:
    with pytest.raises(ServiceUnavailable):
        await run_in_child(os._exit, 3)
    assert await run_in_child(os.getpid) != os.getpid()


async def test_a_child_process_that_hangs_is_a_503_and_is_started_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await run_in_child(os.getpid)  # starts it
    monkeypatch.setattr(fairness, "CHILD_SECONDS", 0.2)
    monkeypatch.setattr(fairness, "HANGING_SECONDS", 0.4)
    with pytest.raises(ServiceUnavailable):
        await run_in_child(signal.pause)
    monkeypatch.undo()
    assert await run_in_child(os.getpid) != os.getpid()


@pytest.mark.parametrize("is_started", [True, False])
async def test_a_client_who_leaves_ends_neither_the_child_process_nor_its_start(
    monkeypatch: pytest.MonkeyPatch, *, is_started: bool
) -> None:
    started = 0

    async def count_starts(*args: Any, **options: Any) -> Any:
        nonlocal started
        started += 1
        return await open_process(*args, **options)

    monkeypatch.setattr(to_process, "open_process", count_starts)
    if is_started:
        await run_in_child(os.getpid)
    abandoned = asyncio.create_task(run_in_child(time.sleep, 0.1))
    await asyncio.sleep(0.02)
    abandoned.cancel()
    await run_in_child(os.getpid)
    assert (abandoned.cancelled(), started) == (True, 1)


async def test_a_fault_in_the_child_process_has_its_traceback() -> None:
    with pytest.raises(ValueError, match="not JSON") as failed:
        await run_in_child(_fail)
    assert "in _fail" in failed.value.__notes__[0]


def _fail() -> None:
    raise ValueError("not JSON")


async def test_work_in_the_child_process_does_not_hold_up_the_event_loop() -> None:
    await run_in_child(os.getpid)  # starts it
    working = asyncio.create_task(run_in_child(sum, range(20_000_000)))
    turns = 0
    while not working.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100  # in a thread a few: `sum` is one call that keeps Python's lock


def test_a_budget_is_refilled_evenly_and_says_when_it_suffices() -> None:
    now = [0.0]
    budget = Budget(60, seconds=60, clock=lambda: now[0])
    budget.spend(GREEDY, 50)
    with pytest.raises(TooManyRequests) as refused:
        budget.spend(GREEDY, 30)
    assert refused.value.headers == {"Retry-After": "20"}
    budget.spend(POLITE, 60)
    now[0] = 20
    budget.spend(GREEDY, 30)


async def leave(app: FastAPI, method: str, path: str, body: bytes = b"") -> list[dict[str, object]]:
    """What is sent to a client who asks and closes the connection."""
    messages: list[dict[str, object]] = [
        {"type": "http.request", "body": body, "more_body": False},
        {"type": "http.disconnect"},
    ]
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    headers = {**bearer(user_id=GREEDY), "Content-Type": "application/json"}
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http",
        "headers": [(key.lower().encode(), value.encode()) for key, value in headers.items()],
        "server": ("ai.test", 80),
        "client": ("127.0.0.1", 1),
    }
    await asyncio.wait_for(app(scope, receive, send), 5)  # type: ignore[arg-type]
    return sent


async def test_texts_of_a_client_who_left_are_not_embedded(
    app: FastAPI, encoder: SlowEncoder
) -> None:
    encode: Callable[..., Awaitable[object]] = app.state.resources.encoder.encode
    running = asyncio.ensure_future(encode(["running"]))
    await asyncio.sleep(0)
    sent = await leave(app, "POST", PATH, b'{"texts": ["abandoned"]}')
    assert sent[0]["status"] == 499
    encoder.go.set()
    await running
    await encode(["next"])
    assert encoder.batches == [["running"], ["next"]]


class Never:
    """Resources of which nothing ever answers."""

    def __init__(self) -> None:
        self.cancelled = 0

    def __getattr__(self, name: str) -> "Never":
        return self

    def __call__(self, *_: object, **__: object) -> "Never":
        return self

    def __await__(self) -> Generator[object, None, None]:
        try:
            yield from asyncio.get_running_loop().create_future().__await__()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/personality/analyze", b'{"user_id": 7}'),
        ("GET", "/api/v1/search?q=linux", b""),
        ("GET", "/api/v1/search/similar/course-101", b""),
        ("GET", "/api/v1/recommendations?limit=3", b""),
        ("GET", "/api/v1/recommendations/debug", b""),
        ("POST", "/api/v1/recommendations", b'{"user_id": 7}'),
    ],
)
async def test_work_ends_with_its_request(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, method: str, path: str, body: bytes
) -> None:
    resources = Never()
    monkeypatch.setattr(app.state, "resources", resources)
    for one in (personality, search, recommendations):
        app.include_router(one)
    sent = await leave(app, method, path, body)
    await asyncio.sleep(0)
    assert sent[0]["status"] == 499
    assert resources.cancelled == 1


async def test_a_single_text_is_not_refused_because_of_lists(encoder: SlowEncoder) -> None:
    queue = EncoderQueue(encoder, texts_max=4)
    lists = [asyncio.ensure_future(queue.encode(texts)) for texts in (["a"], list("bcde"))]
    await asyncio.sleep(0)
    single = asyncio.ensure_future(queue.encode(["s"]))
    await asyncio.sleep(0)
    assert not single.done()
    encoder.go.set()
    await asyncio.gather(*lists, single)
    assert encoder.batches[1][0] == "s"


def test_what_was_refused_is_refunded() -> None:
    budget = Budget(60, seconds=60, clock=lambda: 0.0)
    budget.spend(GREEDY, 60)
    budget.refund(GREEDY, 40)
    budget.spend(GREEDY, 40)
    with pytest.raises(TooManyRequests):
        budget.spend(GREEDY, 1)
