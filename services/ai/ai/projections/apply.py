"""Applies a batch: all of it in one transaction, marks and counts included."""

from dataclasses import dataclass

import asyncpg

from ai.kit.db import Db
from ai.kit.failpoints import failpoint
from ai.kit.locks import LEARNER_READ_LOCK, LEARNER_WRITE_LOCK
from ai.projections import erasure, marks, parked, positions, status, tables
from ai.projections.batch import Batch
from ai.projections.entities import write_entities


@dataclass(frozen=True, slots=True)
class Applied:
    entities: int
    """Whose row changed."""
    learners: bool
    """Whether lists of single learners are stale."""
    content: bool


@dataclass(frozen=True, slots=True)
class Applier:
    """Writes batches into the generation that the pool's search path names."""

    pool: asyncpg.Pool
    generation: str
    worker: str

    async def apply(self, batch: Batch) -> Applied:
        """All or nothing; applying the same batch again changes nothing."""
        async with self.pool.acquire() as db, db.transaction():
            await db.execute(LEARNER_WRITE_LOCK if batch.erased else LEARNER_READ_LOCK)
            return await self.apply_within(db, batch)

    async def apply_within(self, db: Db, batch: Batch) -> Applied:
        """In a transaction of the caller's, which holds LEARNER_READ_LOCK or, if somebody is
        erased, LEARNER_WRITE_LOCK."""
        return await apply_within(db, batch, self.generation, self.worker)


async def apply_within(db: Db, batch: Batch, generation: str, worker: str) -> Applied:
    """As `Applier.apply_within`, into the generation of `db`'s search path."""
    applied = await _write(db, batch)
    failpoint("worker.mid_batch")
    await parked.park(db, generation, batch.refused, batch.registry)
    await positions.advance(db, batch.positions)
    await status.count(
        db,
        worker,
        applied=applied.entities,
        ignored=batch.facts - applied.entities,
        unknown_types=batch.unknown_types,
        tombstones=batch.tombstones,
        parked=len(batch.refused),
    )
    return applied


async def _write(db: Db, batch: Batch) -> Applied:
    """Erasures last: they delete what earlier facts of the batch brought."""
    changed = await _upsert(db, batch)
    stale = [o for kind in changed.keys() & batch.registry.stale_kinds for o in changed[kind]]
    learners = [owner for owner in stale if owner is not None]
    await marks.mark_learners(db, learners)
    if len(learners) < len(stale):  # an entity without owner concerns every list
        await marks.mark_catalogue(db)
    erased = await erasure.erase(db, batch.erased.values(), batch.registry) if batch.erased else []
    return Applied(
        entities=sum(map(len, changed.values())) + len(erased),
        learners=bool(learners),
        content=bool(changed["content"]),
    )


async def _upsert(db: Db, batch: Batch) -> dict[str, list[int | None]]:
    """The owners of the entities whose row changed, by kind; None for one that has no owner."""
    content = await tables.write_content(db, batch.content.values())
    return {
        "content": [None] * len(content),
        "users": [*await tables.write_learners(db, batch.users.values())],
        "progress": [*await tables.write_progress(db, batch.progress.values())],
        "profiling": [*await tables.write_profiling(db, batch.profiling.values())],
        **await write_entities(db, batch.entities.values(), batch.registry),
    }
