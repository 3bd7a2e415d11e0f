"""Core over HTTP: as the caller, with their token, or as ai itself, with a service token."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeVar
from uuid import UUID

import httpx
from pydantic import BaseModel, ValidationError

from ai.kit.auth import Caller, Tokens
from ai.kit.breaker import CircuitBreaker
from ai.kit.errors import ApiError, ServiceUnavailable
from ai.kit.trace import child_traceparent, request_id
from ongoza_contracts.http.content import ContentItem, ContentPage
from ongoza_contracts.http.erasure import ErasureReport
from ongoza_contracts.http.errors import Error
from ongoza_contracts.http.feedback import FeedbackItem, FeedbackPage
from ongoza_contracts.http.profiling import (
    AnswerRequest,
    ResultRequest,
    SessionRecord,
    SessionRequest,
)
from ongoza_contracts.http.progress import ProgressItem, ProgressPage
from ongoza_contracts.http.reconcile import EntityKind, EntityVersion, VersionPage
from ongoza_contracts.http.users import Organization, User

BUDGET_SECONDS = 0.6
"""What all calls made for one request may take together, unless the route says otherwise."""
PAGES_MAX = 50
PAGE_SIZE_MAX = 100
"""Core gives no larger page."""

R = TypeVar("R", bound=BaseModel)

log = logging.getLogger(__name__)


class CoreUnavailable(ServiceUnavailable):
    """Core did not answer in time, answered 5xx or nonsense, or failed so often that we wait."""

    code = "core_unavailable"
    detail = "Core cannot be reached at the moment; try again."


class CoreRefused(ApiError):
    """Core answered 4xx: passed on to the client where it concerns the client, else 502."""

    _PASSED_ON = frozenset({401, 403, 404, 409, 429})

    def __init__(self, status: int, error: Error, retry_after: str | None = None) -> None:
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
        """One call failed for reasons of core's."""
        self.breaker.failed()
        log.warning("core: %s %s: %s request_id=%s", method, path, why, request_id())

    def _refusal(self, method: str, path: str, response: httpx.Response) -> ApiError:
        status = response.status_code
        if not response.is_client_error:
            self.note_failure(method, path, f"status {status}")
            return CoreUnavailable()
        self.breaker.succeeded()
        try:
            error = Error.model_validate_json(response.content)
        except ValidationError:
            error = Error(detail="Core refused the request.", code="core_refused", request_id="")
        return CoreRefused(status, error, response.headers.get("Retry-After"))


class CoreCalls:
    """The calls one request makes: one identity, one time budget that starts running now."""

    def __init__(self, client: CoreClient, headers: Mapping[str, str], budget: float) -> None:
        self._client = client
        self._headers = dict(headers)
        self._deadline = time.monotonic() + budget

    async def user(self, user_id: int) -> User:
        return await self._get(User, f"/api/v1/users/{user_id}")

    async def organization(self, organization_id: int) -> Organization:
        return await self._get(Organization, f"/api/v1/organizations/{organization_id}/")

    async def progress(
        self, user_id: int, *, pages_max: int = PAGES_MAX
    ) -> AsyncIterator[ProgressItem]:
        """The learner's progress, a page at a time, as far as it is read."""
        for number in range(1, pages_max + 1):
            parameters = {"user": user_id, "page": number}
            page = await self._get(ProgressPage, "/api/v1/progress/", parameters)
            for item in page.results:
                yield item
            if page.next is None:  # its address is not followed: core is where the settings say
                return

    async def content(self, *, pages_max: int = PAGES_MAX) -> AsyncIterator[ContentItem]:
        """Everything on offer, a page at a time, as far as it is read."""
        for number in range(1, pages_max + 1):
            parameters = {"page": number, "page_size": PAGE_SIZE_MAX}
            page = await self._get(ContentPage, "/api/v1/content/", parameters)
            for item in page.results:
                yield item
            if page.next is None:
                return

    async def feedback(self, *, pages_max: int = PAGES_MAX) -> AsyncIterator[FeedbackItem]:
        """What the caller said of content, a page at a time, as far as it is read."""
        for number in range(1, pages_max + 1):
            page = await self._get(FeedbackPage, "/api/v1/feedback/", {"page": number})
            for item in page.results:
                yield item
            if page.next is None:
                return

    async def erasure(self, user_id: int) -> ErasureReport:
        """As service only."""
        return await self._get(ErasureReport, f"/api/v1/internal/erasures/{user_id}/")

    async def versions(self, kind: EntityKind, after: str | None) -> VersionPage:
        """As service only."""
        parameters = {} if after is None else {"after": after}
        return await self._get(VersionPage, f"/api/v1/internal/versions/{kind}/", parameters)

    async def version(self, kind: EntityKind, key: str) -> int | None:
        """As service only; None when core knows no such entity."""
        try:
            path = f"/api/v1/internal/versions/{kind}/{key}/"
            return (await self._get(EntityVersion, path)).version
        except CoreRefused as error:
            if error.core_status == 404:
                return None
            raise

    async def publish_again(self, kind: EntityKind, key: str) -> None:
        """As service only."""
        await self._call("POST", f"/api/v1/internal/versions/{kind}/{key}/")

    async def start_profiling(self, questionnaire: str) -> tuple[SessionRecord, bool]:
        """The learner's open session, and whether it was started just now."""
        body = SessionRequest(questionnaire=questionnaire)
        response = await self._call("POST", "/api/v1/profiling/sessions/", body)
        return self._decode(SessionRecord, response), response.status_code == 201

    async def profiling_session(self, session_id: UUID) -> SessionRecord:
        return await self._get(SessionRecord, f"/api/v1/profiling/sessions/{session_id}/")

    async def record_answer(
        self, session_id: UUID, question_id: str, option_id: str
    ) -> SessionRecord:
        path = f"/api/v1/profiling/sessions/{session_id}/answers/{question_id}/"
        response = await self._call("PUT", path, AnswerRequest(option_id=option_id))
        return self._decode(SessionRecord, response)

    async def record_result(self, session_id: UUID, result: ResultRequest) -> SessionRecord:
        """As service only. Recording an equal result again changes nothing."""
        path = f"/api/v1/profiling/sessions/{session_id}/result/"
        return self._decode(SessionRecord, await self._call("POST", path, result))

    async def delete_profiling(self, session_id: UUID) -> None:
        await self._call("DELETE", f"/api/v1/profiling/sessions/{session_id}/")

    async def _get(
        self, model: type[R], path: str, parameters: Mapping[str, int | str] | None = None
    ) -> R:
        return self._decode(model, await self._call("GET", path, parameters=parameters))

    async def _call(
        self,
        method: str,
        path: str,
        body: BaseModel | None = None,
        parameters: Mapping[str, int | str] | None = None,
    ) -> httpx.Response:
        headers = {
            **self._headers,
            "Content-Type": "application/json",
            "X-Request-ID": request_id(),
            "traceparent": child_traceparent(),
        }
        return await self._client.request(
            method,
            path,
            deadline=self._deadline,
            headers=headers,
            params=parameters,
            content=body.model_dump_json() if body else None,
        )

    def _decode(self, model: type[R], response: httpx.Response) -> R:
        try:
            return model.model_validate_json(response.content)
        except ValidationError as error:
            request = response.request
            self._client.note_failure(request.method, request.url.path, f"not a {model.__name__}")
            raise CoreUnavailable from error
