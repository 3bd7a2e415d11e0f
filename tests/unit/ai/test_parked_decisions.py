"""What an operator decides about a refused record holds wherever the record is read again."""

from dataclasses import replace

import asyncpg
import pytest

from ai.operations import parked
from ai.projections.apply import Applier
from ai.projections.batch import Batch, read_batch
from ongoza_contracts.http.reconcile import VERSION_GAP_MAX
from tests.facts import RawRecord, erased, progress, record, user

OF_ANOTHER_KEY = replace(record(progress(), 5), key=b"8:course-1")
FAR_AWAY = record(progress(version=2**62), 6)
BROKEN = replace(record(progress(), 7), value=b"{")


async def read(applier: Applier, *records: RawRecord) -> Batch:
    """As the worker, a rebuild and an operator's retry read records."""
    batch = read_batch(records)
    await applier.review_refused(batch)
    await applier.apply(batch)
    return batch


async def version(pool: asyncpg.Pool) -> int | None:
    found: int | None = await pool.fetchval("SELECT version FROM progress WHERE user_id = 7")
    return found


async def parked_ids(pool: asyncpg.Pool) -> list[int]:
    return [row[0] for row in await pool.fetch("SELECT id FROM parked_record ORDER BY id")]


@pytest.mark.parametrize(
    ("refused", "applied"), [(OF_ANOTHER_KEY, 1), (FAR_AWAY, 2**62)], ids=["key", "version"]
)
async def test_an_accepted_record_is_applied_now_and_when_it_is_read_again(
    applier: Applier, refused: RawRecord, applied: int
) -> None:
    pool = applier.pool
    await read(applier, refused)
    assert await version(pool) is None
    (parked_id,) = await parked_ids(pool)
    with pytest.raises(parked.StillRefused):
        await parked.retry(pool, parked_id, "terminal test")
    assert await parked.accept(pool, parked_id, "terminal test", "a planned import") == "applied"
    assert (await version(pool), await parked_ids(pool)) == (applied, [])
    await pool.execute("DELETE FROM progress")
    assert (await read(applier, refused)).refused == []
    assert await version(pool) == applied
    rows = await pool.fetch("SELECT action, outcome, reason FROM operation ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("retry", "refused again", None),
        ("accept", "applied", "a planned import"),
    ]


async def test_a_record_without_a_readable_fact_cannot_be_accepted(applier: Applier) -> None:
    await read(applier, BROKEN)
    (parked_id,) = await parked_ids(applier.pool)
    with pytest.raises(parked.StillRefused):
        await parked.accept(applier.pool, parked_id, "terminal test", "because")
    assert await parked_ids(applier.pool) == [parked_id]
    assert await applier.pool.fetchval("SELECT count(*) FROM parked_decision") == 0


async def test_a_discarded_record_is_not_parked_again(applier: Applier) -> None:
    await read(applier, BROKEN)
    (parked_id,) = await parked_ids(applier.pool)
    await parked.discard(applier.pool, parked_id, "terminal test", "a test of a partner")
    assert (await read(applier, BROKEN)).refused == []
    other = replace(BROKEN, value=b"[")  # at the same offset of a topic that was created again
    assert len((await read(applier, other)).refused) == 1


async def test_versions_that_follow_a_known_high_one_are_applied(applier: Applier) -> None:
    await read(applier, FAR_AWAY)
    (parked_id,) = await parked_ids(applier.pool)
    await parked.accept(applier.pool, parked_id, "terminal test", "a planned import")
    following = [record(progress(version=2**62 + step), 6 + step) for step in (1, 2)]
    assert (await read(applier, *following)).refused == []
    assert await version(applier.pool) == 2**62 + 2
    beyond = record(progress(version=2**62 + 3 + VERSION_GAP_MAX), 9)
    assert len((await read(applier, beyond)).refused) == 1


async def test_a_high_version_that_follows_one_of_the_same_batch_is_applied(
    applier: Applier,
) -> None:
    """As in a rebuild, where the database knows no version yet."""
    highest, following = (progress(version=VERSION_GAP_MAX + step) for step in (0, 1))
    forged = record(progress(8, version=VERSION_GAP_MAX + 1), 8)
    batch = await read(applier, record(highest, 6), record(following, 7), forged)
    assert [one.record for one in batch.refused] == [forged]
    assert await version(applier.pool) == VERSION_GAP_MAX + 1


async def test_a_forged_erasure_with_a_far_version_erases_nobody(applier: Applier) -> None:
    await read(applier, record(user()), record(erased(version=2**62), 1))
    assert await applier.pool.fetchval("SELECT user_id FROM learner") == 7
    assert await applier.pool.fetchval("SELECT count(*) FROM erased_learner") == 0


@pytest.mark.parametrize("first", ["the record", "the erasure"])
async def test_a_record_under_another_key_is_deleted_with_the_user_whom_its_fact_names(
    applier: Applier, first: str
) -> None:
    headers = [(name, value) for name, value in OF_ANOTHER_KEY.headers if name != "ce_partitionkey"]
    forged = replace(OF_ANOTHER_KEY, headers=[*headers, ("ce_partitionkey", b"8")])
    steps = [forged, record(erased(7), 9)]
    for one in steps if first == "the record" else reversed(steps):
        await read(applier, one)
    assert await parked_ids(applier.pool) == []


@pytest.mark.parametrize("header", [("a\0b", b"1"), ("x-team", None)], ids=["NUL", "null"])
async def test_a_record_with_any_header_can_be_parked(
    applier: Applier, header: tuple[str, bytes | None]
) -> None:
    await read(applier, replace(BROKEN, headers=[*BROKEN.headers, header]))
    (parked_id,) = await parked_ids(applier.pool)
    stored = (await parked.one(applier.pool, parked_id)).headers[-1]
    assert stored == (header[0].replace("\0", "\\x00"), header[1])
