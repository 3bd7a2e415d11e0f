"""Facts without a typed table on a real database: stored as received, read, erased and compared."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from ai.erasure.report import KeysOfUser, of_database
from ai.projections.apply import Applied, Applier
from ai.projections.batch import Refused, read_batch
from ai.projections.entities import load
from ai.projections.parked import Budget, park
from ai.projections.registry import PROJECTIONS, REGISTRY, Projection, Registry
from ai.projections.subscriber import Subscriber
from ai.projections.versions import load_version, load_versions
from ongoza_contracts import topics
from ongoza_contracts.event import Fact
from ongoza_contracts.feedback import FeedbackGiven
from ongoza_contracts.topics import FEEDBACK, PROFILING, PROGRESS, Topic
from ongoza_contracts.vocabulary import UserId, Verdict
from tests.facts import (
    RawRecord,
    completed,
    deleted,
    erased,
    example_record,
    feedback,
    progress,
    record,
    sign_in_started,
    user,
)

ID = UUID("018f0000-0000-7000-8000-000000000007")
CONTENT_ID = "course-101"


class TandemFormed(
    Fact,
    type="ongoza.tandem.formed.v1",
    key=("tandem_id",),
    partition="user_id",
    subjects=("user_id", "mentor_id"),
):
    tandem_id: UUID = ID
    user_id: UserId = 7
    mentor_id: UserId | None = None


class HouseNamed(Fact, type="ongoza.house.named.v1", key=("house_id",), partition="house_id"):
    house_id: UUID = ID


class PledgeMade(
    Fact,
    type="ongoza.pledge.made.v1",
    key=("user_id", "number"),
    partition="user_id",
    subjects=("user_id",),
):
    user_id: UserId
    number: int


class PledgeDropped(
    Fact,
    type="ongoza.pledge.dropped.v1",
    key=("user_id", "number"),
    partition="user_id",
    subjects=("user_id",),
    deletion=True,
):
    user_id: UserId
    number: int


def topic(name: str, *facts: type[Fact]) -> Topic:
    return Topic(
        name=f"ongoza.{name}",
        what="",
        why="",
        producer="core",
        consumers=("ai",),
        partitions=1,
        facts=facts,
    )


TANDEMS = topic("tandems", TandemFormed)
HOUSES = topic("houses", HouseNamed)
PLEDGES = topic("pledges", PledgeMade, PledgeDropped)
LARGER = Registry(
    (
        *PROJECTIONS,
        Projection(topic=TANDEMS, makes_lists_stale=False),
        Projection(topic=HOUSES, makes_lists_stale=True),
        Projection(topic=PLEDGES, makes_lists_stale=False),
    )
)


@pytest.fixture(autouse=True)
def _larger_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in (TANDEMS, HOUSES, PLEDGES):
        monkeypatch.setitem(topics.TOPIC_BY_NAME, one.name, one)
        for fact in one.facts:
            monkeypatch.setitem(topics.FACT_TYPES, fact.type, fact)
            monkeypatch.setitem(topics._TOPIC_OF, fact, one)


async def apply(applier: Applier, *facts: Fact | RawRecord) -> Applied:
    records = [record(one) if isinstance(one, Fact) else one for one in facts]
    return await applier.apply(read_batch(records, LARGER))


async def fetch(applier: Applier, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await applier.pool.fetch(sql)]


async def test_a_fact_is_stored_as_it_was_received(applier: Applier) -> None:
    given = example_record(FeedbackGiven, "future")
    assert given.value is not None
    await apply(applier, given)
    equal = "SELECT *, body = $1::jsonb AS equal FROM entity"
    (row,) = await applier.pool.fetch(equal, given.value.decode())
    assert (row["kind"], row["key"], row["type"]) == (
        "feedback",
        "42:course-101",
        FeedbackGiven.type,
    )
    assert (row["user_id"], row["version"], row["subjects"]) == (42, 1, [])
    assert row["equal"]


async def test_duplicate_and_late_facts_do_not_change_the_row(applier: Applier) -> None:
    second = feedback(version=2, verdict="more_like_this")
    assert (await apply(applier, second)).entities == 1
    assert (await apply(applier, second, feedback(version=1))).entities == 0
    assert await fetch(applier, "SELECT version, body ->> 'verdict' FROM entity") == [
        (2, "more_like_this")
    ]


async def test_facts_are_read_back_through_their_class(applier: Applier) -> None:
    await apply(applier, feedback(7, "course-2"), feedback(7, "course-1"), feedback(8))
    await apply(applier, feedback(9, verdict=None), feedback(10))
    found = await load(applier.pool, FeedbackGiven, [7, 9, 11])
    assert {owner: [one.content_id for one in facts] for owner, facts in found.items()} == {
        7: ["course-1", "course-2"],
        9: ["course-1"],
    }
    assert (found[7][0].verdict, found[9][0].verdict) == (Verdict.NOT_FOR_ME, None)


async def test_a_deleted_entity_keeps_its_version_and_is_not_read(applier: Applier) -> None:
    await apply(applier, PledgeMade(user_id=7, number=1, version=1))
    assert 7 in await load(applier.pool, PledgeMade, [7])
    await apply(applier, PledgeDropped(user_id=7, number=1, version=3))
    await apply(applier, PledgeMade(user_id=7, number=1, version=2))
    assert await load(applier.pool, PledgeMade, [7]) == {}
    assert await load_version(applier.pool, LARGER.by_fact[PledgeMade], "7:1") is None
    assert await fetch(applier, "SELECT version FROM entity") == [(3,)]


async def test_each_kind_decides_whether_lists_become_stale(applier: Applier) -> None:
    await apply(applier, user(7))
    await applier.pool.execute("DELETE FROM dirty_learner")
    applied = await apply(applier, TandemFormed(version=1))
    assert (applied.entities, applied.learners) == (1, False)
    assert await fetch(applier, "SELECT user_id FROM dirty_learner") == []
    assert (await apply(applier, feedback(7))).learners
    assert await fetch(applier, "SELECT user_id FROM dirty_learner") == [(7,)]


async def test_a_fact_without_an_owner_makes_every_list_stale(applier: Applier) -> None:
    await apply(applier, HouseNamed(version=1))
    assert await fetch(applier, "SELECT kind, user_id FROM entity") == [("houses", None)]
    assert await fetch(applier, "SELECT revision FROM catalogue_revision") == [(1,)]


async def test_a_body_that_jsonb_cannot_hold_is_parked(applier: Applier) -> None:
    subscriber = Subscriber(applier, Budget(0.5), lists=asyncio.Event(), texts=asyncio.Event())
    good = record(feedback())
    value = good.value[:-1] + b', "later": "\\u0000"}' if good.value else b""
    await subscriber.handle([replace(good, value=value), record(feedback(8), offset=1)])
    assert await fetch(applier, "SELECT user_id FROM entity") == [(8,)]
    assert await fetch(applier, "SELECT cause_code FROM parked_record") == [("not_applicable",)]


EVERYTHING = [
    *(user(42), progress(42, CONTENT_ID), completed(42), feedback(42, CONTENT_ID)),
    sign_in_started(42),
    *(PledgeMade(user_id=42, number=1, version=1), TandemFormed(user_id=42, version=1)),
]
TABLES_WITH_USERS = """
SELECT table_schema || '.' || table_name FROM information_schema.columns
JOIN information_schema.tables USING (table_schema, table_name)
WHERE column_name = 'user_id' AND table_type = 'BASE TABLE' ORDER BY 1
"""
# What is left on purpose: the list of the erased, the erasures that were revoked before, receipts,
# and the order to publish a tombstone.
REMAINING = {
    *("g1.erased_learner", "public.applied_erasure", "public.revoked_erasure"),
    *("public.erasure_receipt", "public.refreshed_list"),
}


@pytest.fixture
async def planted(applier: Applier) -> AsyncIterator[Applier]:
    """A table with users that is in no declaration."""
    await applier.pool.execute("CREATE TABLE planted (user_id integer, version bigint)")
    yield applier
    await applier.pool.execute("DROP TABLE planted")


async def test_erasure_deletes_from_every_table_with_users(planted: Applier) -> None:
    applier = planted
    await apply(applier, *EVERYTHING)
    fill = [
        "planted VALUES (42, 1)",
        "stale_history VALUES (42)",
        "completion_history VALUES (42, '')",
        "recommendation VALUES (42, '{}', now(), '{}', 1, NULL, '')",
        f"accepted_version VALUES ('progress', '42:{CONTENT_ID}', 5, 42)",
        "nudges_given VALUES (42, '2026-11-29', '{}')",
        "learner_seen VALUES (42, '2026-11-29') ON CONFLICT DO NOTHING",
    ]
    for one in fill:
        await applier.pool.execute(f"INSERT INTO {one}")
    holding = {place for place in await _places(applier) if await _rows_of_42(applier, place)}
    assert holding == await _places(applier) - REMAINING
    await applier.pool.execute("INSERT INTO revoked_erasure VALUES (42, 5)")
    await apply(applier, erased(42))
    holding = {place for place in await _places(applier) if await _rows_of_42(applier, place)}
    assert holding == REMAINING
    assert await fetch(applier, "SELECT version FROM refreshed_list") == [(None,)]


async def _places(applier: Applier) -> set[str]:
    return {place for (place,) in await fetch(applier, TABLES_WITH_USERS)}


async def _rows_of_42(applier: Applier, place: str) -> int:
    sql = f"SELECT count(*) FROM {place} WHERE user_id = 42"  # noqa: S608 - names from the database
    return int(await applier.pool.fetchval(sql))


async def test_every_projection_has_its_table(applier: Applier) -> None:
    """Every table with versions is a projection's, `entity`, or the list of the erased."""
    sql = "SELECT table_name FROM information_schema.columns WHERE column_name = 'version'"
    found = await fetch(applier, f"{sql} AND table_schema = 'g1'")
    typed = {one.table for one in REGISTRY.typed}
    assert {name for (name,) in found} == {*typed, "entity", "erased_learner"}


