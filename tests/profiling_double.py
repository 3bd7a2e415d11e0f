"""ai's profiling routes over a double of core, without a database: for the tests of profiling."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI

from ai.kit import error_responses
from ai.kit.auth import Tokens
from ai.kit.breaker import CircuitBreaker
from ai.kit.core_client import CoreClient
from ai.kit.guard import Guard
from ai.kit.trace import Trace
from ai.profiling.bank import Question, bank
from ai.profiling.router import router
from ai.resources import Resources
from ongoza_contracts.vocabulary import Track
from tests.core_double import CoreDouble
from tests.tokens import SECRET, bearer

BASE = "/api/v1/profiling"
QUESTIONS = bank().questions


class ProjectionDouble:
    """A pool that knows the sessions it was given."""

    def __init__(self) -> None:
        self.sessions: dict[UUID, str] = {}

    async def fetchval(self, _: str, session_id: UUID, user_id: int) -> str | None:
        session = self.sessions.get(session_id)
        return session if session and json.loads(session)["user"] == user_id else None


@asynccontextmanager
async def client_of(
    core: CoreDouble, projection: ProjectionDouble
) -> AsyncIterator[httpx.AsyncClient]:
    """A new process of ai, which knows only core's answers and its own projection."""
    app, tokens = FastAPI(redirect_slashes=False), Tokens(SECRET)
    app.include_router(router)
    error_responses.install(app)
    app.add_middleware(Guard)
    app.add_middleware(Trace)
    app.state.tokens = tokens
    app.state.resources = Resources(
        settings=cast(Any, None),
        tokens=tokens,
        pool=cast(asyncpg.Pool, projection),
        core=CoreClient(
            "http://core.test",
            tokens,
            timeout=1,
            breaker=CircuitBreaker(failures=1000),
            transport=core.transport(),
        ),
        encoder=cast(Any, None),
        catalogues=cast(Any, None),
        seen=cast(Any, None),
        stored_lists=cast(Any, None),
        priors=cast(Any, None),
        agreements=cast(Any, None),
        wordings=cast(Any, None),
        lexical=cast(Any, None),
        vectors=cast(Any, None),
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://ai.test", headers=bearer()
    ) as client:
        yield client


async def started(http: httpx.AsyncClient) -> str:
    return str((await http.post(f"{BASE}/session/start")).json()["session_id"])


async def answer(http: httpx.AsyncClient, session: str, count: int, track: Track) -> None:
    """The first `count` questions, each with the track's best option."""
    for question in QUESTIONS[:count]:
        await respond(http, session, question, track)


async def respond(
    http: httpx.AsyncClient, session: str, question: Question, track: Track
) -> dict[str, Any]:
    option = max(question.options, key=lambda one: one.load(track))
    body = {"question_id": question.id, "option_id": option.id}
    response = await http.post(f"{BASE}/session/{session}/respond", json=body)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def completed(http: httpx.AsyncClient, track: Track) -> dict[str, Any]:
    """The result of a session in which every answer speaks for the track."""
    session = await started(http)
    await answer(http, session, 12, track)
    response = await http.post(f"{BASE}/session/{session}/complete")
    assert response.status_code == 200, response.text
    return dict(response.json())
