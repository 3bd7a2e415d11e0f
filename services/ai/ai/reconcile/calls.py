"""Calls of core and ai's database that are repeated while these do not answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ai.kit.core_client import COMMAND_SECONDS, CoreCalls, CoreClient, CoreRefused, CoreUnavailable
from ai.kit.db import UNAVAILABLE
from ongoza_contracts.http.reconcile import (
    EntityVersion,
    OutboxState,
    RepublishRequest,
    VersionPage,
)

RETRY_SECONDS = 0.5
NOT_FOUND, TOO_MANY_REQUESTS = 404, 429

T = TypeVar("T")


class Calls:
    """Calls are repeated for `patience` seconds. They raise CoreRefused, and after that time
    CoreUnavailable or the error of the database."""

    def __init__(self, core: CoreClient, patience: float) -> None:
        self._core = core
        self._patience = patience

    async def page(self, kind: str, after: str | None) -> VersionPage:
        parameters = {} if after is None else {"after": after}
        path = f"/api/v1/internal/versions/{kind}/"
        return await self._core_answers(lambda core: core.get(VersionPage, path, parameters))

    async def version(self, kind: str, key: str) -> int | None:
        """None when core has no such entity."""
        path = _path(kind, key)
        try:
            found = await self._core_answers(lambda core: core.get(EntityVersion, path))
        except CoreRefused as error:
            if error.core_status == NOT_FOUND:
                return None
            raise
        return found.version

    async def outbox(self, kind: str) -> OutboxState:
        path = f"/api/v1/internal/outbox/{kind}/"
        return await self._core_answers(lambda core: core.get(OutboxState, path))

    async def republish(self, kind: str, key: str, above: int | None) -> None:
        """No-op for an entity that was deleted meanwhile."""
        body = None if above is None else RepublishRequest(above=above)
        path = _path(kind, key)
        try:
            await self._core_answers(lambda core: core.send("POST", path, body))
        except CoreRefused as error:
            if error.core_status != NOT_FOUND:
                raise

    async def _core_answers(self, work: Callable[[CoreCalls], Awaitable[T]]) -> T:
        return await self.repeat(lambda: work(self._core.as_service(budget=COMMAND_SECONDS)))

    async def repeat(self, work: Callable[[], Awaitable[T]]) -> T:
        """The result of `work`, which is repeated while core or the database is unavailable."""
        give_up_at = time.monotonic() + self._patience
        while True:
            try:
                return await work()
            except (*UNAVAILABLE, CoreUnavailable, CoreRefused) as error:
                refused = isinstance(error, CoreRefused) and error.core_status != TOO_MANY_REQUESTS
                if refused or time.monotonic() > give_up_at:
                    raise
            await asyncio.sleep(RETRY_SECONDS)


def _path(kind: str, key: str) -> str:
    return f"/api/v1/internal/versions/{kind}/{key}/"