async def test_an_owner_is_erased_with_a_receipt_for_each_kind(applier: Applier) -> None:
    await apply(applier, feedback(7), feedback(7, "course-2"), feedback(8), HouseNamed(version=1))
    await apply(applier, erased(7))
    await apply(applier, feedback(7, version=10))
    assert await fetch(applier, "SELECT user_id FROM entity ORDER BY 1") == [(8,), (None,)]
    receipts = "SELECT place, rows FROM erasure_receipt WHERE place LIKE 'g1.entity%'"
    owned = {one.topic.kind for one in LARGER.projections if one.topic.owned and not one.table}
    assert dict(await fetch(applier, receipts)) == {
        f"g1.entity.{kind}": 2 if kind == "feedback" else 0 for kind in owned
    }


# The worker publishes the tombstone of the list, then deletes the row.
TO_BE_PUBLISHED = {"refreshed_list": 1}
NAMED = "SELECT version, subjects, body FROM entity WHERE kind = 'tandems'"


async def test_an_erased_mentor_is_cleared_and_the_version_stays(applier: Applier) -> None:
    await apply(applier, TandemFormed(mentor_id=8, version=4))
    assert (await of_database(applier.pool, 8, LARGER)).remaining == {"g1.entity.tandems": 1}
    await apply(applier, erased(8))
    cleared = f'{{"user_id": 7, "version": 4, "mentor_id": null, "tandem_id": "{ID}"}}'
    assert await fetch(applier, NAMED) == [(4, [], cleared)]
    report = await of_database(applier.pool, 8, LARGER)
    assert report.remaining == TO_BE_PUBLISHED
    assert ("g1.entity.tandems.cleared", 1) in {(r.place, r.rows) for r in report.receipts}


