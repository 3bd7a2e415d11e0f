"""Revoked access tokens, which are refused within seconds of core's facts.

A token is valid for an hour and core is not asked about each. So every process stores what was
revoked lately, and reloads it every two seconds. Versions and ids decide; times only limit how
long something is stored.
"""

import math

import asyncpg

from ai.kit.auth import Caller, RevocationList, Tokens

SECONDS = 2.0
# Each limit is longer than a token is valid, so that no revoked token is missed.
GENERATIONS = """
SELECT user_id, token_generation FROM learner
WHERE token_generation > 0 AND updated_at > now() - interval '2 hours'
"""
ENDED = "SELECT sign_in_id FROM sign_in WHERE ended_at > now() - interval '2 hours'"
ERASED = "SELECT user_id FROM erased_learner WHERE erased_at > now() - interval '2 hours'"
# The sign-in and the role of a token, as core's facts say.
ACTIVE = """
SELECT FROM sign_in JOIN learner USING (user_id)
WHERE user_id = $1 AND sign_in_id = $2 AND ended_at IS NULL AND role = $3 AND status = 'active'
"""


class Revocations:
    def __init__(self, pool: asyncpg.Pool, tokens: Tokens) -> None:
        self._pool = pool
        self._tokens = tokens

    async def refresh(self) -> bool:
        """Reloads what is revoked; while the database is unavailable the last state applies."""
        raised = await self._pool.fetch(GENERATIONS)
        generations = {row["user_id"]: row["token_generation"] for row in raised}
        erased = {row["user_id"]: math.inf for row in await self._pool.fetch(ERASED)}
        ended = frozenset(row["sign_in_id"] for row in await self._pool.fetch(ENDED))
        self._tokens.revocation_list = RevocationList(generations | erased, ended)
        return False


async def is_active(pool: asyncpg.Pool, caller: Caller) -> bool:
    """Whether core published the caller's sign-in and role: a forged token names others."""
    return await pool.fetchrow(ACTIVE, caller.user_id, caller.sign_in_id, caller.role) is not None
