"""Tokens that are revoked though their signature is valid."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from uuid import UUID

import asyncpg
import pytest

from ai.kit.auth import InvalidToken, RevocationList, Tokens
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.revocation import ENDED, ERASED, GENERATIONS, Revocations, is_active
from ongoza_contracts.event import Fact
from tests.facts import erased, record, sign_in_ended, sign_in_started, user, user_updated
from tests.tokens import SECRET, SIGN_IN, VIEW, VIEWER_SIGN_IN, claims, token

PHONE = UUID("00000000-0000-4000-8000-000000000001")
MANY = """
INSERT INTO learner (user_id, version, role, status, created_at, updated_at, token_generation)
SELECT n, 1, 'learner', 'active', now(), now() - n * interval '1 minute', n % 2
FROM generate_series(1, 30000) AS n
"""
MANY_SIGN_INS = """
INSERT INTO sign_in (user_id, sign_in_id, version, ended_at)
SELECT n, gen_random_uuid(), 2, now() - n * interval '1 minute' FROM generate_series(1, 30000) AS n
"""
MANY_ERASED = """
INSERT INTO erased_learner (user_id, version, erased_at)
SELECT 100000 + n, 1, now() - n * interval '1 minute' FROM generate_series(1, 30000) AS n
"""

OLDER_RELEASE = """
DROP TABLE sign_in CASCADE;
DROP VIEW live.learner;
DROP INDEX erased_learner_erased_at;
ALTER TABLE learner DROP token_generation, ADD tokens_valid_from timestamptz;
CREATE VIEW live.learner AS SELECT * FROM learner;
"""
SHAPE = """
SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default
FROM information_schema.columns WHERE table_name IN ('learner', 'sign_in')
UNION ALL
SELECT schemaname, tablename, indexname, '', '', indexdef
FROM pg_indexes WHERE tablename IN ('learner', 'sign_in', 'erased_learner')
ORDER BY 1, 2, 3
"""


async def apply(pool: asyncpg.Pool, facts: Iterable[Fact]) -> None:
    await Applier(pool, "g1", "test").apply(read_batch(map(record, facts)))


async def refreshed(pool: asyncpg.Pool) -> Tokens:
    tokens = Tokens(SECRET)
    await Revocations(pool, tokens).refresh()
    return tokens


def accepts(tokens: Tokens, **changes: object) -> bool:
    try:
        tokens.verify(token(claims(**changes)))
    except InvalidToken:
        return False
    return True


def recent() -> datetime:
    return datetime.now(UTC)


def test_a_token_that_was_verified_before_is_refused_once_it_is_revoked() -> None:
    tokens, verified = Tokens(SECRET), token()
    assert tokens.verify(verified).user_id == 7
    tokens.revocation_list = RevocationList({7: 1})
    with pytest.raises(InvalidToken, match="void"):
        tokens.verify(verified)
    tokens.revocation_list = RevocationList(sign_ins={SIGN_IN})
    with pytest.raises(InvalidToken, match="void"):
        tokens.verify(verified)


def test_a_view_is_void_with_the_tokens_of_its_admin() -> None:
    tokens = Tokens(SECRET)
    viewed = token(claims(**VIEW, viewer_gen=1))
    tokens.revocation_list = RevocationList({5: 1})
    assert tokens.verify(viewed).viewer == 5
    tokens.revocation_list = RevocationList({5: 2})
    with pytest.raises(InvalidToken, match="void"):
        tokens.verify(viewed)


async def test_a_view_is_void_once_its_admin_has_logged_out(vector_pool: asyncpg.Pool) -> None:
    await apply(vector_pool, [sign_in_started(5, sign_in_id=VIEWER_SIGN_IN)])
    assert accepts(await refreshed(vector_pool), **VIEW)
    await apply(vector_pool, [sign_in_ended(5, sign_in_id=VIEWER_SIGN_IN)])
    tokens = await refreshed(vector_pool)
    assert not accepts(tokens, **VIEW)
    assert accepts(tokens)
    assert accepts(tokens, **{**VIEW, "viewer_sid": str(PHONE)})


async def test_a_raised_generation_voids_tokens_of_the_same_second_and_no_later_ones(
    vector_pool: asyncpg.Pool,
) -> None:
    await apply(vector_pool, [user(), user_updated(token_generation=2, updated_at=recent())])
    await apply(vector_pool, [user(8), user_updated(8, updated_at=recent())])
    tokens, second = await refreshed(vector_pool), int(time.time())
    assert not accepts(tokens, iat=second)
    assert not accepts(tokens, iat=second, gen=1)
    assert accepts(tokens, iat=second, gen=2)
    assert accepts(tokens, iat=second - 60, gen=3)
    assert accepts(tokens, user_id=8)


async def test_a_demoted_mentor_is_refused(vector_pool: asyncpg.Pool) -> None:
    await apply(vector_pool, [user(role="mentor")])
    assert accepts(await refreshed(vector_pool), role="mentor")
    await apply(vector_pool, [user_updated(token_generation=1, updated_at=recent())])
    assert not accepts(await refreshed(vector_pool), role="mentor")


async def test_the_end_of_a_sign_in_voids_its_tokens_and_those_of_no_other(
    vector_pool: asyncpg.Pool,
) -> None:
    await apply(vector_pool, [user(), sign_in_started(), sign_in_started(sign_in_id=PHONE)])
    assert accepts(await refreshed(vector_pool))
    await apply(vector_pool, [sign_in_ended()])
    tokens = await refreshed(vector_pool)
    assert not accepts(tokens)
    assert accepts(tokens, sid=str(PHONE))


async def test_an_end_that_arrives_before_the_start_still_counts(vector_pool: asyncpg.Pool) -> None:
    await apply(vector_pool, [user(), sign_in_ended()])
    await apply(vector_pool, [sign_in_started()])
    assert not accepts(await refreshed(vector_pool))


async def test_an_erasure_voids_every_token_of_the_user(vector_pool: asyncpg.Pool) -> None:
    await apply(vector_pool, [user(9), sign_in_started(9)])
    await apply(vector_pool, [erased(9)])
    assert not accepts(await refreshed(vector_pool), user_id=9, gen=2**31 - 1)
    assert await vector_pool.fetchval("SELECT count(*) FROM sign_in") == 0


async def test_what_was_revoked_longer_ago_than_a_token_lives_is_not_loaded(
    vector_pool: asyncpg.Pool,
) -> None:
    before = recent() - timedelta(hours=3)
    await apply(vector_pool, [user(), user_updated(token_generation=1, updated_at=before)])
    await apply(vector_pool, [sign_in_ended(ended_at=before)])
    assert (await refreshed(vector_pool)).revocation_list == RevocationList()


async def test_reloading_reads_only_what_was_revoked_lately(vector_pool: asyncpg.Pool) -> None:
    for statement in (MANY, MANY_SIGN_INS, MANY_ERASED):
        await vector_pool.execute(statement)
    await vector_pool.execute("ANALYZE learner, sign_in, erased_learner")
    for query in (GENERATIONS, ENDED, ERASED):
        plan = "\n".join(row[0] for row in await vector_pool.fetch(f"EXPLAIN {query}"))
        assert "Seq Scan" not in plan, plan
    tokens = await refreshed(vector_pool)
    assert len(tokens.revocation_list.generations) == 60 + 119
    assert len(tokens.revocation_list.sign_ins) == 119


async def test_only_a_published_sign_in_and_role_are_active(vector_pool: asyncpg.Pool) -> None:
    tokens = Tokens(SECRET)
    admin = tokens.verify(token(claims(role="admin")))
    await apply(vector_pool, [user(role="admin")])
    assert not await is_active(vector_pool, admin)
    await apply(vector_pool, [sign_in_started()])
    assert await is_active(vector_pool, admin)
    for forged in ({"sid": str(PHONE)}, {"user_id": 8}, {"role": "director"}):
        assert not await is_active(
            vector_pool, tokens.verify(token(claims(**{"role": "admin", **forged})))
        )
    await apply(vector_pool, [sign_in_ended()])
    assert not await is_active(vector_pool, admin)


async def test_a_migrated_generation_equals_a_new_one(vector_pool: asyncpg.Pool) -> None:
    made_now = await vector_pool.fetch(SHAPE)
    await vector_pool.execute(OLDER_RELEASE)
    assert await vector_pool.fetch(SHAPE) != made_now
    await vector_pool.execute(files("ai.migrations").joinpath("0012_sign_ins.sql").read_text())
    assert await vector_pool.fetch(SHAPE) == made_now
