"""Compares core with ai, separates differences from records on the way, and repairs them."""

from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg

from ai.kit.locks import LEARNER_READ_LOCK
from ai.projections.decisions import replace_version
from ai.projections.registry import Projection
from ai.projections.versions import load_version, load_versions
from ai.reconcile.arrivals import Arrivals
from ai.reconcile.calls import Calls
from ai.reconcile.differences import Difference, classify
from ongoza_contracts.http.reconcile import VERSION_STEP_MAX
from ongoza_contracts.topics import Topic

IS_ERASED = "SELECT true FROM erased_learner WHERE user_id = $1"


class Reconciler:
    """All methods raise CoreUnavailable and CoreRefused."""

    def __init__(self, calls: Calls, arrivals: Arrivals, pool: asyncpg.Pool) -> None:
        self._calls = calls
        self._arrivals = arrivals
        self._pool = pool

    async def compare(self, projection: Projection) -> AsyncIterator[tuple[int, list[Difference]]]:
        """Yields for each page the number of core's entities and the differences, some of which may
        be records on the way."""
        after: str | None = None
        while True:
            page = await self._calls.page(projection.topic.kind, after)
            theirs = {one.key: one.version for one in page.results}
            ours = await self._load_versions(projection, after, page.next_after)
            differing = [
                Difference(projection, key, theirs.get(key), ours.get(key), guard=ours.get(key))
                for key in theirs.keys() | ours.keys()
                if theirs.get(key) != ours.get(key)
            ]
            yield len(theirs), [await self._with_guard(one) for one in differing]
            after = page.next_after
            if after is None:
                return

    async def confirm(self, topic: Topic, before: list[Difference]) -> list[Difference]:
        """The differences that remain once records on the way have had time to arrive."""
        if not before:
            return []
        arrived = await self._arrivals.has_arrived(topic)
        classified = [classify(one, await self.load(one), arrived=arrived) for one in before]
        return [one for one in classified if one]

    async def load(self, one: Difference) -> Difference:
        core = await self._calls.version(one.kind, one.key)
        ours = await self._calls.repeat(lambda: load_version(self._pool, one.projection, one.key))
        return await self._with_guard(Difference(one.projection, one.key, core, ours, guard=ours))

    async def repair(self, one: Difference) -> bool:
        """Lets core publish the entity again, under a version that ai accepts. False if that would
        not repair it."""
        if one.core is None or one.erased:
            return False
        guard = one.guard or 0
        above = guard if guard >= one.core else None
        if guard - one.core > VERSION_STEP_MAX:  # consumers would refuse a higher version
            await self._replace(one)
            above = None
        await self._calls.republish(one.kind, one.key, above)
        return True

    async def _load_versions(
        self, projection: Projection, after: str | None, until: str | None
    ) -> dict[str, int]:
        return await self._calls.repeat(lambda: load_versions(self._pool, projection, after, until))

    async def _replace(self, one: Difference) -> None:
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(LEARNER_READ_LOCK)
            await replace_version(db, one.projection, one.key)

    async def _with_guard(self, one: Difference) -> Difference:
        """Adds the version of a deleted entity and whether its owner is erased, if ai lacks it."""
        if one.ai is not None:
            return one
        guard = await self._calls.repeat(
            lambda: load_version(self._pool, one.projection, one.key, deleted=True)
        )
        erased = await self._calls.repeat(lambda: self._pool.fetchval(IS_ERASED, _owner(one)))
        return replace(one, guard=guard, erased=bool(erased))


def _owner(one: Difference) -> int | None:
    """The owner, if the key begins with one."""
    fact = one.projection.topic.facts[0]
    if fact.key_fields[0] not in fact.subjects[:1]:
        return None
    owner: int = fact.parse_key(one.key)[0]
    return owner
