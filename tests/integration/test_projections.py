"""Batches on a real database: the version guard, erasure, parking, marks and recomputing."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Sequence
from itertools import permutations
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import pytest

from ai.catalogue.cache import CatalogueCache
from ai.embeddings.backfill import Backfill
from ai.embeddings.cache import CachedEncoder
from ai.embeddings.queue import EncoderQueue
from ai.kit.vectors import Matrix, ModelIdentity
from ai.projections.apply import Applied, Applier
from ai.projections.batch import Batch, read_batch
from ai.projections.parked import Budget
from ai.projections.status import heartbeat
from ai.projections.subscriber import Subscriber
from ai.recommendations.lists import unpack
from ai.recommendations.recompute import LEARNERS_PER_ROUND, Recompute
from ongoza_contracts.event import Fact
from tests.facts import (
    RawRecord,
    answered,
    completed,
    deleted,
    erased,
    feedback,
    progress,
    published,
    record,
    retired,
    user,
)

WORKER = "test"


@pytest.fixture
async def applier(vector_pool: asyncpg.Pool) -> Applier:
    await heartbeat(vector_pool, WORKER, "g1")
    return Applier(vector_pool, "g1", WORKER)


@pytest.fixture
def subscriber(applier: Applier) -> Subscriber:
    return Subscriber(applier, Budget(0.5), lists=asyncio.Event(), texts=asyncio.Event())


@pytest.fixture
def recompute(vector_pool: asyncpg.Pool) -> Recompute:
    return Recompute(vector_pool, CatalogueCache(vector_pool))


async def apply(applier: Applier, *facts: Fact) -> Applied:
    return await applier.apply(read_batch(record(fact) for fact in facts))


async def table(pool: asyncpg.Pool, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await pool.fetch(sql)]


COUNTS = "SELECT applied, ignored, unknown_types, tombstones, parked FROM worker_status"


async def test_duplicate_and_late_facts_do_not_change_the_row(applier: Applier) -> None:
    await apply(applier, progress(version=2, completion_percentage=20))
    await apply(applier, progress(version=2, completion_percentage=20))
    await apply(applier, progress(version=1, completion_percentage=10))
    sql = "SELECT user_id, content_id, version, completion_percentage FROM progress"
    assert await table(applier.pool, sql) == [(7, "course-1", 2, 20.0)]
    assert await table(applier.pool, COUNTS) == [(1, 2, 0, 0, 0)]


async def test_every_order_of_the_same_facts_gives_the_same_rows(applier: Applier) -> None:
    facts = [user(version=1), user(version=2, track="leaders"), progress(), completed()]
    sql = "SELECT version, track FROM learner"
    for order in permutations(facts):
        await applier.pool.execute("TRUNCATE learner, progress, profiling_session, dirty_learner")
        for fact in order:
            await apply(applier, fact)
        assert await table(applier.pool, sql) == [(2, "leaders")]
        assert await table(applier.pool, "SELECT version FROM profiling_session") == [(2,)]


async def test_content_is_published_changed_and_retired(applier: Applier) -> None:
    skills = ["linux", "networks"]
    await apply(applier, published(skills=skills, prerequisites=["course-2"]))
    sql = "SELECT version, skills, prerequisites, retired FROM content"
    assert await table(applier.pool, sql) == [(1, skills, ["course-2"], False)]
    await apply(applier, retired(version=3), published(version=2))
    assert await table(applier.pool, sql) == [(3, [], [], True)]


async def test_a_deleted_session_keeps_its_version_and_nothing_else(applier: Applier) -> None:
    await apply(applier, answered(version=1), completed(version=2))
    await apply(applier, deleted(version=3))
    await apply(applier, completed(version=2))
    sql = "SELECT version, answers, result, started_at FROM profiling_session"
    assert await table(applier.pool, sql) == [(3, None, None, None)]


@pytest.mark.parametrize("together", [True, False])
async def test_an_erased_learner_never_comes_back(
    applier: Applier, recompute: Recompute, together: bool
) -> None:
    known: Sequence[Fact] = (user(), progress(), completed(), user(8))
    if not together:
        await apply(applier, *known)
        assert await recompute.recompute_some()
        known = ()
    await apply(applier, *known, erased(version=9))
    # A replay brings all of it again, and a recompute runs.
    await apply(applier, user(version=10), progress(version=10), completed(version=10))
    await recompute.recompute_some()
    for name in ("learner", "progress", "profiling_session", "recommendation", "dirty_learner"):
        assert await table(applier.pool, f"SELECT 1 FROM {name} WHERE user_id = 7") == []  # noqa: S608
    assert await table(applier.pool, "SELECT user_id FROM learner") == [(8,)]
    assert await table(applier.pool, "SELECT user_id, version FROM erased_learner") == [(7, 9)]


async def test_a_refused_record_is_stored_byte_for_byte_and_counted(applier: Applier) -> None:
    good = record(progress(), offset=41)
    raw = RawRecord(good.topic, 3, 42, b"k", b"{", [*good.headers, ("x", b"\xff")])
    for _ in range(2):  # a duplicate is parked once
        await applier.apply(read_batch([good, raw]))
    (row,) = await applier.pool.fetch("SELECT * FROM parked_record")
    assert (row["topic"], row["partition"], row["offset"]) == ("ongoza.progress", 3, 42)
    assert (row["key"], row["value"], row["cause_code"]) == (b"k", b"{", "bad_payload")
    assert (row["header_names"][-1], row["header_values"][-1]) == ("x", b"\xff")
    assert await table(applier.pool, "SELECT version FROM progress") == [(1,)]


async def test_a_record_that_the_database_refuses_is_parked_alone(subscriber: Subscriber) -> None:
    # Valid by the contract, but against a constraint of the database.
    pool = subscriber.applier.pool
    await pool.execute("ALTER TABLE progress ADD CONSTRAINT planted CHECK (user_id <> 13)")
    try:
        records = [record(progress(user_id, "course-1"), user_id) for user_id in (12, 13, 14)]
        await subscriber.handle(records)
    finally:
        await pool.execute("ALTER TABLE progress DROP CONSTRAINT planted")
    assert await table(pool, "SELECT user_id FROM progress ORDER BY 1") == [(12,), (14,)]
    sql = 'SELECT "offset", cause_code, cause FROM parked_record'
    assert await table(pool, sql) == [(13, "not_applicable", "CheckViolationError")]


async def test_a_change_marks_the_learners_it_touches(applier: Applier) -> None:
    await apply(applier, user(7), user(8), user(9))
    await applier.pool.execute("DELETE FROM dirty_learner")
    await apply(applier, progress(8), progress(8))
    marked = "SELECT user_id FROM dirty_learner ORDER BY 1"
    assert await table(applier.pool, marked) == [(8,)]
    await applier.pool.execute("DELETE FROM dirty_learner")
    await apply(applier, progress(8))  # nothing new
    assert await table(applier.pool, marked) == []
    await apply(applier, feedback(9))
    assert await table(applier.pool, marked) == [(9,)]
    applied = await apply(applier, published())  # concerns every learner and is marked later
    assert await table(applier.pool, marked) == [(9,)]
    assert (applied.content, applied.learners) == (True, False)


async def test_of_profiling_only_results_mark_their_learner(applier: Applier) -> None:
    other = UUID(int=9)
    marked = "SELECT user_id FROM dirty_learner ORDER BY 1"
    done = await apply(applier, answered(7, 1), answered(8, 1), answered(7, 2))
    assert (done.entities, done.learners) == (1, False)  # all of one session
    another = answered(8, 1).model_copy(update={"session_id": other})
    assert not (await apply(applier, another)).learners
    assert await table(applier.pool, marked) == []
    await apply(applier, completed(7, 3))
    assert await table(applier.pool, marked) == [(7,)]
    await applier.pool.execute("DELETE FROM dirty_learner")
    gone = deleted(8, 2).model_copy(update={"session_id": other})  # it had no result
    assert not (await apply(applier, gone)).learners
    await apply(applier, deleted(7, 4))
    assert await table(applier.pool, marked) == [(7,)]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no niceness")
@pytest.mark.parametrize("few", [True, False])
async def test_only_a_full_round_yields_the_processor(
    applier: Applier, recompute: Recompute, monkeypatch: pytest.MonkeyPatch, few: bool
) -> None:
    def lists(*_: Any) -> tuple[list[Any], set[int]]:
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return [], set()

    found: list[int] = []
    monkeypatch.setattr("ai.recommendations.recompute._lists", lists)
    await apply(applier, *(user(one + 1) for one in range(LEARNERS_PER_ROUND - few)))
    await recompute.recompute_some()
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    assert [one > usual for one in found] == [not few]


async def test_a_marked_learner_gets_a_list_and_the_mark_is_removed(
    applier: Applier, recompute: Recompute
) -> None:
    await apply(applier, published("course-1"), published("course-2"), user(), progress())
    assert await recompute.recompute_some()
    assert not await recompute.recompute_some()
    assert await table(applier.pool, "SELECT * FROM dirty_learner") == []
    (row,) = await applier.pool.fetch("SELECT * FROM recommendation")
    assert unpack(row["lines"])[0].content_ids == ["course-2"]
    made_from = json.loads(row["made_from"])
    assert made_from == {
        "user": 1,
        "profile": None,
        "progress": {"course-1": 1},
        "feedback": {},
        "dismissed": [],
        "program": None,
        "submissions": {},
        "catalogue": 1,
    }
    assert (row["content_ids"], row["revision"]) == (["course-2"], 1)


async def test_a_mark_renewed_while_a_list_is_computed_stays(
    applier: Applier, recompute: Recompute
) -> None:
    await apply(applier, published(), user())
    load = recompute._catalogues.current

    async def renewed_meanwhile() -> Any:
        await apply(applier, progress())
        return await load()

    recompute._catalogues.current = renewed_meanwhile  # type: ignore[method-assign]
    assert await recompute.recompute_some()
    assert await table(applier.pool, "SELECT user_id FROM dirty_learner") == [(7,)]


async def test_a_learner_erased_while_a_list_is_computed_gets_none(
    applier: Applier, recompute: Recompute
) -> None:
    await apply(applier, published(), user())
    load = recompute._catalogues.current

    async def erased_meanwhile() -> Any:
        catalogue = await load()
        await apply(applier, erased())
        return catalogue

    recompute._catalogues.current = erased_meanwhile  # type: ignore[method-assign]
    assert await recompute.recompute_some()
    assert await table(applier.pool, "SELECT user_id FROM recommendation") == []


async def test_a_claim_excludes_other_workers_until_it_lapses(
    applier: Applier, recompute: Recompute
) -> None:
    await apply(applier, user())
    await applier.pool.execute("UPDATE dirty_learner SET claimed_at = now()")
    assert not await recompute.recompute_some()
    await applier.pool.execute("UPDATE dirty_learner SET claimed_at = now() - interval '11 s'")
    assert await recompute.recompute_some()


class CountingEncoder:
    identity = ModelIdentity(model="counting", revision="1", precision="fp32", dimension=384)

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Matrix:
        self.texts += texts
        return np.eye(len(texts), 384, dtype=np.float32)


async def test_content_is_embedded_once_and_lists_follow(
    applier: Applier, recompute: Recompute
) -> None:
    encoder = CountingEncoder()
    queue = EncoderQueue(encoder)
    backfill = Backfill(applier.pool, CachedEncoder(applier.pool, queue))
    await apply(applier, published("course-1"), published("course-2"), user())
    assert await recompute.recompute_some()
    assert await backfill.embed_some()
    assert not await backfill.embed_some()
    assert len(encoder.texts) == 2
    await recompute.mark_behind()
    assert await table(applier.pool, "SELECT user_id FROM dirty_learner") == [(7,)]
    # Another version with the same text costs nothing, nor does a lost vector.
    await apply(applier, published("course-1", version=2, level=3))
    assert not await backfill.embed_some()
    await applier.pool.execute("TRUNCATE content_vector")
    assert await backfill.embed_some()
    assert len(encoder.texts) == 2
    # A new text is embedded.
    await apply(applier, published("course-1", version=3, title="Another title"))
    assert await backfill.embed_some()
    assert [text.splitlines()[0] for text in encoder.texts[2:]] == ["Another title"]
    queue.close()


async def test_an_empty_batch_is_harmless(applier: Applier) -> None:
    assert await applier.apply(Batch()) == Applied(0, learners=False, content=False)
