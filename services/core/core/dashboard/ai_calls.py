"""What ai knows of a learner, asked over HTTP with the learner's own token."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

import httpx
from django.conf import settings

from core.kit.trace import current_traceparent
from core.users.models import User

log = logging.getLogger(__name__)

BUDGET_SECONDS = 1.0
"""For all parts together."""
FAILURES, COOL_DOWN_SECONDS = 5, 2.0
"""After so many calls in a row without an answer, ai is not asked for a while. Of a library's
breaker (pybreaker 1.4) a lock is held during each call, so that learners would wait in a row."""

Answers = Mapping[str, Any]
"""The body of each part; None for one that ai did not answer with 200."""


class _Breaker:
    """Of this process. Threads may count a failure less: it opens one call later then."""

    failed_in_a_row = 0
    closed_from = 0.0

    def is_open(self) -> bool:
        return time.monotonic() < self.closed_from

    def record(self, *, answered: bool) -> None:
        self.failed_in_a_row = 0 if answered else self.failed_in_a_row + 1
        if self.failed_in_a_row >= FAILURES:
            self.closed_from = time.monotonic() + COOL_DOWN_SECONDS


breaker = _Breaker()


def ask_ai(user: User, authorization: str) -> Answers:
    """The learner's list, profiling results and learning behaviour. Never raises."""
    requests = {
        "recommendations": ("GET", "/api/v1/recommendations", None),
        "profile": ("GET", "/api/v1/profiling/results", None),
        "behaviour": ("POST", "/api/v1/personality/analyze", {"user_id": user.pk}),
    }
    if breaker.is_open():
        return dict.fromkeys(requests)
    return asyncio.run(_ask(requests, authorization))


async def _ask(
    requests: Mapping[str, tuple[str, str, Any]], authorization: str
) -> dict[str, Any | None]:
    headers = {"Authorization": authorization}
    if traceparent := current_traceparent():
        headers["traceparent"] = traceparent
    async with httpx.AsyncClient(
        base_url=settings.FASTAPI_BASE_URL, headers=headers, trust_env=False
    ) as client:
        tasks = {
            name: asyncio.create_task(_body(client, *request)) for name, request in requests.items()
        }
        await asyncio.wait(tasks.values(), timeout=BUDGET_SECONDS)
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        return {name: None if one.cancelled() else one.result() for name, one in tasks.items()}


async def _body(client: httpx.AsyncClient, method: str, path: str, body: Any) -> Any | None:
    """None without an answer, and for a refusal."""
    try:
        answer = await client.request(method, path, json=body)
        breaker.record(answered=answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR)
        return answer.json() if answer.status_code == httpx.codes.OK else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        breaker.record(answered=False)
        log.warning("ai does not answer: %s", type(error).__name__)
        return None
    except asyncio.CancelledError:
        breaker.record(answered=False)
        log.warning("ai does not answer in time")
        raise
