"""A rebuild compares while the worker goes on, and holds it off for what came since alone."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, cast

import asyncpg
import numpy as np
import pytest
from pgvector.asyncpg import register_vector

from ai.embeddings.backfill import Backfill
from ai.embeddings.cache import CachedEncoder
from ai.embeddings.queue import EncoderQueue
from ai.kit.broker import Publisher
from ai.kit.db import connect, open_pool
from ai.kit.settings import Settings
from ai.kit.vectors import Matrix, ModelIdentity
from ai.projections.apply import Applier
from ai.projections.generations import (
    NoSuchGeneration,
    drop_generation,
    live_generation,
    publish_live,
)
from ai.rebuild import partial, rebuild, switch
from ai.rebuild.compare import compare
from ai.rebuild.rebuild import Options, Outcome, Tools
from ai.rebuild.refused import Differs, RebuildRefused
from ai.recommendations.announce import Announcer
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import PROGRESS
from tests.facts import completed, erased, feedback, progress, published, user
from tests.unit.ai.topic_log import TopicLog

ROWS_READ = """
SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
"""


class HashEncoder:
    """A vector for each text, without a model."""

    identity = ModelIdentity("hash", "1", "fp32", 384)

    def encode(self, texts: Sequence[str]) -> Matrix:
        rows = []
        for text in texts:
            seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])
            row = np.random.default_rng(seed).standard_normal(384)
            rows.append(row / np.linalg.norm(row))
        return np.array(rows, np.float32)


class Silent:
    def stage(self, *_: object, **__: object) -> None:
        pass


@pytest.fixture
async def tools(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> AsyncIterator[Tools]:
    db = await connect(ai_settings)
    await register_vector(db)
    # The planner reads small tables as a whole; at the sizes that matter it uses indexes.
    await db.execute("SET enable_seqscan = off")
    encoder = EncoderQueue(HashEncoder())
    log = TopicLog(applier, Backfill(vector_pool, CachedEncoder(vector_pool, encoder)))
    try:
        yield Tools(
            db=db,
            open_pool=lambda name: open_pool(ai_settings, search_path=f"{name}, public"),
            open_reader=lambda: cast(Any, log),
            encoder=encoder,
            live_encoder=encoder,
            multilingual=None,
            progress_reporter=Silent(),
            parked_share=0.5,
        )
    finally:
        encoder.close()
        await publish_live(db, "g1")
        await db.execute("UPDATE generation SET model = NULL, replaces = NULL")
        for name in ("g2", "g3"):
            with suppress(NoSuchGeneration):
                await drop_generation(db, name)
        await db.close()


def log_of(tools: Tools) -> TopicLog:
    return cast(TopicLog, tools.open_reader())


def history(learners: int) -> list[Fact]:
    items = [f"course-{n}" for n in range(learners)]
    facts: list[Fact] = [published(item) for item in items]
    facts += [user(learner) for learner in range(1, learners + 1)]
    facts += [
        progress(learner, items[(learner + n) % learners])
        for learner in range(1, learners + 1)
        for n in range(3)
    ]
    return facts


def during_comparison(
    monkeypatch: pytest.MonkeyPatch, work: Callable[[], Awaitable[object]]
) -> None:
    """Does the work when the whole generations have been compared. It must not have to wait."""
    original = compare

    async def compared(*arguments: Any, **options: Any) -> Any:
        made = await original(*arguments, **options)
        async with asyncio.timeout(20):
            await work()
        return made

    monkeypatch.setattr("ai.rebuild.rebuild.compare", compared)


def count_rows_of_the_switch(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows read by each transaction that holds off writers, the last that of the switch."""
    counts: list[int] = []
    catch_up, publish = switch._catch_up, publish_live
    before = 0

    async def counted_catch_up(db: Any, *arguments: Any) -> None:
        nonlocal before
        before = await db.fetchval(ROWS_READ)
        await catch_up(db, *arguments)
        counts.append(int(await db.fetchval(ROWS_READ) - before))

    async def counted_publish(db: Any, name: str) -> None:
        await publish(db, name)
        counts[-1] = int(await db.fetchval(ROWS_READ) - before)

    monkeypatch.setattr(switch, "_catch_up", counted_catch_up)
    monkeypatch.setattr(switch, "publish_live", counted_publish)
    return counts


async def rebuilt(tools: Tools, **options: Any) -> Outcome:
    return await rebuild.rebuild(tools, Options(**options))


