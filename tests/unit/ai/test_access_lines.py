"""The log lines of requests, which are written in batches."""

import asyncio
import json
import logging
from typing import Any

import pytest

from ai.kit import trace as kit_trace
from ongoza_ops.logs import JsonFormatter
from tests.unit.ai.app_alone import app_alone, client_of, settings_alone

PATH = "/api/v1/health/nothing"


class Written(logging.Handler):
    """Stores what each call of a handler would write."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.is_written = asyncio.Event()
        self.setFormatter(JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))
        self.is_written.set()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for text in self.texts for line in text.splitlines()]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    handler = Written()
    monkeypatch.setattr(kit_trace.access, "handlers", [handler])
    monkeypatch.setattr(kit_trace.access, "level", logging.INFO)
    return handler


async def test_each_request_has_a_line_with_its_own_ids(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kit_trace, "WAIT_SECONDS", 600)
    requests = kit_trace.BATCH_SIZE
    async with client_of(app_alone(settings_alone(monkeypatch))) as http:
        for number in range(requests):
            assert written.texts == []
            await http.get(PATH, headers={"X-Request-ID": f"request-{number}"})
    assert len(written.texts) == 1
    lines = written.lines()
    assert [one["request_id"] for one in lines] == [f"request-{one}" for one in range(requests)]
    assert len({one["trace_id"] for one in lines}) == requests
    assert [one["time"] for one in lines] == sorted(one["time"] for one in lines)
    assert {(one["level"], one["event"], one["status"]) for one in lines} == {
        ("info", "request", 404)
    }


async def test_a_line_that_no_other_follows_is_written_after_a_time(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kit_trace, "WAIT_SECONDS", 0.001)
    kit_trace.AccessLog().add({"status": 200})
    assert written.texts == []
    await written.is_written.wait()
    assert [one["status"] for one in written.lines()] == [200]


async def test_what_waits_is_written_when_the_process_stops(written: Written) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})

    async def nothing(*_: Any) -> Any:
        pass

    traced = kit_trace.Trace(application)
    http = {"type": "http", "method": "GET", "path": "/", "headers": []}
    await traced(http, nothing, nothing)
    assert written.texts == []
    await traced({"type": "lifespan"}, nothing, nothing)
    [line] = written.lines()
    assert line["status"] == 200
