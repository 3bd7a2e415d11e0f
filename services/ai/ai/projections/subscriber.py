"""Applies batches of raw records: a batch is retried, split or parked in part, never skipped."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import asyncpg

from ai.kit.broker import Records
from ai.kit.db import UNAVAILABLE
from ai.kit.failpoints import failpoint
from ai.kit.loops import exit_process
from ai.projections.apply import Applied, Applier
from ai.projections.batch import Batch, RawRecord, Refused, read_batch
from ai.projections.parked import Budget
from ongoza_ops import tracing
from ongoza_ops.logs import log_traces
from ongoza_ops.metrics import CONSUMED, FACT_VISIBLE_SECONDS

T = TypeVar("T")

PARKED_TOO_MANY, UNEXPECTED = 3, 1
# The database refuses this record however often it is sent.
NEVER = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
NOT_APPLICABLE = "not_applicable"
"""The code of that refusal."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0

APPLIED = FACT_VISIBLE_SECONDS.labels("applied")

log = logging.getLogger(__name__)


class Subscriber:
    def __init__(
        self, applier: Applier, budget: Budget, lists: asyncio.Event, texts: asyncio.Event
    ) -> None:
        """`lists` is set when lists have to be recomputed, `texts` when content changed."""
        self.applier = applier
        self.budget = budget
        self.lists = lists
        self.texts = texts
        self.alive_at = time.monotonic()

    async def handle(self, records: Records) -> None:
        """Returns when every record is applied, ignored or parked. Ends the process when too many
        had to be parked, and after a failure that a retry does not solve."""
        try:
            parked = await self._handle(records)
        except Exception:
            log.exception("a batch failed")
            exit_process(UNEXPECTED, "the worker stops before it would skip records")
        await self._count(0, parked)
        self.alive_at = time.monotonic()
        failpoint("worker.post_commit")

    async def _handle(self, records: Records) -> Sequence[Refused]:
        """Returns the records that the database refused; unreadable ones are counted already."""
        batch = await self._read(records)
        # Counted before the position moves, so that a worker that stops here reads them again.
        await self._count(len(records), batch.refused)
        try:
            await self._apply(batch)
        except NEVER:
            parked = [one for record in records for one in await self._apply_alone(record)]
            return [one for one in parked if one.code == NOT_APPLICABLE]
        return ()

    async def _count(self, records: int, parked: Sequence[Refused]) -> None:
        """Ends the process when too many records were parked. They stay parked, so that an operator
        can decide on them; records with a decision are not counted."""
        self.budget.count(records=records, parked=len(parked))
        if self.budget.spent:
            await self._retried(lambda: self.applier.park(parked))
            exit_process(PARKED_TOO_MANY, "too many records had to be parked")

    async def _apply_alone(self, record: RawRecord) -> list[Refused]:
        """Returns the record if it had to be parked."""
        batch = await self._read([record])
        try:
            await self._apply(batch)
        except NEVER as error:
            batch = Batch(
                refused=[Refused(record, NOT_APPLICABLE, type(error).__name__)],
                positions=batch.positions,
            )
            await self._retried(lambda: self.applier.review_refused(batch))
            await self._apply(batch)
        return batch.refused

    async def _read(self, records: Sequence[RawRecord]) -> Batch:
        batch = read_batch(records)
        if batch.refused:
            await self._retried(lambda: self.applier.review_refused(batch))
        return batch

    async def _apply(self, batch: Batch) -> None:
        """Raises an error of NEVER."""
        began = time.time_ns()
        self._wake_jobs(await self._retried(lambda: self.applier.apply(batch)))
        if batch.facts:
            log_traces(log, "applied", {"records": batch.facts}, batch.traceparents)
        tracing.record_parts("apply", batch.traceparents, began, {"records": batch.facts})
        _count_applied(batch)

    async def _retried(self, work: Callable[[], Awaitable[T]]) -> T:
        """Repeats the work until the database lets it be done."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await work()
            except UNAVAILABLE as error:
                log.warning("the batch waits: %s", type(error).__name__)
                self.alive_at = time.monotonic()  # waiting for the database is not being stuck
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _wake_jobs(self, applied: Applied) -> None:
        if applied.learners:
            self.lists.set()
        if applied.content:
            self.texts.set()


def _count_applied(batch: Batch) -> None:
    """Counts the records of an applied batch, and how late each of its facts is."""
    outcomes = {
        "fact": batch.facts,
        "unknown_type": batch.unknown_types,
        "tombstone": batch.tombstones,
        "parked": len(batch.refused),
    }
    for outcome, count in outcomes.items():
        CONSUMED.labels(outcome).inc(count)
    now = datetime.now(UTC)
    for queued_at in batch.times:
        APPLIED.observe(max(0.0, (now - queued_at).total_seconds()))