@pytest.mark.slow
@pytest.mark.parametrize("learners", [20, 200])
async def test_what_is_read_while_writers_wait_does_not_grow(
    tools: Tools, learners: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of(tools)
    await log.publish(*history(learners))
    meanwhile = [
        user(1, version=2, track="leaders"),
        progress(2, "course-9", 2),
        completed(3),
        feedback(4),
        published("course-9", 2, title="Renamed"),
    ]
    during_comparison(monkeypatch, lambda: log.publish(*meanwhile))
    counts = count_rows_of_the_switch(monkeypatch)
    outcome = await rebuilt(tools)
    assert outcome.switched
    assert outcome.generation == await live_generation(tools.db) == "g2"
    version = "SELECT version FROM live.learner WHERE user_id = 1"
    assert await tools.db.fetchval(version) == 2
    assert len(counts) == 3
    assert max(counts) < 60, counts  # of a thousand rows


async def test_a_difference_in_what_came_during_the_comparison_is_found(
    tools: Tools, applier: Applier, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of(tools)
    await log.publish(*history(5))

    async def change() -> None:
        await log.publish(progress(2, "course-3", 2), feedback(4))
        await applier.pool.execute("UPDATE progress SET score = 3 WHERE version = 2")
        await applier.pool.execute("UPDATE entity SET body = body - 'verdict' WHERE user_id = 4")

    during_comparison(monkeypatch, change)
    with pytest.raises(Differs) as refused:
        await rebuilt(tools)
    tables = {one.table for one in refused.value.comparison.differences}
    assert tables == {"progress", "entity.feedback"}
    assert await live_generation(tools.db) == "g1"


async def test_a_difference_in_what_came_last_is_found(
    tools: Tools, applier: Applier, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of(tools)
    await log.publish(*history(5))
    original = switch.catch_up_and_switch

    async def after_a_last_fact(*arguments: Any, **options: Any) -> Any:
        await log.publish(user(3, version=2))
        await applier.pool.execute("UPDATE learner SET track = 'leaders' WHERE user_id = 3")
        return await original(*arguments, **options)

    monkeypatch.setattr("ai.rebuild.rebuild.catch_up_and_switch", after_a_last_fact)
    with pytest.raises(Differs) as refused:
        await rebuilt(tools)
    assert [one.table for one in refused.value.comparison.differences] == ["learner"]
    assert await live_generation(tools.db) == "g1"


async def test_a_decision_of_an_operator_during_the_comparison_refuses_the_switch(
    tools: Tools, applier: Applier, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log_of(tools).publish(*history(5))
    decide = "INSERT INTO operation (actor, action, subject, outcome) VALUES ('a', 'b', 'c', 'd')"
    during_comparison(monkeypatch, lambda: applier.pool.execute(decide))
    with pytest.raises(RebuildRefused, match="operator"):
        await rebuilt(tools)
    assert await live_generation(tools.db) == "g1"
    monkeypatch.undo()
    assert (await rebuilt(tools)).switched  # started again, it continues


async def test_lists_that_differ_after_the_switch_are_published_once(
    tools: Tools, ai_settings: Settings
) -> None:
    sent: list[Any] = []

    class Kafka:
        async def publish(self, records: Sequence[Any]) -> None:
            sent.extend(records)

    log = log_of(tools)
    await log.publish(*history(5))
    await tools.db.execute(LIST_OF_ONE)
    await rebuilt(tools)
    pool = await open_pool(ai_settings, search_path="g2, public")
    try:
        announcer = Announcer(pool, cast(Publisher, Kafka()), "g2")
        while await announcer.announce_some():
            pass
    finally:
        await pool.close()
    assert sorted(one.key for one in sent) == ["1", "2", "3", "4", "5"]
    assert not await tools.db.fetchval("SELECT count(*) FROM refreshed_list")
    assert not await tools.db.fetchval("SELECT count(*) FROM generation WHERE replaces <> ''")


LIST_OF_ONE = """
INSERT INTO g1.recommendation (user_id, lines, made_from, computed_at, content_ids)
VALUES (1, '', '{}', now(), '{course-of-before}')
"""


async def test_a_learner_erased_during_the_copy_of_topics_does_not_come_back(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of(tools)
    await log.publish(*history(5))
    original = partial._copy

    async def copied(*arguments: Any) -> None:
        await original(*arguments)
        async with asyncio.timeout(20):  # writers do not wait for the copy
            await log.publish(erased(2), progress(3, "course-1", 5))

    monkeypatch.setattr(partial, "_copy", copied)
    outcome = await rebuilt(tools, topics=(PROGRESS.name,))
    assert outcome.switched
    for table in ("learner", "progress", "dirty_learner", "recommendation"):
        left = f"SELECT count(*) FROM g2.{table} WHERE user_id = 2"  # noqa: S608
        assert await tools.db.fetchval(left) == 0
