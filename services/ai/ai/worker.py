"""`python -m ai worker` consumes facts from Kafka and derives projections, vectors and lists."""

import asyncio
import logging
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import typer

from ai.catalogue.cache import CatalogueCache
from ai.embeddings.backfill import Backfill
from ai.embeddings.cache import CachedEncoder
from ai.embeddings.encoder import open_encoder
from ai.embeddings.multilingual import TABLE as MULTILINGUAL_TABLE
from ai.embeddings.multilingual import multilingual_encoder
from ai.embeddings.queue import EncoderQueue
from ai.kit.broker import BrokerError, Consumer, KafkaConfig, Publisher
from ai.kit.db import UNAVAILABLE, open_pool
from ai.kit.logs import configure
from ai.kit.loops import JobStatus, exit_process, run_periodically, until_answered
from ai.kit.metrics import answering_scrapes, report_pool
from ai.kit.settings import Settings, load_settings
from ai.kit.vectors import ModelIdentity
from ai.projections import metrics, status
from ai.projections.apply import Applier
from ai.projections.batch import CONSUMED
from ai.projections.generations import OtherModel, live_generation, require_model
from ai.projections.parked import Budget
from ai.projections.positions import WorkerPositions
from ai.projections.seen import UnseenLists
from ai.projections.subscriber import Subscriber
from ai.recommendations.announce import Announcer
from ai.recommendations.recompute import SWEEP_SECONDS, Recompute
from ai.recommendations.refresh import NeighboursRefresh
from ai.vectorstore.base import StoreUnavailable
from ai.vectorstore.index import Indexer
from ai.vectorstore.mirror import PAUSE_SECONDS, Mirror
from ai.vectorstore.pinecone import open_pinecone
from ongoza_ops import tracing
from ongoza_ops.garbage import collect_less_often
from ongoza_ops.metrics import FAILING_JOBS, Process

STUCK = 4
OTHER_MODEL = 5
HEARTBEAT_SECONDS = 2.0
TUNING_SECONDS = 60.0
UNSEEN_SECONDS = 600.0
INDEX_SECONDS = 60.0
TEXTS_SECONDS = 60.0
TOPICS_SECONDS = 10.0
LAG_SECONDS, LATE_SECONDS = 10.0, 2.0
"""How often lag is measured, and how often while a fact is late. Not with each scrape, which would
wait for a connection to Kafka."""
IDLE_SECONDS = 1.0
"""How often jobs look for work that another worker left; new work of their own worker wakes
them."""
SWITCH_SECONDS = 0.0005
LISTS_REST, ANNOUNCE_REST = 0.01, 0.25
"""Seconds between rounds under load, because a round costs nearly the same for one list as for
many. Lists that learners see come sooner than their publication."""

command = typer.Typer(add_completion=False)

log = logging.getLogger(__name__)


