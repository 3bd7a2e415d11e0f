"""Parked records on a real database: what operators may do with them, and the audit of it."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from ai.erasure.report import of_database
from ai.kit import error_responses
from ai.kit.auth import Tokens
from ai.kit.guard import Guard
from ai.kit.trace import Trace
from ai.operations.router import router
from ai.projections.apply import Applier
from ai.projections.batch import Refused, read_batch
from ai.projections.parked import park
from ai.projections.positions import load_positions
from ongoza_contracts.codec import Headers
from tests.facts import (
    RawRecord,
    erased,
    progress,
    record,
    sign_in_ended,
    sign_in_started,
    user,
)
from tests.tokens import SECRET, bearer

ODD_OWNER = [("ce_partitionkey", b"\xff")]
BASE = "/api/v1/operations/parked"


def admin() -> dict[str, str]:
    """Made when it is used: tokens last ten minutes, a run of all tests longer."""
    return bearer(role="admin", user_id=1)


@pytest.fixture
async def http(vector_pool: asyncpg.Pool) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI(redirect_slashes=False)
    app.include_router(router)
    error_responses.install(app)
    app.add_middleware(Guard)
    app.add_middleware(Trace)
    app.state.tokens = Tokens(SECRET)
    app.state.resources = SimpleNamespace(pool=vector_pool)
    signed_in = [user(1, role="admin"), sign_in_started(1)]
    await Applier(vector_pool, "g1", "test").apply(read_batch(map(record, signed_in)))
    await vector_pool.execute("DELETE FROM dirty_learner")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ai.test") as client:
        yield client


async def parked(pool: asyncpg.Pool, one: RawRecord, cause: str = "bad_payload") -> int:
    async with pool.acquire() as db, db.transaction():
        await park(db, "g1", [Refused(one, cause, "it was not understood")])
    return int(await pool.fetchval("SELECT max(id) FROM parked_record"))


def broken(offset: int = 3) -> RawRecord:
    good = record(progress(), offset)
    return RawRecord(good.topic, good.partition, offset, good.key, b"{", good.headers)


async def audit(pool: asyncpg.Pool) -> list[tuple[Any, ...]]:
    rows = await pool.fetch("SELECT actor, action, outcome, reason FROM operation ORDER BY id")
    return [tuple(row) for row in rows]


async def test_a_record_that_has_become_valid_is_applied_and_no_longer_parked(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    positions = await load_positions(vector_pool)
    parked_id = await parked(vector_pool, record(progress(completion_percentage=40.0), offset=3))
    answer = await http.post(f"{BASE}/{parked_id}/retry", headers=admin())
    assert (answer.status_code, answer.json()) == (200, {"outcome": "applied"})
    assert await vector_pool.fetchval("SELECT completion_percentage FROM progress") == 40.0
    assert await vector_pool.fetchval("SELECT user_id FROM dirty_learner") == 7
    assert await vector_pool.fetchval("SELECT count(*) FROM parked_record") == 0
    # The consumer's position has not changed.
    assert await load_positions(vector_pool) == positions
    assert await audit(vector_pool) == [("user 1", "retry", "applied", None)]


@pytest.mark.parametrize("number", ["01", "%2B1", "1.0", "%201", "+1"])
async def test_an_id_has_one_spelling(http: httpx.AsyncClient, number: str) -> None:
    answer = await http.get(f"{BASE}/{number}", headers=admin())
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_newer_version_makes_a_retry_harmless(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    newer = progress(version=5, completion_percentage=80.0)
    await Applier(vector_pool, "g1", "test").apply(read_batch([record(newer)]))
    parked_id = await parked(vector_pool, record(progress(version=4), offset=3))
    answer = await http.post(f"{BASE}/{parked_id}/retry", headers=admin())
    assert answer.json() == {"outcome": "superseded by a newer version"}
    assert await vector_pool.fetchval("SELECT completion_percentage FROM progress") == 80.0


async def test_a_record_that_is_refused_again_stays_with_its_new_cause(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    parked_id = await parked(vector_pool, broken(), cause="bad_header")
    answer = await http.post(f"{BASE}/{parked_id}/retry", headers=admin())
    assert (answer.status_code, answer.json()["code"]) == (409, "still_refused")
    assert await vector_pool.fetchval("SELECT cause_code FROM parked_record") == "bad_payload"
    assert await audit(vector_pool) == [("user 1", "retry", "refused again", None)]


async def test_a_discarded_record_is_deleted_and_the_reason_is_recorded(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    parked_id = await parked(vector_pool, broken())
    for body in ({}, {"reason": " "}, {"reason": "x" * 501}, {"reason": "a test", "more": 1}):
        refused = await http.post(f"{BASE}/{parked_id}/discard", headers=admin(), json=body)
        assert refused.status_code == 400
    assert await audit(vector_pool) == []
    answer = await http.post(
        f"{BASE}/{parked_id}/discard", headers=admin(), json={"reason": "a test record"}
    )
    assert answer.status_code == 204
    assert await audit(vector_pool) == [("user 1", "discard", "discarded", "a test record")]
    again = await http.post(f"{BASE}/{parked_id}/retry", headers=admin())
    assert again.status_code == 404


async def test_a_record_is_accepted_with_a_reason_although_its_version_is_far(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    far = await parked(vector_pool, record(progress(version=2**62), offset=3), "far_version")
    for body in ({}, {"reason": " "}, {"reason": "a test", "more": 1}):
        refused = await http.post(f"{BASE}/{far}/accept", headers=admin(), json=body)
        assert refused.status_code == 400
    said = {"reason": "a planned import"}
    answer = await http.post(f"{BASE}/{far}/accept", headers=admin(), json=said)
    assert (answer.status_code, answer.json()) == (200, {"outcome": "applied"})
    assert await vector_pool.fetchval("SELECT version FROM progress") == 2**62
    assert await audit(vector_pool) == [("user 1", "accept", "applied", "a planned import")]
    unreadable = await parked(vector_pool, broken(4))
    answer = await http.post(f"{BASE}/{unreadable}/accept", headers=admin(), json=said)
    assert (answer.status_code, answer.json()["code"]) == (409, "still_refused")
    again = await http.post(f"{BASE}/{far}/accept", headers=admin(), json=said)
    assert again.status_code == 404


async def test_records_are_listed_by_page_and_shown_byte_for_byte(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    ids = [await parked(vector_pool, broken(offset)) for offset in (3, 4, 5)]
    first = (await http.get(f"{BASE}?limit=2", headers=admin())).json()
    assert [one["id"] for one in first["results"]] == ids[:2]
    assert (first["total"], first["next_after"]) == (3, ids[1])
    last = (await http.get(f"{BASE}?limit=2&after={ids[1]}", headers=admin())).json()
    assert ([one["id"] for one in last["results"]], last["next_after"]) == (ids[2:], None)
    shown = (await http.get(f"{BASE}/{ids[0]}", headers=admin())).json()
    assert shown["value_base64"] == "ew=="
    assert {"name": "ce_specversion", "value_base64": "MS4w"} in shown["headers"]
    assert (await http.get(f"{BASE}/{ids[0] + 999}", headers=admin())).status_code == 404
    for query in ("limit=0", "limit=101", "after=-1", "limit=x"):
        assert (await http.get(f"{BASE}?{query}", headers=admin())).status_code == 400


@pytest.mark.parametrize("role", ["learner", "mentor", "director", "sponsor"])
async def test_only_admins_see_parked_records(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool, role: str
) -> None:
    parked_id = await parked(vector_pool, broken())
    for method, path in (
        ("GET", BASE),
        ("GET", f"{BASE}/{parked_id}"),
        ("POST", f"{BASE}/{parked_id}/retry"),
        ("POST", f"{BASE}/{parked_id}/accept"),
        ("POST", f"{BASE}/{parked_id}/discard"),
    ):
        refused = await http.request(method, path, headers=bearer(role=role))
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
        assert (await http.request(method, path)).status_code == 401
    assert await vector_pool.fetchval("SELECT count(*) FROM parked_record") == 1
    assert await audit(vector_pool) == []


async def test_an_admin_token_without_an_active_sign_in_is_refused(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    applier = Applier(vector_pool, "g1", "test")
    await applier.apply(read_batch([record(user(7)), record(sign_in_started(7))]))
    other = "00000000-0000-4000-8000-000000000001"
    for forged in (bearer(role="admin", user_id=1, sid=other), bearer(role="admin", user_id=7)):
        refused = await http.get(BASE, headers=forged)
        assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
    assert (await http.get(BASE, headers=admin())).status_code == 200
    await applier.apply(read_batch([record(sign_in_ended(1))]))
    assert (await http.get(BASE, headers=admin())).status_code == 401


async def test_records_of_an_erased_learner_are_deleted_and_never_parked_again(
    http: httpx.AsyncClient, vector_pool: asyncpg.Pool
) -> None:
    applier = Applier(vector_pool, "g1", "test")
    await applier.apply(read_batch([record(user())]))
    await parked(vector_pool, broken(3))
    headless = RawRecord("ongoza.progress", 1, 4, b"7:course-1", b"{", [("ce_id", b"\xff")])
    await parked(vector_pool, headless)
    anothers = RawRecord("ongoza.progress", 1, 5, b"77:course-1", b"{", [])
    await parked(vector_pool, anothers)
    await applier.apply(read_batch([record(erased())]))
    await parked(vector_pool, broken(6))
    assert [tuple(r) for r in await vector_pool.fetch("SELECT key FROM parked_record")] == [
        (b"77:course-1",)
    ]
    receipts = "SELECT rows FROM erasure_receipt WHERE user_id = 7 AND place = 'parked_record'"
    assert await vector_pool.fetchval(receipts) == 3
    assert (await http.get(BASE, headers=admin())).json()["total"] == 1


async def test_a_number_that_is_not_a_users_key_is_not_taken_for_a_user(
    vector_pool: asyncpg.Pool,
) -> None:
    for offset, key in enumerate((b"7", b"7:1")):
        owner = [("ce_partitionkey", b"7")]
        await parked(vector_pool, RawRecord("ongoza.content", 1, offset, key, b"{", owner))
    assert (await of_database(vector_pool, 7)).remaining == {}
    await Applier(vector_pool, "g1", "test").apply(read_batch([record(erased())]))
    assert await vector_pool.fetchval("SELECT count(*) FROM parked_record") == 2


async def test_parking_writes_only_about_users_whom_its_records_name(
    vector_pool: asyncpg.Pool,
) -> None:
    facts = [erased(user_id=user_id) for user_id in range(1, 41)]
    await Applier(vector_pool, "g1", "test").apply(read_batch(map(record, facts)))
    receipts = "SELECT user_id, xmin::text FROM erasure_receipt WHERE place = 'parked_record'"
    before: dict[int, str] = dict(map(tuple, await vector_pool.fetch(receipts)))
    assert len(before) == 40
    await parked(vector_pool, RawRecord("ongoza.progress", 1, 5, b"77:course-1", b"{", []))
    await parked(vector_pool, broken(6))  # of user 7
    named = RawRecord("ongoza.matches", 1, 6, b"x", b'{"mentor_id": 9}', [])
    await parked(vector_pool, named)
    after: dict[int, str] = dict(map(tuple, await vector_pool.fetch(receipts)))
    written = {user_id for user_id, xmin in after.items() if before[user_id] != xmin}
    assert written <= {7, 9}
    left = await vector_pool.fetch("SELECT value FROM parked_record ORDER BY id")
    assert [row[0] for row in left] == [b"{", b'{"mentor_id": null}']


@pytest.mark.parametrize(
    ("key", "value", "headers"),
    [
        (b"7:course-1", b"{", []),
        (b"x", b"{", [("ce_partitionkey", b"7")]),
        (b"x", b'{"user_id": 7}', []),
        (b"x", b'{"user_id": "7"', []),
        (
            b"99999999999999",
            b'{"user_id": 7, "mentor_id": 99999999999}',
            [("ce_partitionkey", b"\xff")],
        ),
    ],
)
async def test_a_record_is_not_parked_however_it_names_an_erased_owner(
    vector_pool: asyncpg.Pool, key: bytes, value: bytes, headers: Headers
) -> None:
    await Applier(vector_pool, "g1", "test").apply(read_batch([record(erased())]))
    one = RawRecord("ongoza.progress", 1, 5, key, value, headers)
    async with vector_pool.acquire() as db, db.transaction():
        await park(db, "g1", [Refused(one, "contradiction", "it contradicts its key")])
    assert await vector_pool.fetchval("SELECT count(*) FROM parked_record") == 0
