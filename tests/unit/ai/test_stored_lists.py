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
    monkeypatch.setattr(stored_lists, "DATABASE_SECONDS", 600)
    [hanging] = requests(lists, 1)
    assert await database.begun.get() == [1]
    first, database.may_answer = database.may_answer, asyncio.Event()
    [later] = requests(lists, 2)
    assert await database.begun.get() == [2]  # after STATEMENT_SECONDS, beside the first
    database.may_answer.set()
    assert await later == {"user_id": 2}
    assert not hanging.done()
    first.set()
    assert await hanging == {"user_id": 1}


async def test_each_request_of_a_statement_has_its_own_deadline(
    lists: StoredLists, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_lists, "DATABASE_SECONDS", 0.3)
    monkeypatch.setattr(stored_lists, "STATEMENT_SECONDS", 0.1)
    first = asyncio.create_task(seconds_until_timeout(lists, 1))
    await asyncio.sleep(0)
    second = asyncio.create_task(seconds_until_timeout(lists, 2))
    await asyncio.sleep(0.05)
    third = asyncio.create_task(seconds_until_timeout(lists, 3))
    assert min(await asyncio.gather(first, second, third)) >= 0.299


async def seconds_until_timeout(lists: StoredLists, user_id: int) -> float:
    began = asyncio.get_running_loop().time()
    with pytest.raises(TimeoutError):
        await lists.read(user_id)
    return asyncio.get_running_loop().time() - began


async def test_a_statement_that_is_cancelled_ends_its_requests(
    database: Database, lists: StoredLists
) -> None:
    database.may_answer.set()
    database.failure = cast(Any, asyncio.CancelledError())
    failures = await asyncio.gather(*requests(lists, 1), return_exceptions=True)
    assert [type(one) for one in failures] == [TimeoutError]
