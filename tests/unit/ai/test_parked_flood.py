"""Many records that are refused: decided on at once, and then never in the way again."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from ai.kit.db import open_pool
from ai.kit.settings import Settings
from ai.operations import decisions_file, parked
from ai.projections.apply import Applier
from ai.projections.batch import Batch, read_batch
from ai.projections.decisions import replace_version
from ai.projections.erasure import count_left
from ai.projections.generations import create_next_generation, drop_generation
from ai.projections.parked import Budget
from ai.projections.positions import load_positions
from ai.projections.registry import REGISTRY
from ai.projections.status import heartbeat
from ai.projections.subscriber import Subscriber
from ongoza_contracts.http.reconcile import VERSION_GAP_MAX
from ongoza_contracts.progress import ProgressUpdated
from tests.facts import RawRecord, erased, feedback, progress, record, user

ACTOR, REASON = "terminal test", "a broken release of the partner"
GOOD = [record(progress(user_id), 100 + user_id) for user_id in range(1, 41)]
BAD = [replace(record(progress(7), offset), value=b"{") for offset in range(60)]
FLOOD = [*BAD, *GOOD]
FAR_AWAY = record(progress(version=2**62), 6)
OF_ANOTHER_KEY = replace(record(progress(), 5), key=b"8:course-1")


@pytest.fixture(autouse=True)
def exits(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(code: int, _: str) -> None:
        raise SystemExit(code)

    monkeypatch.setattr("ai.projections.subscriber.exit_process", end)


@pytest.fixture
async def second(applier: Applier, ai_settings: Settings) -> AsyncIterator[Applier]:
    """A generation that a rebuild fills."""
    async with applier.pool.acquire() as db:
        name = await create_next_generation(db, {})
    pool = await open_pool(ai_settings, search_path=f"{name}, public")
    await heartbeat(pool, "rebuild", name)
    yield Applier(pool, name, "rebuild")
    await pool.close()
    async with applier.pool.acquire() as db:
        await drop_generation(db, name)


async def handle(applier: Applier, records: list[RawRecord]) -> None:
    """As a worker or rebuild that has just started reads them."""
    event = asyncio.Event()
    await Subscriber(applier, Budget(0.5), event, event).handle(records)


async def read(applier: Applier, *records: RawRecord) -> Batch:
    batch = read_batch(records)
    await applier.review_refused(batch)
    await applier.apply(batch)
    return batch


async def parked_ids(pool: asyncpg.Pool) -> list[int]:
    return [row[0] for row in await pool.fetch("SELECT id FROM parked_record ORDER BY id")]


async def version(pool: asyncpg.Pool) -> int | None:
    found: int | None = await pool.fetchval("SELECT version FROM progress WHERE user_id = 7")
    return found


async def test_a_flood_stops_the_worker_until_it_is_decided_on_and_no_generation_after_that(
    applier: Applier, second: Applier
) -> None:
    pool = applier.pool
    for _ in range(2):
        with pytest.raises(SystemExit) as stopped:
            await handle(applier, FLOOD)
        assert stopped.value.code == 3
        # What it read is parked, where it can be decided on, and is read again.
        assert len(await parked_ids(pool)) == len(BAD)
        assert await load_positions(pool) == {}
    chosen = await parked.matching(pool, parked.Filter(cause="bad_payload"))
    assert await parked.discard_all(pool, chosen, ACTOR, REASON) == len(BAD)
    for reading in (applier, second):
        await handle(reading, FLOOD)
        assert await reading.pool.fetchval("SELECT count(*) FROM progress") == len(GOOD)
        assert await load_positions(reading.pool) != {}
    assert await parked_ids(pool) == []
    audit = "SELECT DISTINCT actor, action, reason FROM operation"
    assert [tuple(row) for row in await pool.fetch(audit)] == [(ACTOR, "discard", REASON)]
    assert await pool.fetchval("SELECT count(*) FROM operation") == len(BAD)


async def test_decisions_that_were_exported_hold_in_a_database_that_was_lost(
    applier: Applier,
) -> None:
    pool = applier.pool
    with pytest.raises(SystemExit):
        await handle(applier, FLOOD)
    await parked.discard_all(pool, await parked_ids(pool), ACTOR, REASON)
    await read(applier, FAR_AWAY)
    await parked.accept(pool, (await parked_ids(pool))[0], ACTOR, REASON)
    await pool.execute("INSERT INTO revoked_erasure VALUES (7, 9)")
    lines = [line async for line in decisions_file.export(pool)]
    tables = "parked_decision, accepted_version, revoked_erasure, progress, consumed"
    await pool.execute(f"TRUNCATE {tables}")
    assert await decisions_file.import_(pool, lines) == len(BAD) + 3
    assert await decisions_file.import_(pool, lines) == 0
    await handle(applier, FLOOD)
    await read(applier, record(user(7)), record(erased(7, version=9), 1))
    assert await pool.fetchval("SELECT user_id FROM learner") == 7
    # Compaction removed the accepted record itself.
    assert (await read(applier, record(progress(version=2**62 + 1), 7))).refused == []
    assert [line async for line in decisions_file.export(pool)] == lines


@pytest.mark.parametrize("accepted", [FAR_AWAY, OF_ANOTHER_KEY], ids=["version", "key"])
@pytest.mark.parametrize("is_lost", [True, False], ids=["lost database", "same database"])
async def test_decisions_from_before_an_erasure_bring_nothing_of_the_learner_back(
    applier: Applier, accepted: RawRecord, is_lost: bool
) -> None:
    pool = applier.pool
    await read(applier, accepted)
    await parked.accept(pool, (await parked_ids(pool))[0], ACTOR, REASON)
    lines = [line async for line in decisions_file.export(pool)]
    await read(applier, record(erased(7), 8))
    if is_lost:
        await pool.execute("TRUNCATE parked_decision, accepted_version")
    await decisions_file.import_(pool, lines)
    await read(applier, accepted)
    left = await count_left(pool, 7, REGISTRY)
    # The row of `refreshed_list` goes when the end of the list was published.
    assert {place for place, rows in left.items() if rows} == {"refreshed_list"}
    assert await pool.fetchval("SELECT count(*) FROM parked_decision") == 1


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "{}", '{"table": "learner"}', '{"table": "revoked_erasure", "user_id": "x"}'],
)
async def test_a_file_that_export_did_not_write_is_refused_as_a_whole(
    applier: Applier, line: str
) -> None:
    row = {"user_id": 7, "version": 9, "revoked_at": "2026-11-20T12:00:00Z"}
    good = json.dumps({"table": "revoked_erasure", **row})
    with pytest.raises(decisions_file.Malformed):
        await decisions_file.import_(applier.pool, [good, line])
    assert await applier.pool.fetchval("SELECT count(*) FROM revoked_erasure") == 0


async def test_a_discarded_record_that_the_database_refuses_is_not_counted_again(
    applier: Applier, second: Applier
) -> None:
    good = record(feedback(), 5)
    value = (good.value or b"")[:-1] + b', "later": "\\u0000"}'
    refused = [replace(good, value=value, offset=offset) for offset in range(60)]
    with pytest.raises(SystemExit):
        await handle(applier, refused)
    ids = await parked.matching(applier.pool, parked.Filter(cause="not_applicable"))
    assert await parked.discard_all(applier.pool, ids, ACTOR, REASON) == len(refused)
    for reading in (applier, second):
        await handle(reading, refused)
    assert await parked_ids(applier.pool) == []


@pytest.mark.parametrize(
    ("only", "offsets"),
    [
        (parked.Filter(topic="ongoza.progress"), [1, 2, 3]),
        (parked.Filter(topic="ongoza.users"), []),
        (parked.Filter(first=2, last=2), [2]),
        (parked.Filter(partition=99), []),
        (parked.Filter(cause="contradiction"), [3]),
    ],
)
async def test_records_are_chosen_by_topic_partition_range_and_cause(
    applier: Applier, only: parked.Filter, offsets: list[int]
) -> None:
    contradicting = replace(record(progress(), 3), key=b"8:course-1")
    await read(applier, BAD[1], BAD[2], contradicting)
    found = await parked.matching(applier.pool, only)
    assert [(await parked.one(applier.pool, one)).offset for one in found] == offsets


async def test_a_decision_reaches_every_generation_that_parked_the_record(
    applier: Applier, second: Applier
) -> None:
    for reading in (applier, second):
        await read(reading, FAR_AWAY, BAD[1])
    far, bad, *_ = await parked_ids(applier.pool)
    assert await parked.accept(applier.pool, far, ACTOR, REASON) == "applied"
    await parked.discard(applier.pool, bad, ACTOR, REASON)
    assert await parked_ids(applier.pool) == []
    assert [await version(reading.pool) for reading in (applier, second)] == [2**62] * 2


async def test_versions_near_an_accepted_one_are_applied_after_compaction_removed_it(
    applier: Applier, second: Applier
) -> None:
    await read(applier, FAR_AWAY)
    await parked.accept(applier.pool, (await parked_ids(applier.pool))[0], ACTOR, REASON)
    following = record(progress(version=2**62 + 5), 7)
    assert (await read(second, following)).refused == []
    assert await version(second.pool) == 2**62 + 5
    beyond = record(progress(version=2**62 + 6 + VERSION_GAP_MAX), 8)
    another = record(progress(8, version=2**62 + 5), 9)
    assert len((await read(second, beyond, another)).refused) == 2


async def test_an_erasure_deletes_what_was_accepted_of_the_learner(applier: Applier) -> None:
    await read(applier, FAR_AWAY)
    await parked.accept(applier.pool, (await parked_ids(applier.pool))[0], ACTOR, REASON)
    await read(applier, record(erased(7)))
    assert await applier.pool.fetchval("SELECT count(*) FROM accepted_version") == 0
    assert (await read(applier, FAR_AWAY)).refused != []
    assert await parked_ids(applier.pool) == []


async def test_what_was_accepted_of_an_entity_is_refused_again_once_its_version_is_replaced(
    applier: Applier, second: Applier
) -> None:
    for reading in (applier, second):
        await read(reading, FAR_AWAY)
    await parked.accept(applier.pool, (await parked_ids(applier.pool))[0], ACTOR, REASON)
    async with applier.pool.acquire() as db, db.transaction():
        await replace_version(db, REGISTRY.by_fact[ProgressUpdated], "7:course-1")
    for reading in (applier, second):
        await read(reading, record(progress(version=3), 8))
        assert await version(reading.pool) == 3
        assert len((await read(reading, FAR_AWAY)).refused) == 1
        assert await version(reading.pool) == 3
