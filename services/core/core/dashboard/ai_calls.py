"""What ai knows of a learner, asked over HTTP with the learner's own token."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import httpx
from django.conf import settings

from core.kit.breaker import Breaker
from core.kit.tls import trusted_certificates
from core.users.models import User
from ongoza_ops.trace import current_traceparent

log = logging.getLogger(__name__)

BUDGET_SECONDS = 1.0
"""For all parts together."""

Answers = Mapping[str, Any]
"""The body of each part; None for one that ai did not answer with 200."""


breaker = Breaker()


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
        base_url=settings.FASTAPI_BASE_URL,
        headers=headers,
        trust_env=False,
        verify=trusted_certificates(),
    ) as client:
        tasks = {
            name: asyncio.create_task(_body(client, *request)) for name, request in requests.items()
        }
        await asyncio.wait(tasks.values(), timeout=BUDGET_SECONDS)
        for task in tasks.values():
            task.cancel()
        found = await asyncio.gather(*tasks.values(), return_exceptions=True)
    failures = [type(one).__name__ for one in found if isinstance(one, BaseException)]
    breaker.record(answered=not failures)
    if failures:
        log.warning("ai does not answer: %s", ", ".join(failures))
    return {
        name: None if isinstance(one, BaseException) else one
        for name, one in zip(tasks, found, strict=True)
    }


async def _body(client: httpx.AsyncClient, method: str, path: str, body: Any) -> Any | None:
    """None for a refusal, which is an answer. Raises HTTPError without one."""
    answer = await client.request(method, path, json=body)
    if answer.is_server_error:
        answer.raise_for_status()
    return answer.json() if answer.status_code == httpx.codes.OK else None
