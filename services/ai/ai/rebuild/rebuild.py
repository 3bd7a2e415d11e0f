"""Builds a new generation of the projections from the beginning of the topics, beside the live one.

Each stage stores its progress in the database, so that a rebuild that was killed can continue.
"""

import asyncio
import logging
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeAlias

import asyncpg

from ai.catalogue.cache import CatalogueCache
from ai.embeddings.multilingual import TABLE as MULTILINGUAL_TABLE
from ai.embeddings.queue import EncoderQueue
from ai.kit.broker import Reader, TopicPartition
from ai.kit.db import Db
from ai.kit.failpoints import failpoint
from ai.kit.locks import TRY_REBUILD
from ai.projections import status
from ai.projections.apply import Applier
from ai.projections.batch import CONSUMED
from ai.projections.generations import (
    all_generations,
    analyze,
    create_next_generation,
    live_generation,
    made_by,
    previous_generation,
    require_model,
)
from ai.projections.parked import Budget
from ai.projections.positions import (
    Logs,
    Positions,
    begin_at,
    load_stored,
    lost_topics,
    reported_lost,
)
from ai.projections.seen import UNMARK_UNSEEN
from ai.projections.subscriber import Subscriber
from ai.rebuild import partial, vectors
from ai.rebuild.changed import LAST_OPERATION, compare_changed
from ai.rebuild.compare import Comparison, compare
from ai.rebuild.panel import QUERIES
from ai.rebuild.refused import LOST_PAGE, Differs, RebuildRefused
from ai.rebuild.switch import (
    RECORDS_PER_BATCH,
    ReadingRange,
    Switched,
    at_same_positions,
    catch_up_and_switch,
    has_worker,
)
from ai.recommendations.recompute import Recompute
from ai.recommendations.refresh import NeighboursRefresh
from ai.vectorstore.pgvector import TABLE
from ongoza_contracts.topics import Topic

ATTEMPTS = 10
NEARLY_THERE = 1000
"""With fewer records to read, the rest is read while nobody writes."""
Entities: TypeAlias = Collection[tuple[str, str]]
"""Kinds and keys."""
MARKED = "SELECT count(*) FROM dirty_learner"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    topics: tuple[str, ...] = ()
    """Only these are read again, the rest is copied; when empty, all are read."""
    until: datetime | None = None
    """Only records that were on the topics then; such a generation never goes live."""

    positions: Mapping[TopicPartition, int] = field(default_factory=dict)
    """Only records before these offsets; such a generation never goes live."""

    @property
    def partial(self) -> bool:
        return bool(self.until or self.positions)

    def as_json(self) -> dict[str, object]:
        until = self.until and self.until.isoformat()
        positions = {f"{t}:{p}": offset for (t, p), offset in sorted(self.positions.items())}
        return {"topics": list(self.topics), "until": until, "positions": positions}


