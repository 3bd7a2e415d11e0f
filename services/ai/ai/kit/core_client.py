"""Calls core over HTTP, with the caller's token or with a service token of ai."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

import httpx
from pydantic import BaseModel, ValidationError

from ai.kit.auth import Caller, Tokens
from ai.kit.breaker import CircuitBreaker
from ai.kit.errors import ApiError, ServiceUnavailable
from ai.kit.fallback import SourceUnavailable
from ongoza_contracts.http.errors import Problem
from ongoza_ops.trace import current_request_id, current_traceparent, new_traceparent

BUDGET_SECONDS = 0.6
"""The time for all calls of one request together, unless the route sets another."""
COMMAND_SECONDS = 30.0
"""The time for one call of an operator's command, which may wait longer than a learner."""
PAGES_MAX = 50
PAGE_SIZE_MAX = 100
"""The largest page that core returns."""

R = TypeVar("R", bound=BaseModel)
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Page(Protocol[T_co]):
    """A page of a list of core's."""

    @property
    def next(self) -> str | None: ...
    @property
    def results(self) -> Sequence[T_co]: ...


log = logging.getLogger(__name__)


class CoreUnavailable(ServiceUnavailable, SourceUnavailable):
    """Core did not answer in time or validly, answered 5xx, or the circuit breaker is open."""

    code = "core_unavailable"
    detail = "Core cannot be reached at the moment; try again."


class CoreRefused(ApiError):
    """Core answered 4xx: passed on to the client where it concerns the client, else 502."""

    _PASSED_ON = frozenset({401, 403, 404, 409, 429})

    def __init__(self, status: int, error: Problem, retry_after: str | None = None) -> None:
        headers = {"Retry-After": retry_after} if retry_after else {}
        if status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        super().__init__(error.detail, headers=headers)
        self.core_status = status
        self.status, self.code = 502, "core_refused"
        if status in self._PASSED_ON:
            self.status, self.code = status, error.code


class CoreClient:
    """One connection pool and one breaker for all of core."""

    def __init__(
        self,
        base_url: str,
        tokens: Tokens,
        *,
        timeout: float,
        breaker: CircuitBreaker | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.breaker = breaker or CircuitBreaker()
        self._tokens = tokens
        self._timeout = timeout
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=50, max_keepalive_connections=20),
            transport=transport,
        )

    def as_caller(self, caller: Caller, *, budget: float = BUDGET_SECONDS) -> "CoreCalls":
        """Calls with the caller's own rights; `budget` seconds for all of them together."""
        headers = {"Authorization": f"Bearer {caller.token}", "X-User-ID": str(caller.user_id)}
        return CoreCalls(self, headers, budget)

    def as_service(self, *, budget: float = BUDGET_SECONDS) -> "CoreCalls":
        """Calls on ai's own behalf, for the few routes where core accepts that."""
        headers = {"Authorization": f"Bearer {self._tokens.mint_service_token()}"}
        return CoreCalls(self, headers, budget)

    async def request(
        self, method: str, path: str, *, deadline: float, **arguments: Any
    ) -> httpx.Response:
        """Core's answer when it is 2xx. Raises CoreUnavailable or CoreRefused."""
        seconds = min(self._timeout, deadline - time.monotonic())
        if seconds <= 0 or not self.breaker.allows():
            raise CoreUnavailable
        try:
            async with asyncio.timeout(seconds):
                response = await self._http.request(method, path, **arguments)
        except (httpx.HTTPError, TimeoutError) as error:
            self.note_failure(method, path, type(error).__name__)
            raise CoreUnavailable from None
        except BaseException:
            self.breaker.abandoned()
            raise
        if response.is_success:
            self.breaker.succeeded()
            return response
        raise self._refusal(method, path, response)

    async def close(self) -> None:
        await self._http.aclose()

    def note_failure(self, method: str, path: str, why: str) -> None:
        """Count and log a call that failed because of core."""
        self.breaker.failed()
        log.warning("core: %s %s: %s", method, path, why)

    def _refusal(self, method: str, path: str, response: httpx.Response) -> ApiError:
        status = response.status_code
        if not response.is_client_error:
            self.note_failure(method, path, f"status {status}")
            return CoreUnavailable()
        self.breaker.succeeded()
        try:
            error = Problem.model_validate_json(response.content)
        except ValidationError:
            error = Problem(detail="Core refused the request.", code="core_refused", request_id="")
        return CoreRefused(status, error, response.headers.get("Retry-After"))


class CoreCalls:
    """The calls one request makes: one identity, one time budget that starts running now."""

    def __init__(self, client: CoreClient, headers: Mapping[str, str], budget: float) -> None:
        self._client = client
        self._headers = dict(headers)
        self._deadline = time.monotonic() + budget

    async def get(
        self, model: type[R], path: str, parameters: Mapping[str, int | str] | None = None
    ) -> R:
        return self.decode(model, await self.send("GET", path, parameters=parameters))

    async def post(self, model: type[R], path: str, body: BaseModel) -> R:
        return self.decode(model, await self.send("POST", path, body))

    async def put(self, model: type[R], path: str, body: BaseModel) -> R:
        return self.decode(model, await self.send("PUT", path, body))

    async def delete(self, path: str) -> None:
        await self.send("DELETE", path)

    async def pages(
        self,
        model: type[Page[T]],
        path: str,
        parameters: Mapping[str, int | str] | None = None,
        *,
        pages_max: int = PAGES_MAX,
    ) -> AsyncIterator[T]:
        """The items of a list; each page is requested when the one before it was read."""
        query: Mapping[str, int | str] = parameters or {}
        for _ in range(pages_max):
            page = await self.get(cast(Any, model), path, query)
            for item in page.results:
                yield item
            if page.next is None:
                return
            # Of the link its query alone: only the settings say where core is.
            query = dict(parse_qsl(urlsplit(page.next).query))

    async def send(
        self,
        method: str,
        path: str,
        body: BaseModel | None = None,
        parameters: Mapping[str, int | str] | None = None,
    ) -> httpx.Response:
        """Core's answer when it is 2xx. Raises CoreUnavailable or CoreRefused."""
        headers = {
            **self._headers,
            "Content-Type": "application/json",
            "X-Request-ID": current_request_id(),
            "traceparent": current_traceparent() or new_traceparent(),
        }
        return await self._client.request(
            method,
            path,
            deadline=self._deadline,
            headers=headers,
            params=parameters,
            content=body.model_dump_json() if body else None,
        )

    def decode(self, model: type[R], response: httpx.Response) -> R:
        """Raises CoreUnavailable for a body that is not the model."""
        try:
            return model.model_validate_json(response.content)
        except ValidationError as error:
            request = response.request
            self._client.note_failure(request.method, request.url.path, f"not a {model.__name__}")
            raise CoreUnavailable from error
