"""Requests that wait for stored lists at the same time share a statement."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from ai.recommendations import stored_lists
from ai.recommendations.stored_lists import StoredLists


class Database:
    """Answers when it is let, with one row for each learner below 100."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.begun = asyncio.Queue[list[int]]()
        """The learners of each statement."""
        self.failure: Exception | None = None

    async def fetch(self, _: str, user_ids: Sequence[int]) -> list[dict[str, Any]]:
        self.begun.put_nowait([*user_ids])
        await self.may_answer.wait()
        if self.failure:
            raise self.failure
        return [{"user_id": one} for one in {*user_ids} if one < 100]


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def lists(database: Database) -> StoredLists:
    return StoredLists(cast(Any, database))


def requests(lists: StoredLists, *user_ids: int) -> list[asyncio.Task[Any]]:
    return [asyncio.create_task(lists.read(one)) for one in user_ids]


async def test_requests_that_come_while_a_statement_runs_share_the_next(
    database: Database, lists: StoredLists
) -> None:
    first = requests(lists, 1)
    assert await database.begun.get() == [1]
    later = requests(lists, 1, 2, 2, 300)
    await asyncio.sleep(0)
    database.may_answer.set()
    answers = await asyncio.gather(*first, *later)
    assert answers == [*({"user_id": one} for one in (1, 1, 2, 2)), None]
    assert await database.begun.get() == [1, 2, 2, 300]  # 1 is read again: it may have changed


async def test_a_failure_is_that_of_its_own_requests(
    database: Database, lists: StoredLists
) -> None:
    database.may_answer.set()
    database.failure = ConnectionRefusedError()
    failures = await asyncio.gather(*requests(lists, 1, 2), return_exceptions=True)
    assert [type(one) for one in failures] == [ConnectionRefusedError] * 2
    database.failure = None
    assert await asyncio.gather(*requests(lists, 3)) == [{"user_id": 3}]


async def test_a_request_that_is_given_up_leaves_the_others(
    database: Database, lists: StoredLists
) -> None:
    given_up, kept = requests(lists, 1, 2)
    assert await database.begun.get() == [1, 2]
    given_up.cancel()
    await asyncio.sleep(0)
    database.may_answer.set()
    assert await kept == {"user_id": 2}


async def test_a_statement_that_hangs_holds_up_no_later_request(
    database: Database, lists: StoredLists, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_lists, "READ_SECONDS", 1)
    [hanging] = requests(lists, 1)
    assert await database.begun.get() == [1]
    await asyncio.sleep(0.5)
    [later] = requests(lists, 2)
    with pytest.raises(TimeoutError):
        await hanging
    assert await database.begun.get() == [2]
    database.may_answer.set()
    assert await later == {"user_id": 2}


async def test_the_time_that_a_request_waits_for_the_statement_before_counts(
    database: Database, lists: StoredLists, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []

    async def wait(tasks: set[asyncio.Task[Any]], **options: float) -> Any:
        given.append(options["timeout"])
        return await asyncio.sleep(0.2, ((), tasks))

    monkeypatch.setattr(stored_lists, "READ_SECONDS", 0.1)
    monkeypatch.setattr(asyncio, "wait", wait)
    failures = await asyncio.gather(*requests(lists, 1), later(lists, 2), return_exceptions=True)
    assert [type(one) for one in failures] == [TimeoutError] * 2
    assert given[0] > 0
    assert given[1] == 0


async def later(lists: StoredLists, user_id: int) -> Any:
    await asyncio.sleep(0)
    return await lists.read(user_id)
