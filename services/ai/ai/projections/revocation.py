"""Revoked access tokens, which are refused within seconds of core's fact.

A token is valid for an hour and core is not asked about each. So every process stores a small list
of the users whose tokens are revoked, and reloads it every two seconds.
"""

import math

import asyncpg

from ai.kit.auth import Tokens

SECONDS = 2.0
# Longer than a token is valid, so that no revoked token is missed.
VOID = """
SELECT user_id, extract(epoch FROM tokens_valid_from)::float8 AS void_before FROM learner
WHERE tokens_valid_from > now() - interval '2 hours'
"""
ERASED = "SELECT user_id FROM erased_learner WHERE erased_at > now() - interval '2 hours'"


class Revocations:
    def __init__(self, pool: asyncpg.Pool, tokens: Tokens) -> None:
        self._pool = pool
        self._tokens = tokens

    async def refresh(self) -> bool:
        """Reloads the list; while the database is unavailable the last one applies."""
        void = {row["user_id"]: row["void_before"] for row in await self._pool.fetch(VOID)}
        erased = {row["user_id"]: math.inf for row in await self._pool.fetch(ERASED)}
        self._tokens.void_before = void | erased
        return False
