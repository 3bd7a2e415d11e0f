"""Compares what ai has with what core has: `python -m ai reconcile [--repair]`.

Exits with 0 when both are equal, with 2 when they differ, with 3 when nothing differs but records
are still on the way, and with 1 when they could not be compared.

What core had committed at the first look is waited for: it leaves the outbox, and the worker reads
what is on the topic. A difference that remains is one; without that it is on the way.
"""

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, TypeVar

import asyncpg
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from ai.kit.auth import Tokens
from ai.kit.broker import BrokerError, KafkaConfig, Reader
from ai.kit.core_client import CoreCalls, CoreClient, CoreRefused, CoreUnavailable
from ai.kit.db import UNAVAILABLE, open_pool
from ai.kit.locks import LEARNER_READ_LOCK
from ai.kit.logs import configure
from ai.kit.settings import Settings, load_settings
from ai.projections.decisions import replace_version
from ai.projections.positions import Positions, load_positions
from ai.projections.registry import REGISTRY, Projection
from ai.projections.versions import load_version, load_versions
from ongoza_contracts.http.reconcile import (
    VERSION_STEP_MAX,
    EntityVersion,
    OutboxState,
    RepublishRequest,
    VersionPage,
)
from ongoza_contracts.topics import Topic

DIFFERS = 2
ON_THE_WAY = 3
SHOWN = 20
PATIENCE_SECONDS = 60.0
CALL_SECONDS = 30.0
"""The time that core may take for one call, more than while a user waits."""
AGAIN_SECONDS = 0.5
TOO_MANY_REQUESTS = 429
IS_ERASED = "SELECT true FROM erased_learner WHERE user_id = $1"

T = TypeVar("T")

command = typer.Typer(add_completion=False)
console = Console()


@dataclass(frozen=True, slots=True)
class Difference:
    projection: Projection
    key: str
    core: int | None
    """Core's version; None when it has no such entity."""
    ai: int | None
    guard: int | None = None
    """The version in ai below which facts are ignored, also that of a deleted entity."""
    erased: bool = False
    """Whether ai has erased the owner."""
    on_the_way: bool = False

    @property
    def kind(self) -> str:
        return self.projection.topic.kind

    @property
    def what(self) -> str:
        if self.on_the_way:
            return "on the way"
        if self.core is None:
            return "unknown to core"
        if self.ai is not None:
            return "older here" if self.ai < self.core else "newer here than in core"
        if self.erased:
            return "erased here"
        return "missing here" if (self.guard or 0) < self.core else "deleted here"


def judge(before: Difference, now: Difference, *, arrived: bool) -> Difference | None:
    """What two looks at an entity tell, of which the second asked core first; None when nothing
    differs. `arrived` says that between them all was read that core had committed before."""
    if now.core == now.ai:
        return None
    if now.core is not None and _is_ahead(before, now, now.core):
        return now
    if not arrived:
        return replace(now, on_the_way=True)
    if before.core is not None:
        lost = now.core is not None and (now.ai or 0) < before.core
    else:
        lost = now.core is None
    return now if lost else None  # it has changed again meanwhile


def _is_ahead(before: Difference, now: Difference, core: int) -> bool:
    """Whether ai had a version that core never published: core's versions only rise."""
    if before.ai is not None:
        return before.ai > core
    return now.ai is None and (before.guard or 0) >= core


@dataclass(slots=True)
class Found:
    compared: int = 0
    differences: list[Difference] = field(default_factory=list)
    on_the_way: list[Difference] = field(default_factory=list)
    repaired: int = 0

    def add(self, judged: list[Difference]) -> None:
        self.differences += [one for one in judged if not one.on_the_way]
        self.on_the_way += [one for one in judged if one.on_the_way]

    @property
    def exit_code(self) -> int:
        if self.differences:
            return DIFFERS
        return ON_THE_WAY if self.on_the_way else 0


