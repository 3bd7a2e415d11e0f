"""Applies a batch in one transaction, together with marks, positions and counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg

from ai.kit.db import Db
from ai.kit.failpoints import failpoint
from ai.kit.locks import LEARNER_READ_LOCK, LEARNER_WRITE_LOCK
from ai.projections import erasure, marks, parked, positions, status, tables
from ai.projections.batch import Batch, Refused
from ai.projections.decisions import review_refused
from ai.projections.entities import write_entities


@dataclass(frozen=True, slots=True)
class Applied:
    entities: int
    """The number of entities whose row changed."""
    learners: bool
    """Whether lists of single learners are stale."""
    content: bool


@dataclass(frozen=True, slots=True)
class Applier:
    """Writes batches into the generation that the pool's search path names."""

    pool: asyncpg.Pool
    generation: str
    worker: str
    topic_ids: Mapping[str, str] = field(default_factory=dict)
    """The ids of the topics that the batches come from."""
    changed: set[tuple[str, str]] | None = None
    """If not None, gets the kind and key of each entity that a batch has a fact of."""

    async def review_refused(self, batch: Batch) -> None:
        """See `decisions.review_refused`; call it before `apply` if records were refused."""
        await review_refused(self.pool, batch)

    async def park(self, refused: Sequence[Refused]) -> None:
        """Parks records without moving the position; they will be read again."""
        async with self.pool.acquire() as db, db.transaction():
            await db.execute(LEARNER_READ_LOCK)
            await parked.park(db, self.generation, refused)

    async def apply(self, batch: Batch) -> Applied:
        """All or nothing; applying the same batch again changes nothing."""
        async with self.pool.acquire() as db, db.transaction():
            await db.execute(LEARNER_WRITE_LOCK if batch.erased else LEARNER_READ_LOCK)
            return await self.apply_within(db, batch)

    async def apply_within(self, db: Db, batch: Batch) -> Applied:
        """Within the caller's transaction, which holds LEARNER_READ_LOCK, or LEARNER_WRITE_LOCK if
        the batch erases a learner."""
        if self.changed is not None:
            self.changed.update(batch.versions())
        return await apply_within(db, batch, self.generation, self.worker, self.topic_ids)


async def apply_within(
    db: Db, batch: Batch, generation: str, worker: str, topic_ids: Mapping[str, str] | None = None
) -> Applied:
    """Like `Applier.apply_within`, for the generation in `db`'s search path."""
    applied = await _write(db, batch)
    failpoint("worker.mid_batch")
    await parked.park(db, generation, batch.refused, batch.registry)
    await positions.advance(db, batch.positions, topic_ids)
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
    """Erases last, because an erasure deletes what earlier facts of the batch wrote."""
    changed = await _upsert(db, batch)
    stale_kinds = changed.keys() & _kinds_that_change_lists(batch)
    owners = [owner for kind in stale_kinds for owner in changed[kind]]
    learners = [owner for owner in owners if owner is not None]
    traceparents = {one: batch.first_traceparents.get(one) for one in learners}
    await marks.mark_learners(db, traceparents, min(batch.times, default=None))
    if len(learners) < len(owners):  # an entity without owner concerns every list
        await marks.mark_catalogue(db)
    erased = await erasure.erase(db, batch.erased.values(), batch.registry) if batch.erased else []
    return Applied(
        entities=sum(map(len, changed.values())) + len(erased),
        learners=bool(learners),
        content=bool(changed["content"]),
    )


def _kinds_that_change_lists(batch: Batch) -> frozenset[str]:
    registry = batch.registry
    entities = batch.entities.values()
    kinds = {
        one.kind for one in entities if registry.by_fact[type(one.fact)].changes_lists(one.fact)
    }
    return registry.stale_kinds - (set(registry.entity_kinds) - kinds)


async def _upsert(db: Db, batch: Batch) -> dict[str, list[int | None]]:
    """Returns by kind the owners of the entities whose row changed; None where there is no
    owner. Sessions without result are a kind of their own, which makes no list stale."""
    content = await tables.write_content(db, batch.content.values())
    sessions = await tables.write_profiling(db, batch.profiling.values())
    return {
        "content": [None] * len(content),
        "users": [*await tables.write_learners(db, batch.users.values())],
        "progress": [*await tables.write_progress(db, batch.progress.values())],
        "profiling": [user_id for user_id, has_result in sessions if has_result],
        "profiling answers": [user_id for user_id, has_result in sessions if not has_result],
        "sign-ins": [*await tables.write_sign_ins(db, batch.sign_ins.values())],
        **await write_entities(db, batch.entities.values(), batch.registry),
    }
