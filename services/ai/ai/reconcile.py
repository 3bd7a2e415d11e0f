"""Compares what ai has with what core has: `python -m ai reconcile [--repair]`.

Exits with 0 when both are equal, with 2 when they differ, with 1 when they could not be compared.
Differences are compared again for a while, because a fact may still be on its way.
"""

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated

import asyncpg
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from ai.kit.auth import Tokens
from ai.kit.broker import BrokerError, KafkaConfig, Reader
from ai.kit.core_client import CoreCalls, CoreClient, CoreRefused, CoreUnavailable
from ai.kit.db import UNAVAILABLE, open_pool
from ai.kit.logs import configure
from ai.kit.settings import Settings, load_settings
from ai.projections.last_records import Republished, republish_outdated
from ai.projections.registry import REGISTRY, Projection
from ai.projections.versions import load_version, load_versions
from ongoza_contracts.http.reconcile import EntityVersion, VersionPage

DIFFERS = 2
SHOWN = 20
CALL_SECONDS = 10.0
"""The time that core may take for one call, more than while a user waits."""
AGAIN_SECONDS = 0.5

command = typer.Typer(add_completion=False)
console = Console()


@dataclass(frozen=True, slots=True)
class Difference:
    projection: Projection
    key: str
    core: int | None
    """Core's version; None when it has no such entity."""
    ai: int | None

    @property
    def kind(self) -> str:
        return self.projection.topic.kind

    @property
    def what(self) -> str:
        if self.core is None:
            return "unknown to core"
        if self.ai is None:
            return "missing here"
        return "older here" if self.ai < self.core else "newer here than in core"


@dataclass(slots=True)
class Found:
    compared: int = 0
    differences: list[Difference] = field(default_factory=list)
    repaired: int = 0
    last_records: Republished = field(default_factory=Republished)


class Reconcile:
    def __init__(self, core: CoreClient, pool: asyncpg.Pool) -> None:
        self._core = core
        self._pool = pool

    async def compare(self, projection: Projection) -> AsyncIterator[tuple[int, list[Difference]]]:
        """Yields for each page how many entities core has on it, and what differs at the first
        look.

        Raises CoreUnavailable and CoreRefused.
        """
        after: str | None = None
        while True:
            core = self._core.as_service(budget=CALL_SECONDS)
            page = await _versions(core, projection.topic.kind, after)
            theirs = {one.key: one.version for one in page.results}
            ours = await load_versions(self._pool, projection, after, page.next_after)
            yield (
                len(theirs),
                [
                    Difference(projection, key, theirs.get(key), ours.get(key))
                    for key in theirs.keys() | ours.keys()
                    if theirs.get(key) != ours.get(key)
                ],
            )
            after = page.next_after
            if after is None:
                return

    async def persisting(self, differences: list[Difference], seconds: float) -> list[Difference]:
        """The differences that are left after `seconds`, in which facts on their way can arrive."""
        deadline = time.monotonic() + seconds
        while differences and time.monotonic() < deadline:
            await asyncio.sleep(AGAIN_SECONDS)
            again = [await self._look(one) for one in differences]
            differences = [one for one in again if one.core != one.ai]
        return differences

    async def repair(self, difference: Difference) -> bool:
        """Have core publish the entity again; False where that would not help."""
        if difference.core is None or (difference.ai or 0) > difference.core:
            return False
        await self._core.as_service(budget=CALL_SECONDS).send(
            "POST", _path(difference.kind, difference.key)
        )
        return True

    async def page(self, kind: str, after: str | None) -> VersionPage:
        return await _versions(self._core.as_service(budget=CALL_SECONDS), kind, after)

    async def republish(self, kind: str, key: str, above: int | None) -> None:
        await self._core.as_service(budget=CALL_SECONDS).send("POST", _path(kind, key))

    async def _look(self, one: Difference) -> Difference:
        core = await _version(self._core.as_service(budget=CALL_SECONDS), one.kind, one.key)
        ours = await load_version(self._pool, one.projection, one.key)
        return Difference(one.projection, one.key, core, ours)


async def _versions(core: CoreCalls, kind: str, after: str | None) -> VersionPage:
    parameters = {} if after is None else {"after": after}
    return await core.get(VersionPage, f"/api/v1/internal/versions/{kind}/", parameters)


async def _version(core: CoreCalls, kind: str, key: str) -> int | None:
    """None when core has no such entity."""
    try:
        return (await core.get(EntityVersion, _path(kind, key))).version
    except CoreRefused as error:
        if error.core_status == 404:
            return None
        raise


def _path(kind: str, key: str) -> str:
    return f"/api/v1/internal/versions/{kind}/{key}/"


async def reconcile(given: Reconcile, *, repair: bool, patience: float) -> Found:
    """Raises CoreUnavailable and CoreRefused."""
    found = Found()
    with Progress(console=console) as progress:
        for projection in REGISTRY.projections:
            task = progress.add_task(projection.topic.kind, total=None)
            seen: list[Difference] = []
            async for count, differences in given.compare(projection):
                found.compared += count
                seen += differences
                progress.update(task, advance=count)
            found.differences += await given.persisting(seen, patience)
            progress.update(task, total=progress.tasks[task].completed)
    if repair:
        asked = [one for one in found.differences if await given.repair(one)]
        left = await given.persisting(asked, patience)
        found.repaired = len(asked) - len(left)
        others = [one for one in found.differences if one not in asked]
        found.differences = [*left, *others]
    return found


@command.command()
def main(
    repair: Annotated[
        bool, typer.Option(help="Have core publish again what is missing or older here.")
    ] = False,
    patience: Annotated[
        float, typer.Option(help="Seconds in which what is on its way may arrive.", min=0)
    ] = 10.0,
) -> None:
    """Say what differs between core and ai."""
    configure(logging.ERROR, "%(message)s")
    try:
        found = asyncio.run(_run(load_settings(), repair, patience))
    except (*UNAVAILABLE, BrokerError, CoreUnavailable, CoreRefused) as error:
        sys.exit(f"could not be compared: {type(error).__name__}: {error}")
    _show(found)
    sys.exit(DIFFERS if found.differences or found.last_records.left else 0)


async def _run(settings: Settings, repair: bool, patience: float) -> Found:
    tokens = Tokens(settings.jwt_secret_key)
    core = CoreClient(settings.django_api_url, tokens, timeout=CALL_SECONDS)
    pool = await open_pool(settings, search_path="live, public", size=1)
    given = Reconcile(core, pool)
    try:
        found = await reconcile(given, repair=repair, patience=patience)
        if repair:
            async with Reader(KafkaConfig.of(settings)) as reader:
                found.last_records = await republish_outdated(reader, given, patience)
        return found
    finally:
        await pool.close()
        await core.close()


def _show(found: Found) -> None:
    if found.differences:
        table = Table("kind", "key", "core", "ai", "what")
        for one in found.differences[:SHOWN]:
            table.add_row(one.kind, one.key, str(one.core or ""), str(one.ai or ""), one.what)
        console.print(table)
    console.print(
        f"{found.compared:,} entities compared, {found.repaired} repaired, "
        f"{len(found.differences)} differ"
    )
    if found.last_records.asked:
        console.print(
            f"{found.last_records.asked} were published again because their last record on the "
            f"topic was older or missing; {found.last_records.left} of them have not arrived there"
        )
