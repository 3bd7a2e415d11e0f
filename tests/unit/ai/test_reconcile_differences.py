"""When an entity differs between core and ai, and when its record is only on the way."""

from collections.abc import AsyncIterator
from io import StringIO
from typing import Any

import asyncpg
import httpx
import pytest
from rich.console import Console

from ai.kit.auth import Tokens
from ai.kit.core_client import CoreClient, CoreRefused, CoreUnavailable
from ai.projections.registry import REGISTRY
from ai.reconcile import calls, command
from ai.reconcile.calls import Calls
from ai.reconcile.differences import Difference, classify
from tests.tokens import SECRET

(PROGRESS,) = (one for one in REGISTRY.projections if one.topic.kind == "progress")


def seen(core: int | None, ai: int | None, guard: int | None = None) -> Difference:
    return Difference(PROGRESS, "7:course-1", core, ai, guard=ai if ai is not None else guard)


@pytest.mark.parametrize(
    ("before", "now", "arrived", "description"),
    [
        # The record is on the way, or was lost.
        (seen(5, 4), seen(5, 4), False, "on the way"),
        (seen(5, 4), seen(5, 4), True, "older here"),
        (seen(5, None), seen(5, None), False, "on the way"),
        (seen(5, None), seen(5, None), True, "missing here"),
        (seen(5, 4), seen(5, 5), True, None),
        # What ai had at the first look core had by the second, unless it never published it.
        (seen(4, 5), seen(5, 6), False, "on the way"),
        (seen(4, 5), seen(5, 6), True, None),
        (seen(4, 9), seen(5, 9), False, "newer here than in core"),
        (seen(4, 9), seen(5, 9), True, "newer here than in core"),
        # The first record has arrived, and later ones are on their way.
        (seen(5, 4), seen(7, 6), True, None),
        (seen(5, 4), seen(7, 4), True, "older here"),
        # Deleted, or forged.
        (seen(None, 3), seen(None, 3), False, "on the way"),
        (seen(None, 3), seen(None, 3), True, "unknown to core"),
        (seen(3, 3), seen(None, 3), True, None),
        (seen(None, 1), seen(2, 1), True, None),
        (seen(3, None, 9), seen(3, None, 9), False, "deleted here"),
        (seen(3, None, 2), seen(3, None, 2), True, "missing here"),
    ],
)
def test_a_difference_is_told_from_a_record_on_the_way(
    before: Difference, now: Difference, arrived: bool, description: str | None
) -> None:
    classified = classify(before, now, arrived=arrived)
    assert (classified.description if classified else None) == description


class Core:
    def __init__(self, *statuses: int) -> None:
        self.statuses = [*statuses]
        self.calls = 0

    def answer(self, _: httpx.Request) -> httpx.Response:
        self.calls += 1
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        refusal = {"detail": "no", "code": "no", "errors": [], "request_id": "x"}
        found = {"key": "7:course-1", "version": 5}
        return httpx.Response(status, json=found if status == 200 else refusal)

    def asked_with(self, patience: float) -> Calls:
        transport = httpx.MockTransport(self.answer)
        client = CoreClient("http://core.test", Tokens(SECRET), timeout=1, transport=transport)
        return Calls(client, patience)


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "RETRY_SECONDS", 0.01)


@pytest.mark.parametrize("status", [503, 500, 429])
async def test_a_service_under_load_is_asked_again(status: int) -> None:
    core = Core(status, status, 200)
    assert (await core.asked_with(60).version("progress", "7:course-1")) == 5
    assert core.calls == 3


async def test_it_gives_up_when_its_patience_ends() -> None:
    with pytest.raises(CoreUnavailable):
        await Core(503).asked_with(0.2).version("progress", "7:course-1")


async def test_the_database_is_asked_again_too() -> None:
    failures: list[Exception] = [ConnectionRefusedError(), asyncpg.InterfaceError("closed")]

    async def work() -> int:
        if failures:
            raise failures.pop()
        return 3

    assert await Core(200).asked_with(60).repeat(work) == 3


async def test_a_refusal_is_final() -> None:
    core = Core(403)
    with pytest.raises(CoreRefused):
        await core.asked_with(60).version("progress", "7:course-1")
    assert core.calls == 1


class OneTopicWithEntities:
    """A core and an ai that have entities of one topic alone, all equal."""

    async def compare(self, projection: Any) -> AsyncIterator[tuple[int, list[Difference]]]:
        if projection is PROGRESS:
            yield 3, []

    async def confirm(self, _: Any, differences: list[Difference]) -> list[Difference]:
        return differences

    def start(self) -> None:
        """No record is on the way."""


async def test_an_empty_topic_counts_as_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    printed, both = StringIO(), OneTopicWithEntities()  # in place of both arguments
    monkeypatch.setattr(command, "console", Console(file=printed))
    found = await command.reconcile(both, both, repair=False)  # type: ignore[arg-type]
    assert found.compared == 3
    assert printed.getvalue().count("100%") == len(REGISTRY.projections)