class Reconcile:
    """Failed calls are repeated for `patience` seconds, and what is on its way may take as long."""

    def __init__(
        self, core: CoreClient, pool: asyncpg.Pool, brokers: KafkaConfig, *, patience: float
    ) -> None:
        self._core = core
        self._pool = pool
        self._brokers = brokers
        self._patience = patience
        self._deadline = 0.0

    def start_waiting(self) -> None:
        """What is on its way may arrive from now on."""
        self._deadline = time.monotonic() + self._patience

    async def compare(self, projection: Projection) -> AsyncIterator[tuple[int, list[Difference]]]:
        """Yields for each page how many entities core has on it, and what differs at the first
        look.

        Raises CoreUnavailable and CoreRefused.
        """
        after: str | None = None
        while True:
            page = await self._page(projection.topic.kind, after)
            theirs = {one.key: one.version for one in page.results}
            ours = await self._load(projection, after, page.next_after)
            differing = [
                Difference(projection, key, theirs.get(key), ours.get(key), guard=ours.get(key))
                for key in theirs.keys() | ours.keys()
                if theirs.get(key) != ours.get(key)
            ]
            yield len(theirs), [await self._with_guard(one) for one in differing]
            after = page.next_after
            if after is None:
                return

    async def examine(self, topic: Topic, before: list[Difference]) -> list[Difference]:
        """Those differences that are none by chance: what is on its way gets the time to arrive."""
        if not before:
            return []
        arrived = await self._is_sent(topic) and await self._is_read(topic)
        judged = [judge(one, await self.look(one), arrived=arrived) for one in before]
        return [one for one in judged if one]

    async def look(self, one: Difference) -> Difference:
        core = await self._version(one.kind, one.key)
        ours = await self._patiently(lambda: load_version(self._pool, one.projection, one.key))
        return await self._with_guard(Difference(one.projection, one.key, core, ours, guard=ours))

    async def repair(self, one: Difference) -> bool:
        """Have core publish the entity again, under a version that ai accepts; False where that
        would not help."""
        if one.core is None or one.erased:
            return False
        guard, body = one.guard or 0, None
        if guard >= one.core:
            body = RepublishRequest(above=guard)
        if guard - one.core > VERSION_STEP_MAX:  # nobody would accept a version beyond it
            await self._replace(one)
            body = None
        path = _path(one.kind, one.key)
        await self._call(lambda core: core.send("POST", path, body))
        return True

    async def _replace(self, one: Difference) -> None:
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(LEARNER_READ_LOCK)
            await replace_version(db, one.projection, one.key)

    async def _with_guard(self, one: Difference) -> Difference:
        """An entity that ai does not have may be deleted here, or its owner erased."""
        if one.ai is not None:
            return one
        guard = await self._patiently(
            lambda: load_version(self._pool, one.projection, one.key, deleted=True)
        )
        erased = await self._patiently(lambda: self._pool.fetchval(IS_ERASED, _owner(one)))
        return replace(one, guard=guard, erased=bool(erased))

    async def _is_sent(self, topic: Topic) -> bool:
        """Whether all that core had committed has left the outbox."""
        last = (await self._outbox(topic)).last
        while last is not None:
            first = (await self._outbox(topic)).first
            if first is None or first > last:
                break
            if self._is_late():
                return False
            await asyncio.sleep(AGAIN_SECONDS)
        return True

    async def _is_read(self, topic: Topic) -> bool:
        """Whether the worker has read all that was on the topic."""
        while True:
            try:
                async with Reader(self._brokers) as reader:
                    return await self._is_read_by(reader, topic)
            except BrokerError:
                if self._is_late():
                    return False
            await asyncio.sleep(AGAIN_SECONDS)

    async def _is_read_by(self, reader: Reader, topic: Topic) -> bool:
        ends = await reader.ends([topic])
        while True:
            positions = await self._patiently(lambda: load_positions(self._pool))
            # Markers of transactions and gaps left by compaction hold no record.
            if not await _has_records(reader, positions, ends):
                return True
            if self._is_late():
                return False
            await asyncio.sleep(AGAIN_SECONDS)

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    async def _load(
        self, projection: Projection, after: str | None, until: str | None
    ) -> dict[str, int]:
        return await self._patiently(lambda: load_versions(self._pool, projection, after, until))

    async def _page(self, kind: str, after: str | None) -> VersionPage:
        parameters = {} if after is None else {"after": after}
        path = f"/api/v1/internal/versions/{kind}/"
        return await self._call(lambda core: core.get(VersionPage, path, parameters))

    async def _version(self, kind: str, key: str) -> int | None:
        """None when core has no such entity."""
        try:
            found = await self._call(lambda core: core.get(EntityVersion, _path(kind, key)))
        except CoreRefused as error:
            if error.core_status == 404:
                return None
            raise
        return found.version

    async def _outbox(self, topic: Topic) -> OutboxState:
        path = f"/api/v1/internal/outbox/{topic.kind}/"
        return await self._call(lambda core: core.get(OutboxState, path))

    async def _call(self, work: Callable[[CoreCalls], Awaitable[T]]) -> T:
        return await self._patiently(lambda: work(self._core.as_service(budget=CALL_SECONDS)))

    async def _patiently(self, work: Callable[[], Awaitable[T]]) -> T:
        """Repeats what core or the database does not answer."""
        give_up_at = time.monotonic() + self._patience
        while True:
            try:
                return await work()
            except (*UNAVAILABLE, CoreUnavailable, CoreRefused) as error:
                refused = isinstance(error, CoreRefused) and error.core_status != TOO_MANY_REQUESTS
                if refused or time.monotonic() > give_up_at:
                    raise
            await asyncio.sleep(AGAIN_SECONDS)