class Worker:
    """One consumer and its background jobs, on one generation."""

    def __init__(self, settings: Settings, generation: str, pool: asyncpg.Pool) -> None:
        self.settings = settings
        self.generation = generation
        self.pool = pool
        self.name = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
        self.lists, self.texts, self.changed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.replaced = False
        self.behind_since: float | None = None
        """When the last batch had been handled, as of a check that found records waiting."""
        self.jobs: dict[str, JobStatus] = {}
        topic_ids: dict[str, str] = {}
        self.subscriber = Subscriber(
            Applier(pool, generation, self.name, topic_ids),
            Budget(settings.worker_parked_share),
            lists=self.lists,
            texts=self.texts,
        )
        self.consumer = Consumer(
            KafkaConfig.of(settings),
            [topic.name for topic in CONSUMED],
            group_id=f"ai-{generation}",
            positions=WorkerPositions(pool, topic_ids),
        )
        self.consumer.deliver_to(self.subscriber.handle)

    async def run(self) -> bool:
        """Runs until another generation is live or a topic was created again (True), or until
        SIGTERM or SIGINT (False), and then until the current batch is committed."""
        await status.register(self.pool, self.name, self.generation)
        await self.consumer.run(self._background)
        return self.replaced or self.consumer.topics_changed

    @asynccontextmanager
    async def _background(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            encoder = EncoderQueue(
                await asyncio.to_thread(open_encoder, self.settings.embedding_backend)
            )
            stack.callback(encoder.close)
            await self._require_model(encoder.identity)
            publisher = Publisher(KafkaConfig.of(self.settings))
            stack.push_async_callback(publisher.close)
            run = partial(self._run_in_background, stack)
            if self.settings.pinecone_host:
                store = await stack.enter_async_context(
                    open_pinecone(self.settings, encoder.identity)
                )
                mirror = Mirror(self.pool, store, self.generation)
                needs = (StoreUnavailable,)
                run("mirror", mirror.mirror_some, pause=PAUSE_SECONDS, unavailable=needs)
            backfill = Backfill(self.pool, CachedEncoder(self.pool, encoder))
            run("embedding", backfill.embed_some, pause=IDLE_SECONDS, wake=self.texts)
            await self._run_multilingual_jobs(run, stack)
            self._run_list_jobs(run, publisher)
            run("index", Indexer(self.pool).index_when_large, pause=INDEX_SECONDS)
            run("heartbeat", self._beat, pause=HEARTBEAT_SECONDS)
            run(
                "topic check",
                self._check_topics,
                pause=TOPICS_SECONDS,
                unavailable=(BrokerError,),
            )
            run("stuck check", self._watch, pause=self.settings.worker_stuck_seconds / 4)
            report_lag = partial(metrics.report_lag, self.consumer, self.pool, self.name)
            run("lag", report_lag, pause=LAG_SECONDS, rest=LATE_SECONDS)
            if self.settings.metrics_port:
                count_texts = partial(metrics.count_texts, self.pool)
                run("text count", count_texts, pause=TEXTS_SECONDS)
            report = partial(self._report, encoder)
            await stack.enter_async_context(
                answering_scrapes(Process.WORKER, self.settings, report)
            )
            yield

    async def _run_multilingual_jobs(self, run: Callable[..., None], stack: AsyncExitStack) -> None:
        wanted = self.settings.multilingual_search
        encoder = await asyncio.to_thread(multilingual_encoder, wanted)
        if encoder is None:
            return
        queue = EncoderQueue(encoder)
        stack.callback(queue.close)
        backfill = Backfill(self.pool, CachedEncoder(self.pool, queue), MULTILINGUAL_TABLE)
        run("multilingual embedding", backfill.embed_some, pause=IDLE_SECONDS)
        indexer = Indexer(self.pool, table=MULTILINGUAL_TABLE)
        run("multilingual index", indexer.index_when_large, pause=INDEX_SECONDS)

    def _run_list_jobs(self, run: Callable[..., None], publisher: Publisher) -> None:
        catalogues = CatalogueCache(self.pool)
        recompute = Recompute(self.pool, catalogues, self.changed, self.lists)
        announcer = Announcer(self.pool, publisher, self.generation)
        listed = {"pause": IDLE_SECONDS, "wake": self.lists, "rest": LISTS_REST}
        announced = {"pause": IDLE_SECONDS, "wake": self.changed, "rest": ANNOUNCE_REST}
        run("lists", recompute.recompute_some, **listed)
        run("older lists", recompute.mark_behind, pause=SWEEP_SECONDS)
        run("announcing", announcer.announce_some, **announced, unavailable=(BrokerError,))
        run("unseen lists", UnseenLists(self.pool).delete_some, pause=UNSEEN_SECONDS)
        run("tuning", NeighboursRefresh(self.pool).refresh_in_child, pause=TUNING_SECONDS)

    def _run_in_background(
        self, stack: AsyncExitStack, name: str, work: Callable[[], Awaitable[bool]], **options: Any
    ) -> None:
        """Only what endangers positions ends the worker; a failing job is retried and reported."""
        self.jobs[name] = JobStatus()
        loop = run_periodically(work, status=self.jobs[name], **options)
        stack.callback(asyncio.create_task(loop, name=name).cancel)

    async def _require_model(self, identity: ModelIdentity) -> None:
        try:
            await require_model(self.pool, self.generation, identity)
        except OtherModel as error:
            exit_process(OTHER_MODEL, str(error))

    async def _check_topics(self) -> bool:
        await self.consumer.stop_if_topics_changed()
        return False

    async def _beat(self) -> bool:
        await status.heartbeat(self.pool, self.name, self.generation)
        await status.report_jobs(self.pool, self.name, self.jobs)
        self.replaced = await live_generation(self.pool) != self.generation
        if self.replaced:
            self.consumer.stop()
        return False

    async def _report(self, encoder: EncoderQueue) -> None:
        """Sets the metrics that are read when Prometheus asks."""
        report_pool(self.pool)
        encoder.report()
        for name, job in self.jobs.items():
            FAILING_JOBS.labels(name).set(job.failures_in_a_row)
        await metrics.report_waiting(self.pool)

    async def _watch(self) -> bool:
        """Exits when aiokafka is stuck, as it may be after all brokers were unavailable. A worker
        that was idle gets the time until the next check to fetch a record that has just come."""
        alive_at = self.subscriber.alive_at
        silent = time.monotonic() - alive_at
        behind = silent >= self.settings.worker_stuck_seconds and await self._is_behind()
        if behind and self.behind_since == alive_at:
            exit_process(STUCK, f"records wait, and nothing was fetched for {silent:.0f} s")
        self.behind_since = alive_at if behind else None
        return False

    async def _is_behind(self) -> bool:
        try:
            return await self.consumer.is_behind()
        except BrokerError:
            return False  # the broker is unavailable: a restart does not help


async def _run(settings: Settings) -> None:
    """Work on the live generation, and on the next one when it is replaced."""
    again = True
    while again:
        generation = await until_answered(
            "ai's database", lambda: _live_generation(settings), UNAVAILABLE
        )
        pool = await open_pool(settings, search_path=f"{generation}, public")
        try:
            log.info("worker of generation %s", generation)
            again = await Worker(settings, generation, pool).run()
        finally:
            await pool.close()


async def _live_generation(settings: Settings) -> str:
    pool = await open_pool(settings, search_path="public", size=1)
    try:
        generation = await live_generation(pool)
    finally:
        await pool.close()
    if generation is None:
        sys.exit("ai's database has no generation yet: run `python -m ai migrate`")
    return generation


@command.command()
def work() -> None:
    """Consume facts from Kafka."""
    configure()
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    collect_less_often()
    tracing.start("worker")
    # A thread of low priority that waits for the processor keeps Python's lock for no longer.
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        asyncio.run(_run(load_settings()))
    except (*UNAVAILABLE, BrokerError) as error:
        sys.exit(f"the worker cannot start: {type(error).__name__}: {error}")