class ProgressReporter(Protocol):
    """Shows the progress of a stage: `done` of `total` units, and further figures."""

    def stage(self, name: str, done: int, total: int, **figures: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    generation: str
    facts: int
    """Records read by this run."""
    cached: int
    """The number of vectors from the cache."""
    embedded: int
    """The number of vectors that the model made."""
    comparison: Comparison | None
    """None when there was nothing to compare with."""
    switched: Switched | None
    """None when the generation was only built."""
    has_worker: bool = True
    """Whether a worker runs that will apply new facts to the generation."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The resources of a rebuild."""

    db: asyncpg.Connection
    """Only for the rebuild, because its session holds the lock against a second rebuild."""
    open_pool: Callable[[str], Awaitable[asyncpg.Pool]]
    """Opens a pool that writes the named generation."""
    open_reader: Callable[[], Reader]
    encoder: EncoderQueue
    live_encoder: EncoderQueue
    """The encoder of the live generation, which may have another model."""
    multilingual: EncoderQueue | None
    """The second encoder, where it is on."""
    progress_reporter: ProgressReporter
    parked_share: float


async def rebuild(tools: Tools, options: Options, *, switch: bool = True) -> Outcome:
    """Raises RebuildRefused, and Differs when the new generation must not go live."""
    live = await _only_one(tools)
    name = await _unfinished(tools, options) or await _begin(tools, options)
    if options.topics:
        await partial.copy_others(tools.db, live, name, options.topics)
    return await _on_generation(tools, options, live, name, lambda run: run.all(switch=switch))


async def roll_back(tools: Tools) -> Outcome:
    """Brings the generation that was live before up to date and makes it live, without comparison,
    because the present one may be wrong. Raises RebuildRefused."""
    live = await _only_one(tools)
    name = await previous_generation(tools.db)
    if name is None:
        raise RebuildRefused("there is no earlier generation to go back to")
    return await _on_generation(tools, Options(), live, name, lambda run: run.return_to())


async def existing_logs(reader: Reader, topics: Sequence[Topic]) -> Logs:
    """Raises RebuildRefused when one of the topics does not exist."""
    logs = await reader.logs(topics)
    if missing := {one.name for one in topics} - {partition.topic for partition in logs}:
        names = ", ".join(sorted(missing))
        raise RebuildRefused(f"there is no topic {names} that ai may read: {LOST_PAGE}")
    return logs


async def _only_one(tools: Tools) -> str:
    if not await tools.db.fetchval(TRY_REBUILD):
        raise RebuildRefused("another rebuild is running")
    live = await live_generation(tools.db)
    if live is None:
        raise RebuildRefused("there is no live generation yet: run `python -m ai migrate`")
    return live


async def _unfinished(tools: Tools, options: Options) -> str | None:
    """The generation that an earlier run left unfinished."""
    for one in await all_generations(tools.db):
        if one.state == "building":
            if one.options != options.as_json():
                raise RebuildRefused(
                    f"{one.name} is unfinished and was started with {one.options}: "
                    f"use the same options, or drop it first"
                )
            return one.name
    return None


async def _begin(tools: Tools, options: Options) -> str:
    async with tools.db.transaction():
        return await create_next_generation(tools.db, options.as_json())


async def _on_generation(
    tools: Tools,
    options: Options,
    live: str,
    name: str,
    work: Callable[["_Run"], Awaitable[Outcome]],
) -> Outcome:
    pool = await tools.open_pool(name)
    try:
        async with tools.open_reader() as reader:
            worker = f"rebuild-{name}"
            await status.register(pool, worker, name)
            ids: dict[str, str] = {}
            applier = Applier(pool, name, worker, ids)
            return await work(_Run(tools, options, live, name, pool, reader, applier, ids))
    finally:
        await pool.close()


@dataclass
class _Run:
    """One run on one generation, stage after stage."""

    tools: Tools
    options: Options
    live: str
    name: str
    pool: asyncpg.Pool
    reader: Reader
    applier: Applier
    topic_ids: dict[str, str]
    """The same dictionary as the applier's, filled when the logs are read."""
    facts: int = 0
    comparison: Comparison | None = None
    last_operation: int | None = None
    """The newest decision of an operator that the comparison has seen."""
    held_seconds: float = 0
    """The longest time for which writers waited at once."""

    async def all(self, *, switch: bool) -> Outcome:
        await self._load()
        await analyze(self.pool, self.name)
        cached, embedded = await self._embed()
        for table in (TABLE, MULTILINGUAL_TABLE):
            await vectors.build_index(self.pool, lambda d, t: self._report("index", d, t), table)
        failpoint("rebuild.index")
        await self._lists()
        await self._load()
        switched = None
        if switch and not self.options.partial:
            await self._compare()
            switched = await self._switch(self._compare_changed)
        return await self._outcome(cached, embedded, switched)

    async def return_to(self) -> Outcome:
        await self._load()
        return await self._outcome(0, 0, await self._switch(_unseen))

    async def _outcome(self, cached: int, embedded: int, switched: Switched | None) -> Outcome:
        runs = await has_worker(self.tools.db)
        made = self.comparison
        return Outcome(self.name, self.facts, cached, embedded, made, switched, runs)

    def _report(self, stage: str, done: int, total: int, **figures: object) -> None:
        self.tools.progress_reporter.stage(stage, done, total, **figures)

    async def _reading_range(self, db: Db | asyncpg.Pool) -> ReadingRange:
        logs = await existing_logs(self.reader, CONSUMED)
        self.topic_ids.update({partition.topic: one.topic_id for partition, one in logs.items()})
        begin = begin_at(await load_stored(db, self.name), logs)
        return ReadingRange(begin, await self._target(db, logs))

    async def _target(self, db: Db | asyncpg.Pool, logs: Logs) -> Positions:
        """The positions of the live generation, so that both can be compared, or the end while it
        has none in this log; limited by the options."""
        live = await load_stored(db, self.live)
        positions: dict[tuple[str, int], int] = {
            partition: log.end
            if not live or live[partition].cause_in(log)
            else live[partition].next_offset
            for partition, log in logs.items()
            if not live or partition in live
        }
        if self.options.until:
            limits = await self.reader.at_time(CONSUMED, self.options.until)
            positions = {one: min(end, limits[one]) for one, end in positions.items()}
        wanted = self.options.positions
        return {one: min(end, wanted.get(one, end)) for one, end in positions.items()}

    async def _load(self) -> None:
        """Reads with the worker's subscriber, which never skips a record."""
        budget = Budget(self.tools.parked_share)
        subscriber = Subscriber(self.applier, budget, lists=asyncio.Event(), texts=asyncio.Event())
        while await self._load_rest(subscriber) >= NEARLY_THERE:
            pass  # records arrive while earlier ones are read

    async def _load_rest(self, subscriber: Subscriber) -> int:
        """Returns how many records were read."""
        rest, read = await self._reading_range(self.pool), 0
        total = rest.offsets
        async for records in self.reader.read(rest.begin, rest.until, RECORDS_PER_BATCH):
            await subscriber.handle(records)
            read += len(records)
            self.facts += len(records)
            self._report("facts", read, total, lag=total - read)
            failpoint("rebuild.load")
        return read

    async def _embed(self) -> tuple[int, int]:
        encoder = self.tools.encoder
        await require_model(self.pool, self.name, encoder.identity)
        cached = await vectors.fill_from_cache(self.pool, encoder.identity)
        failpoint("rebuild.embed")
        embedded = await vectors.embed_rest(
            self.pool, encoder, lambda d, t: self._report("texts", d, t, cached=cached)
        )
        self._report("texts", cached + embedded, cached + embedded, cached=cached)
        if self.tools.multilingual:
            await self._embed_multilingual(self.tools.multilingual)
        return cached, embedded

    async def _embed_multilingual(self, encoder: EncoderQueue) -> None:
        cached = await vectors.fill_from_cache(self.pool, encoder.identity, MULTILINGUAL_TABLE)
        await vectors.embed_rest(
            self.pool,
            encoder,
            lambda d, t: self._report("multilingual texts", d, t, cached=cached),
            MULTILINGUAL_TABLE,
        )

    async def _lists(self) -> None:
        await NeighboursRefresh(self.pool).refresh()
        catalogues = CatalogueCache(self.pool)
        recompute = Recompute(self.pool, catalogues)
        await self.pool.execute(UNMARK_UNSEEN)
        total = await self.pool.fetchval(MARKED)
        while await recompute.recompute_some():
            self._report("lists", total - await self.pool.fetchval(MARKED), total)
            failpoint("rebuild.lists")

    async def _switch(self, check: Callable[[Db], Awaitable[None]]) -> Switched:
        for attempt in range(1, ATTEMPTS + 1):
            self._report("switch", 0, 1, attempt=attempt)
            with suppress(asyncpg.LockNotAvailableError):
                switched = await catch_up_and_switch(
                    self.tools.db,
                    self.applier,
                    self.reader,
                    reading_range=self._reading_range,
                    check=check,
                )
                self._report("switch", 1, 1, attempt=attempt)
                longest = max(self.held_seconds, switched.held_seconds)
                return replace(switched, held_seconds=longest)
            await self._load()
        raise RebuildRefused("readers held the live views too long; try again")

    async def _compare(self) -> None:
        """Compares the whole generations, and then what changed meanwhile, while the worker goes
        on. Raises Differs. A live generation without records is not compared."""
        db, identity = self.tools.db, self.tools.encoder.identity
        if not await load_stored(db, self.live):
            return
        encoders = self.tools.live_encoder, self.tools.encoder
        panels = [await encoder.encode(QUERIES) for encoder in encoders]
        same_model = await made_by(db, self.live, identity)
        # The live worker caches what it embeds meanwhile.
        await vectors.fill_from_cache(self.pool, identity)
        async with self._at_same_positions():
            self.last_operation = await db.fetchval(LAST_OPERATION)
            self.comparison = await compare(
                db, self.live, self.name, (panels[0], panels[1]), same_model=same_model
            )
            if not self.comparison.equal:
                raise Differs(self.comparison, await self._lost_topics(db))
        await self._load()
        await vectors.fill_from_cache(self.pool, identity)
        async with self._at_same_positions() as changed:
            await self._require_equal(db, changed)

    @asynccontextmanager
    async def _at_same_positions(self) -> AsyncIterator[Entities]:
        """Yields the entities that changed since the last time, and collects those of the next."""
        tools = self.tools
        async with at_same_positions(
            tools.db, self.applier, self.reader, self._reading_range
        ) as held_seconds:
            self.held_seconds = max(self.held_seconds, held_seconds)
            changed, self.applier = self.applier.changed, replace(self.applier, changed=set())
            yield changed or ()

    async def _compare_changed(self, db: Db) -> None:
        """Compares what changed since `_compare`. Raises Differs, and RebuildRefused when an
        operator changed the projections since, because no record says where."""
        if self.comparison is None:
            return
        if await db.fetchval(LAST_OPERATION) != self.last_operation:
            raise RebuildRefused("an operator decided on records meanwhile; start it again")
        await self._require_equal(db, self.applier.changed or ())

    async def _require_equal(self, db: Db, changed: Entities) -> None:
        """Raises Differs."""
        differences = await compare_changed(db, self.live, self.name, changed)
        if self.comparison and differences:
            self.comparison = self.comparison.with_differences(differences)
            raise Differs(self.comparison, await self._lost_topics(db))

    async def _lost_topics(self, db: Db) -> list[str]:
        """Topics that may have lost records which the live generation has applied."""
        logs = await self.reader.logs(CONSUMED)
        lost = lost_topics(await load_stored(db, self.live), logs)
        return sorted({*lost, *await reported_lost(db, self.live)})


async def _unseen(_: Db) -> None:
    pass