@pytest.mark.parametrize("version", [4, 5])
async def test_a_replay_does_not_restore_an_erased_mentor(applier: Applier, version: int) -> None:
    await apply(applier, user(8), erased(8), TandemFormed(mentor_id=8, version=4))
    await apply(applier, TandemFormed(mentor_id=8, version=version))
    ((found, subjects, body),) = await fetch(applier, NAMED)
    assert (found, subjects) == (version, [])
    assert '"mentor_id": null' in body


async def test_a_row_is_deleted_with_its_owner_and_not_with_its_mentor(
    applier: Applier,
) -> None:
    await apply(applier, TandemFormed(mentor_id=8, version=1), erased(8))
    await apply(applier, erased(7))
    await apply(applier, TandemFormed(mentor_id=9, version=2))
    assert await fetch(applier, NAMED) == []


async def test_an_erased_mentor_is_cleared_from_parked_records(applier: Applier) -> None:
    good = record(TandemFormed(mentor_id=8, version=1))
    broken = [
        replace(good, offset=1, value=b'{"mentor_id": 8, "version": "x"}'),
        replace(good, offset=2, value=b'{"mentor_id": 8'),
        replace(good, offset=3, value=b'{"mentor_id": 88'),
    ]
    await park_all(applier, broken)
    assert (await of_database(applier.pool, 8, LARGER)).remaining == {"parked_record": 2}
    await apply(applier, erased(8))
    kept = [(1, b'{"mentor_id": null, "version": "x"}'), (3, b'{"mentor_id": 88')]
    parked = 'SELECT "offset", value FROM parked_record ORDER BY 1'
    assert await fetch(applier, parked) == kept
    await park_all(applier, broken)  # a replay
    assert await fetch(applier, parked) == kept
    assert (await of_database(applier.pool, 8, LARGER)).remaining == TO_BE_PUBLISHED


