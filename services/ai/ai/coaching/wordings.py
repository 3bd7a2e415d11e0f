"""Advice in the words of a language model, where one is configured and its words are faithful.

A read never waits for the model nor for the database: it uses the wordings in memory, and for
others it starts a task that asks for them.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

import asyncpg

from ai.coaching.checker import refusal
from ai.coaching.language_model import LanguageModel, ModelFailed
from ai.coaching.placeholders import Wording, fill, replace_numbers
from ai.kit.breaker import CircuitBreaker
from ai.kit.db import UNAVAILABLE
from ongoza_contracts.http.coaching import Advice, WordedBy

LANGUAGE = "en"
"""The language that the rules write."""
CHECKER_VERSION = 1
"""Who changes the prompt, the placeholders or the checker raises it: then the model is asked
again."""
FAILURES, COOL_DOWN_SECONDS = 3, 60.0
WORDINGS_MAX = 500
"""So many are stored in memory; there are about as many as the rules have sentences."""

STORED = "SELECT text, why_now, model_version FROM coach_wording WHERE digest = $1"
# The first one stands, whichever process stores it.
STORE = """
INSERT INTO coach_wording (digest, model, model_version, text, why_now)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
"""
# Returns a row while calls are left on the day.
SPEND = """
WITH past AS (DELETE FROM coach_model_calls WHERE day < $1)
INSERT INTO coach_model_calls AS spent (day, calls) SELECT $1, 1 WHERE $2 > 0
ON CONFLICT (day) DO UPDATE SET calls = spent.calls + 1 WHERE spent.calls < $2
RETURNING calls
"""

log = logging.getLogger(__name__)


class Stored(NamedTuple):
    wording: Wording | None
    """None where the checker refused what the model said."""
    version: str


class Wordings:
    def __init__(
        self, pool: asyncpg.Pool, model: LanguageModel | None = None, calls_per_day: int = 0
    ) -> None:
        self._pool = pool
        self._model = model
        self._calls_per_day = calls_per_day
        self._breaker = CircuitBreaker(failures=FAILURES, cool_down=COOL_DOWN_SECONDS)
        self._known: dict[str, Stored] = {}
        self._one_at_a_time = asyncio.Lock()
        self.tasks: dict[str, asyncio.Task[None]] = {}
        """By digest, the tasks that ask for a wording."""

    def reword(self, advice: Sequence[Advice]) -> tuple[Advice, ...]:
        """Each advice with the model's words where they are known, else with the rule's."""
        if self._model is None:
            return tuple(advice)
        return tuple(self._reword(one, self._model) for one in advice)

    async def close(self) -> None:
        for task in [*self.tasks.values()]:
            task.cancel()
        if self._model is not None:
            await self._model.close()

    def _reword(self, advice: Advice, model: LanguageModel) -> Advice:
        rule, values = replace_numbers(Wording(advice.text, advice.why_now))
        parts = (*rule, LANGUAGE, model.name, str(CHECKER_VERSION))
        digest = sha256("\0".join(parts).encode()).hexdigest()
        stored = self._known.get(digest)
        if stored is None:
            self._start(digest, rule, model)
        if stored is None or stored.wording is None:
            return advice
        changes = {
            **fill(stored.wording, values)._asdict(),
            "worded_by": WordedBy.MODEL,
            "model": model.name,
            "model_version": stored.version,
        }
        return advice.model_copy(update=changes)

    def _start(self, digest: str, rule: Wording, model: LanguageModel) -> None:
        if digest not in self.tasks and len(self._known) + len(self.tasks) < WORDINGS_MAX:
            task = asyncio.create_task(self._find(digest, rule, model))
            self.tasks[digest] = task
            task.add_done_callback(lambda _: self.tasks.pop(digest, None))

    async def _find(self, digest: str, rule: Wording, model: LanguageModel) -> None:
        """Puts the wording in memory: the stored one, else what the model says now."""
        try:
            async with self._one_at_a_time:
                row = await self._pool.fetchrow(STORED, digest)
                if row is None:
                    await self._ask(digest, rule, model)
                    row = await self._pool.fetchrow(STORED, digest)
        except UNAVAILABLE as error:
            log.warning("wordings: database: %s", type(error).__name__)
            return
        if row is not None:
            wording = None if row["text"] is None else Wording(row["text"], row["why_now"])
            self._known[digest] = Stored(wording, row["model_version"])

    async def _ask(self, digest: str, rule: Wording, model: LanguageModel) -> None:
        """Stores what the model says, or that it was refused; nothing where the model fails."""
        if not self._breaker.allows():
            return
        try:
            today = datetime.now(UTC).date()
            if await self._pool.fetchval(SPEND, today, self._calls_per_day) is None:
                self._breaker.abandoned()
                return
            said = await model.rephrase(rule)
        except ModelFailed as failure:
            self._breaker.failed()
            log.warning("wordings: the language model failed: %s", failure)
            return
        except BaseException:
            self._breaker.abandoned()
            raise
        self._breaker.succeeded()
        refused = refusal(rule, said.wording, LANGUAGE)
        if refused is not None:
            log.warning("wordings: a text of the language model is refused: %s", refused)
        texts = (None, None) if refused else said.wording
        await self._pool.execute(STORE, digest, model.name, said.version, *texts)