async def _has_records(reader: Reader, begin: Positions, ends: Positions) -> bool:
    async for _ in reader.read(begin, ends, records_max=1):
        return True
    return False


def _owner(one: Difference) -> int | None:
    """The owner, where the key begins with one."""
    fact = one.projection.topic.facts[0]
    if fact.key_fields[0] not in fact.subjects[:1]:
        return None
    owner: int = fact.parse_key(one.key)[0]
    return owner


def _path(kind: str, key: str) -> str:
    return f"/api/v1/internal/versions/{kind}/{key}/"


async def reconcile(given: Reconcile, *, repair: bool) -> Found:
    """Raises CoreUnavailable and CoreRefused."""
    found = Found()
    seen: dict[Topic, list[Difference]] = {}
    with Progress(console=console) as progress:
        for projection in REGISTRY.projections:
            task = progress.add_task(projection.topic.kind, total=None)
            async for count, differences in given.compare(projection):
                found.compared += count
                seen.setdefault(projection.topic, []).extend(differences)
                progress.update(task, advance=count)
            progress.update(task, total=progress.tasks[task].completed)
    given.start_waiting()
    for topic, differences in seen.items():
        found.add(await given.examine(topic, differences))
    return await repaired(given, found) if repair else found


async def repaired(given: Reconcile, found: Found) -> Found:
    """What is left after core has published again what differs."""
    left = Found(found.compared, on_the_way=found.on_the_way)
    asked: dict[Topic, list[Difference]] = {}
    for one in found.differences:
        if await given.repair(one):
            asked.setdefault(one.projection.topic, []).append(await given.look(one))
        else:
            left.differences.append(one)
    given.start_waiting()
    for topic, differences in asked.items():
        still = await given.examine(topic, differences)
        left.repaired += len(differences) - len(still)
        left.add(still)
    return left


@command.command()
def main(
    repair: Annotated[
        bool, typer.Option(help="Have core publish again what is missing, older or wrong here.")
    ] = False,
    patience: Annotated[
        float,
        typer.Option(
            help="Seconds in which what is on its way may arrive, and a service may answer.", min=0
        ),
    ] = PATIENCE_SECONDS,
) -> None:
    """Say what differs between core and ai."""
    configure(logging.ERROR, "%(message)s")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        found = asyncio.run(_run(load_settings(), repair, patience))
    except (*UNAVAILABLE, CoreUnavailable, CoreRefused) as error:
        sys.exit(f"could not be compared: {type(error).__name__}: {error}")
    _show(found)
    sys.exit(found.exit_code)


async def _run(settings: Settings, repair: bool, patience: float) -> Found:
    tokens = Tokens(settings.jwt_secret_key)
    core = CoreClient(settings.django_api_url, tokens, timeout=CALL_SECONDS)
    pool = await open_pool(settings, search_path="live, public", size=1)
    brokers = KafkaConfig.of(settings)
    try:
        return await reconcile(Reconcile(core, pool, brokers, patience=patience), repair=repair)
    finally:
        await pool.close()
        await core.close()


def _show(found: Found) -> None:
    rows = found.differences + found.on_the_way
    if rows:
        table = Table("kind", "key", "core", "ai", "what")
        for one in rows[:SHOWN]:
            table.add_row(one.kind, one.key, str(one.core or ""), str(one.ai or ""), one.what)
        console.print(table)
    console.print(
        f"{found.compared:,} entities compared, {found.repaired} repaired, "
        f"{len(found.differences)} differ, {len(found.on_the_way)} on the way"
    )
    if found.on_the_way:
        console.print("the worker has not read these yet: is it running, and is the relay?")
