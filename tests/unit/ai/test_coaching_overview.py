"""The coaching overview: from the facts, else from core, else empty."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID

import asyncpg
import httpx
import pytest

from ai.coaching.overview import first_open_day, overview
from ai.kit.core_client import CoreClient
from ai.kit.settings import Settings
from ongoza_contracts.coaching import GoalUpdated, HabitEntryUpdated, HabitState, HabitUpdated
from ongoza_contracts.event import Fact
from tests.facts import example
from tests.tokens import bearer
from tests.unit.ai.app_alone import app_alone, client_of, settings_alone

PATH = "/api/v1/student/coaching/overview"
OF_CORE: dict[str, Any] = {
    "user_id": 7,
    "habits": [],
    "goals": {"active": 2, "achieved": 0, "dropped": 1},
    "tags": ["time"],
    "as_of": "2026-06-10T09:00:00Z",
}


class FactsPool:
    """A pool that has these facts of the one user who asks."""

    def __init__(self, facts: Sequence[Fact], *, erased: bool = False) -> None:
        self._facts = facts
        self._erased = erased

    async def fetch(
        self, _: str, users: list[int], __: list[str], types: list[str]
    ) -> list[tuple[int, str, str]]:
        return [
            (users[0], fact.type, fact.model_dump_json())
            for fact in self._facts
            if fact.type in types
        ]

    async def fetchval(self, *_: Any) -> bool:
        return self._erased


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    return settings_alone(monkeypatch)


async def asked(settings: Settings, pool: Any, status: int = 503) -> httpx.Response:
    """The answer while core answers with this status."""
    app = app_alone(settings)
    transport = httpx.MockTransport(lambda _: httpx.Response(status, json=OF_CORE))
    core = CoreClient("http://core.test", app.state.tokens, timeout=1, transport=transport)
    changes: dict[str, Any] = {"core": core}
    if pool is not None:
        changes["pool"] = cast(asyncpg.Pool, pool)
    for name, value in changes.items():
        object.__setattr__(app.state.resources, name, value)
    async with client_of(app) as http:
        return await http.get(PATH, headers=bearer())


def habit(**changes: Any) -> HabitUpdated:
    return example(HabitUpdated, "minimal").model_copy(update={"user_id": 7, **changes})


def entry(day: date) -> HabitEntryUpdated:
    fact = example(HabitEntryUpdated, "minimal")
    return fact.model_copy(update={"user_id": 7, "local_date": day})


def goal() -> GoalUpdated:
    return example(GoalUpdated, "minimal").model_copy(update={"user_id": 7})


async def test_the_facts_are_read_first(settings: Settings) -> None:
    response = await asked(settings, FactsPool([goal(), habit()]), 200)
    assert (response.status_code, response.headers["X-Source"]) == (200, "projection")
    body = response.json()
    assert [one["habit_id"] for one in body["habits"]] == [str(habit().habit_id)]
    assert (sum(body["goals"].values()), "tags" in body) == (1, False)


@pytest.mark.parametrize("pool", [FactsPool([]), None], ids=["unknown", "database down"])
async def test_core_is_asked_where_ai_has_no_facts(settings: Settings, pool: Any) -> None:
    response = await asked(settings, pool, 200)
    assert (response.status_code, response.headers["X-Source"]) == (200, "core")
    assert response.json() == OF_CORE


async def test_without_both_the_answer_is_empty(settings: Settings) -> None:
    response = await asked(settings, None)
    assert (response.status_code, response.headers["X-Source"]) == (200, "empty")
    body = response.json()
    assert (body["habits"], {*body["goals"].values()}) == ([], {0})


async def test_a_learner_who_was_erased_gets_nothing(settings: Settings) -> None:
    assert (await asked(settings, FactsPool([], erased=True), 200)).status_code == 401


def test_a_habit_that_is_archived_is_left_out_and_each_has_its_own_days() -> None:
    now = datetime(2026, 1, 8, 12, tzinfo=UTC)
    other = habit(habit_id=UUID("018f0000-0000-7000-8000-000000000001"))
    archived = habit(
        habit_id=UUID("018f0000-0000-7000-8000-000000000002"), state=HabitState.ARCHIVED
    )
    days = [entry(date(2026, 1, number)) for number in (5, 6, 7, 8)]
    found = overview(7, [], [habit(), other, archived], days, now)
    assert [one.streak for one in found.habits] == [0, 4]


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 1, 8, 0, 0, tzinfo=UTC), date(2026, 1, 7)),
        (datetime(2026, 1, 8, 23, 59, tzinfo=UTC), date(2026, 1, 7)),
    ],
    ids=str,
)
def test_a_day_is_over_when_it_is_over_everywhere(now: datetime, day: date) -> None:
    assert first_open_day(now) == day
