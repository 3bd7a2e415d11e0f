"""Tokens that are void though their signature is good."""

import time

import asyncpg
import pytest

from ai.kit.auth import InvalidToken, Tokens
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.revocation import Revocations
from tests.facts import erased, record, user
from tests.tokens import SECRET, claims, token


def test_a_token_issued_before_the_moment_is_void_and_one_after_is_good() -> None:
    tokens, now = Tokens(SECRET), int(time.time())
    old, new = token(claims(iat=now - 60)), token(claims(iat=now - 10, jti="another-one"))
    assert tokens.verify(old).user_id == 7
    tokens.void_before = {7: now - 10}
    with pytest.raises(InvalidToken, match="void"):
        tokens.verify(old)
    assert tokens.verify(new).user_id == 7
    assert tokens.verify(token(claims(user_id=8, iat=now - 60))).user_id == 8


async def test_what_core_said_is_in_force_with_the_next_look(vector_pool: asyncpg.Pool) -> None:
    tokens, applier = Tokens(SECRET), Applier(vector_pool, "g1", "test")
    now = int(time.time())
    await applier.apply(read_batch([record(user(7, tokens_valid_from=_moment(now - 10)))]))
    await applier.apply(read_batch([record(user(8))]))
    await applier.apply(read_batch([record(user(9)), record(erased(9))]))
    await Revocations(vector_pool, tokens).refresh()
    for user_id, good in ((7, False), (8, True), (9, False)):
        signed = token(claims(user_id=user_id, iat=now - 60))
        if good:
            assert tokens.verify(signed).user_id == user_id
        else:
            with pytest.raises(InvalidToken):
                tokens.verify(signed)


def _moment(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
