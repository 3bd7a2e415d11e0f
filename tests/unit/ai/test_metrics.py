"""What ai's processes count, without their neighbours."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from ai.embeddings.queue import EncoderQueue
from ai.kit.fairness import Budget, TooManyRequests
from ai.kit.metrics import answering_scrapes
from ai.kit.settings import Settings
from ai.projections.batch import read_batch
from ai.projections.subscriber import _count_applied
from ai.recommendations.recompute import _observe
from ongoza_ops.metrics import (
    CONSUMED,
    ENCODER_TEXTS,
    FACT_VISIBLE_SECONDS,
    REQUEST_SECONDS,
    REQUESTS,
    THROTTLED,
    Process,
)
from scripts.embedded.ports import HOST, free_ports
from tests.facts import RawRecord, progress, record
from tests.metric_values import value
from tests.tokens import bearer
from tests.unit.ai.app_alone import EncoderDouble, app_alone, client_of, settings_alone


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    return settings_alone(monkeypatch)


@pytest.fixture
async def http(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app_alone(settings)) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/api/v1/recommendations", "/api/v1/recommendations", "503"),
        ("/api/v1/recommendations?limit=5", "/api/v1/recommendations", "503"),
        ("/api/v1/recommendations/", "/api/v1/recommendations", "503"),
        ("/api/v1/profiling/tracks", "/api/v1/profiling/tracks", "200"),
        ("/api/v1/nothing/7", "unmatched", "404"),
    ],
)
async def test_a_request_counts_for_the_template_of_its_route(
    http: httpx.AsyncClient, path: str, route: str, status: str
) -> None:
    labels = {"route": route, "method": "GET"}
    before = value(REQUESTS, **labels, status=status), value(REQUEST_SECONDS, **labels)
    response = await http.get(path, headers=bearer())
    assert response.status_code == int(status)
    after = value(REQUESTS, **labels, status=status), value(REQUEST_SECONDS, **labels)
    assert after == (before[0] + 1, before[1] + 1)


async def test_the_plain_list_counts_for_its_route_when_it_is_refused_as_well(
    http: httpx.AsyncClient,
) -> None:
    labels = {"route": "/api/v1/recommendations", "method": "GET", "status": "401"}
    before = value(REQUESTS, **labels)
    assert (await http.get("/api/v1/recommendations")).status_code == 401
    assert value(REQUESTS, **labels) == before + 1


def test_a_spent_budget_counts_as_throttled() -> None:
    before = value(THROTTLED, limit="budget")
    budget = Budget(1, seconds=60)
    budget.spend(7, 1)
    with pytest.raises(TooManyRequests):
        budget.spend(7, 1)
    assert value(THROTTLED, limit="budget") == before + 1


async def test_texts_that_wait_for_the_encoder_are_reported_by_urgency() -> None:
    queue = EncoderQueue(EncoderDouble())
    waiting = asyncio.create_task(queue.encode(["one", "two"]))
    await asyncio.sleep(0)
    queue.report()
    assert value(ENCODER_TEXTS, urgency="request") == 2
    await waiting
    queue.report()
    assert value(ENCODER_TEXTS, urgency="request") == 0
    queue.close()


def test_an_applied_batch_counts_its_records_and_how_late_each_fact_is() -> None:
    before = {name: value(CONSUMED, outcome=name) for name in ("fact", "tombstone", "parked")}
    observed = value(FACT_VISIBLE_SECONDS, step="applied")
    facts = [record(progress(version=version)) for version in (1, 2, 3)]
    deleted = RawRecord("ongoza.progress", 0, 9, b"7:course-1", None, [])
    malformed = RawRecord("ongoza.progress", 0, 10, b"7:course-1", b"{", facts[0].headers)
    _count_applied(read_batch([*facts, deleted, malformed]))
    found = {name: value(CONSUMED, outcome=name) - before[name] for name in before}
    assert found == {"fact": 3, "tombstone": 1, "parked": 1}
    assert value(FACT_VISIBLE_SECONDS, step="applied") == observed + 3


def test_a_fact_is_as_late_as_its_record_however_old_the_fact_is() -> None:
    now = datetime.now(UTC)
    again = replace(record(progress()), timestamp=int(now.timestamp() * 1000))  # `ce_time` is May's
    (queued_at,) = read_batch([again]).times
    assert abs(now - queued_at) <= timedelta(milliseconds=1)


@pytest.mark.parametrize("timestamp", [-1, 0, 2**62])
def test_a_record_without_a_time_that_can_be_stored_is_not_timed(timestamp: int) -> None:
    one = record(progress())
    batch = read_batch([replace(one, timestamp=timestamp), one])
    assert (batch.facts, len(batch.times)) == (2, 1)


def test_a_list_is_as_late_as_the_oldest_fact_it_did_not_show() -> None:
    before = value(FACT_VISIBLE_SECONDS, step="listed")
    _observe([datetime.now(UTC) - timedelta(seconds=1), None])
    assert value(FACT_VISIBLE_SECONDS, step="listed") == before + 1


async def test_a_loop_that_does_not_answer_is_not_scraped(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (port,) = free_ports(1)
    own = settings.model_copy(update={"metrics_port": port})
    answers = [asyncio.sleep(0), asyncio.sleep(60)]

    def scrape() -> int:
        with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=10) as answer:
            return int(answer.status)

    async with answering_scrapes(Process.AI, own, lambda: answers.pop(0)):
        assert await asyncio.to_thread(scrape) == 200
        monkeypatch.setattr("ai.kit.metrics.REFRESH_SECONDS", 0.2)
        with pytest.raises(urllib.error.HTTPError, match="503"):
            await asyncio.to_thread(scrape)
