"""The worker ends itself only when records wait and it fetches none, never because it is idle."""

import time
from types import SimpleNamespace
from typing import Any, NoReturn, cast

import pytest
from aiokafka.errors import KafkaConnectionError

from ai import worker
from ai.worker import Worker


class Ended(Exception):
    pass


class Fake:
    """A worker that handled its last batch a long time ago."""

    def __init__(self, *behind: bool | Exception) -> None:
        self.answers = [*behind]
        self.settings = SimpleNamespace(worker_stuck_seconds=60)
        self.subscriber = SimpleNamespace(alive_at=time.monotonic() - 3600)
        self.consumer = self
        self.behind_since: float | None = None

    async def is_behind(self) -> bool:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _is_behind(self) -> bool:
        return await Worker._is_behind(cast(Any, self))

    async def watch(self) -> None:
        await Worker._watch(cast(Any, self))


@pytest.fixture(autouse=True)
def _ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(code: int, why: str) -> NoReturn:
        raise Ended(code, why)

    monkeypatch.setattr(worker, "exit_process", end)


async def test_a_stuck_worker_ends_when_records_still_wait_at_the_next_check() -> None:
    stuck = Fake(True, True)
    await stuck.watch()
    with pytest.raises(Ended) as ended:
        await stuck.watch()
    assert ended.value.args[0] == worker.STUCK


async def test_an_idle_worker_whose_first_record_comes_at_the_check_goes_on() -> None:
    idle = Fake(True, True)
    await idle.watch()
    idle.subscriber.alive_at = time.monotonic() - 61  # it fetched the record
    await idle.watch()
    assert idle.behind_since == idle.subscriber.alive_at


@pytest.mark.parametrize("between", [False, KafkaConnectionError()])
async def test_an_idle_worker_and_an_unavailable_broker_end_nothing(
    between: bool | Exception,
) -> None:
    idle = Fake(True, between, True)
    for _ in range(3):
        await idle.watch()
    assert idle.answers == []


async def test_a_busy_worker_asks_no_broker() -> None:
    busy = Fake()
    busy.subscriber.alive_at = time.monotonic()
    await busy.watch()
    assert busy.behind_since is None
