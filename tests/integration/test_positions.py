"""Which stored positions a worker uses, on the real database."""

import logging

import asyncpg
import pytest

from ai.kit.broker import PartitionLog, TopicPartition
from ai.projections.positions import WorkerPositions, advance, load_stored, reported_lost

FIRST, SECOND = TopicPartition("ongoza.progress", 0), TopicPartition("ongoza.progress", 1)
LOGS = {FIRST: PartitionLog("present", 0, 100), SECOND: PartitionLog("present", 10, 20)}


async def begin(pool: asyncpg.Pool) -> dict[TopicPartition, int]:
    return await WorkerPositions(pool, {}).begin_at(LOGS)


async def stored(pool: asyncpg.Pool) -> dict[TopicPartition, tuple[int, str | None]]:
    found = await load_stored(pool)
    return {partition: (one.next_offset, one.topic_id) for partition, one in found.items()}


async def test_positions_in_the_present_topic_are_used(vector_pool: asyncpg.Pool) -> None:
    await advance(vector_pool, {FIRST: 50, SECOND: 20}, {"ongoza.progress": "present"})
    assert await begin(vector_pool) == {FIRST: 50, SECOND: 20}
    assert await reported_lost(vector_pool, "g1") == []


async def test_without_positions_each_log_is_read_from_its_beginning(
    vector_pool: asyncpg.Pool,
) -> None:
    assert await begin(vector_pool) == {FIRST: 0, SECOND: 10}
    assert await reported_lost(vector_pool, "g1") == []


async def test_positions_in_an_earlier_topic_are_not_used_and_that_is_said_once(
    vector_pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    await advance(vector_pool, {FIRST: 50, SECOND: 15}, {"ongoza.progress": "earlier"})
    with caplog.at_level(logging.WARNING):
        assert await begin(vector_pool) == {FIRST: 0, SECOND: 10}
        assert await begin(vector_pool) == {FIRST: 0, SECOND: 10}
    assert await stored(vector_pool) == {FIRST: (0, "present"), SECOND: (10, "present")}
    assert await reported_lost(vector_pool, "g1") == ["ongoza.progress"]
    (said,) = caplog.messages
    assert "`python -m core.manage refill_topic ongoza.progress`" in said


async def test_a_position_beyond_the_end_is_not_used(vector_pool: asyncpg.Pool) -> None:
    await advance(vector_pool, {FIRST: 101, SECOND: 20}, {"ongoza.progress": "present"})
    assert await begin(vector_pool) == {FIRST: 0, SECOND: 20}
    cause = await vector_pool.fetchval("SELECT cause FROM lost_topic")
    assert cause == "shorter"


async def test_positions_without_an_id_adopt_the_present_one_unless_beyond_the_end(
    vector_pool: asyncpg.Pool,
) -> None:
    await advance(vector_pool, {FIRST: 50, SECOND: 21})
    assert await begin(vector_pool) == {FIRST: 50, SECOND: 10}
    assert await stored(vector_pool) == {FIRST: (50, "present"), SECOND: (10, "present")}


async def test_a_late_batch_of_an_earlier_topic_does_not_count_as_read_in_the_present_one(
    vector_pool: asyncpg.Pool,
) -> None:
    await advance(vector_pool, {FIRST: 50}, {"ongoza.progress": "earlier"})
    await begin(vector_pool)
    await advance(vector_pool, {FIRST: 60}, {"ongoza.progress": "earlier"})
    assert (await begin(vector_pool))[FIRST] == 0


async def test_a_late_batch_of_the_same_topic_does_not_move_a_position_back(
    vector_pool: asyncpg.Pool,
) -> None:
    await advance(vector_pool, {FIRST: 60}, {"ongoza.progress": "present"})
    await advance(vector_pool, {FIRST: 50}, {"ongoza.progress": "present"})
    await advance(vector_pool, {FIRST: 40})
    assert await stored(vector_pool) == {FIRST: (60, "present")}
    await advance(vector_pool, {FIRST: 10}, {"ongoza.progress": "later"})
    assert await stored(vector_pool) == {FIRST: (10, "later")}


async def test_the_position_in_a_log_that_became_shorter_is_set_back(
    vector_pool: asyncpg.Pool,
) -> None:
    await advance(vector_pool, {FIRST: 60, SECOND: 15}, {"ongoza.progress": "present"})
    await WorkerPositions(vector_pool, {}).report_shorter({FIRST})
    await advance(vector_pool, {FIRST: 5}, {"ongoza.progress": "present"})
    assert await stored(vector_pool) == {FIRST: (5, "present"), SECOND: (15, "present")}
    assert await reported_lost(vector_pool, "g1") == ["ongoza.progress"]