async def park_all(applier: Applier, records: Sequence[RawRecord]) -> None:
    async with applier.pool.acquire() as db, db.transaction():
        await park(db, "g1", [Refused(one, "bad_payload", "broken") for one in records], LARGER)


def test_the_erasure_report_searches_bodies_for_further_subjects() -> None:
    seen = KeysOfUser(8, names_others=True)
    seen.add(record(TandemFormed(mentor_id=8, version=1)))
    seen.add(record(TandemFormed(tandem_id=UUID(int=1), mentor_id=9, version=1)))
    assert (seen.bodies, len(seen.final), len(seen.open)) == (1, 0, 1)
    seen.add(record(TandemFormed(mentor_id=None, version=2)))
    assert (seen.bodies, len(seen.final), len(seen.open)) == (1, 1, 0)


async def test_versions_are_paged_in_the_order_of_the_key_parts(applier: Applier) -> None:
    owners = [(7, 10), (7, 9), (10, 1), (100, 2)]
    await apply(applier, *(PledgeMade(user_id=u, number=n, version=n) for u, n in owners))
    await apply(applier, feedback(7, "course-1"), TandemFormed(version=1))
    pledges = LARGER.by_fact[PledgeMade]
    assert await load_versions(applier.pool, pledges, None, "7:9") == {"7:9": 9}
    assert await load_versions(applier.pool, pledges, "7:9", "10:1") == {"7:10": 10, "10:1": 1}
    assert await load_versions(applier.pool, pledges, "10:1", None) == {"100:2": 2}
    assert await load_version(applier.pool, pledges, "7:10") == 10


async def test_versions_of_typed_tables_and_entities_are_read_the_same_way(
    applier: Applier,
) -> None:
    both = [progress(7, "course-10"), progress(7, "course-1", 3), progress(70, "course-1")]
    await apply(applier, *both, *(feedback(f.user_id, f.content_id, f.version) for f in both))
    for one in (PROGRESS, FEEDBACK):
        projection = LARGER.by_topic[one.name]
        found = await load_versions(applier.pool, projection, "7:course-1", "70:course-1")
        assert found == {"7:course-10": 1, "70:course-1": 1}
        assert await load_version(applier.pool, projection, "7:course-1") == 3
        assert await load_version(applier.pool, projection, "7:course-9") is None


async def test_a_key_that_is_a_uuid_is_found_until_the_entity_is_deleted(applier: Applier) -> None:
    await apply(applier, HouseNamed(version=1), completed())
    houses, sessions = LARGER.by_fact[HouseNamed], LARGER.by_topic[PROFILING.name]
    assert await load_versions(applier.pool, houses, str(UUID(int=0)), str(ID)) == {str(ID): 1}
    assert await load_versions(applier.pool, houses, str(ID), None) == {}
    (session,) = await load_versions(applier.pool, sessions, None, None)
    await apply(applier, deleted())
    assert await load_version(applier.pool, sessions, session) is None


SHAPE = """
SELECT table_schema, table_name, column_name, data_type, is_nullable, collation_name, ''
FROM information_schema.columns WHERE table_name IN ('entity', 'feedback')
UNION ALL
SELECT schemaname, tablename, indexname, '', '', '', indexdef
FROM pg_indexes WHERE tablename IN ('entity', 'feedback')
ORDER BY 1, 2, 3
"""


async def test_a_migrated_generation_equals_a_new_one(applier: Applier) -> None:
    made_now = await fetch(applier, SHAPE)
    await applier.pool.execute(
        "DROP TABLE entity CASCADE; CREATE TABLE feedback (user_id integer, content_id text); "
        "CREATE VIEW live.feedback AS SELECT * FROM feedback; "
        "INSERT INTO consumed VALUES ('ongoza.feedback', 0, 9), ('ongoza.users', 0, 9)"
    )
    await applier.pool.execute(files("ai.migrations").joinpath("0010_entity.sql").read_text())
    assert await fetch(applier, SHAPE) == made_now
    # The topic is read again from its beginning.
    assert await fetch(applier, "SELECT topic FROM consumed") == [("ongoza.users",)]


async def test_readers_see_every_table_of_the_live_generation(
    applier: Applier, vector_pool: asyncpg.Pool
) -> None:
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'g1' ORDER BY 1"
    views = "SELECT viewname FROM pg_views WHERE schemaname = 'live' ORDER BY 1"
    assert await fetch(applier, views) == await fetch(applier, tables)
