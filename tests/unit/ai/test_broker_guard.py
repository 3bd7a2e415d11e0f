"""What the Kafka client itself cannot read ends the worker: going on would skip its neighbours."""

from types import SimpleNamespace
from typing import Any, NoReturn, cast

import pytest
from aiokafka.errors import ConsumerStoppedError, CorruptRecordException

from ai.kit import broker


class Died(Exception):
    pass


def died(code: int, why: str) -> NoReturn:
    raise Died(code)


@pytest.mark.parametrize(
    "error", [CorruptRecordException(), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")]
)
async def test_an_unreadable_record_ends_the_worker(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def getmany(**_: object) -> None:
        raise error

    monkeypatch.setattr(broker, "exit_process", died)
    with pytest.raises(Died) as ended:
        await broker.exit_on_failure(getmany)(timeout_ms=1)
    assert ended.value.args == (broker.UNREADABLE,)


async def test_being_stopped_is_no_failure_and_records_pass() -> None:
    async def stopped(**_: object) -> None:
        raise ConsumerStoppedError

    async def records(**_: object) -> str:
        return "records"

    with pytest.raises(ConsumerStoppedError):
        await broker.exit_on_failure(stopped)()
    assert await broker.exit_on_failure(records)() == "records"


async def test_an_assignment_that_cannot_be_sought_ends_the_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    consumer = object.__new__(broker.Consumer)
    consumer._subscriber = cast(Any, SimpleNamespace(consumer=None))
    monkeypatch.setattr(broker, "exit_process", died)
    with pytest.raises(Died):
        await broker._SeekOnAssignment(consumer).on_partitions_assigned([])
