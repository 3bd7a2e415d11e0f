"""Each request whose fact is in a batch finds it in the batch's line and has a span of it."""

import asyncio
import logging
from dataclasses import replace
from typing import Any

import pytest

from ai.projections.apply import Applier
from ai.projections.parked import Budget
from ai.projections.subscriber import Subscriber
from ongoza_ops import tracing
from tests.facts import progress, record


async def test_two_facts_of_one_learner_have_both_their_traces(
    applier: Applier, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    spans: list[Any] = []
    monkeypatch.setattr(tracing, "record_parts", lambda *given: spans.append(given))
    traceparents = [f"00-{digit * 32}-{'b' * 16}-01" for digit in "ac"]
    made = [record(progress(7, version=version), version) for version in (1, 2)]
    records: Any = [
        replace(one, headers=[*one.headers, ("traceparent", traceparent.encode())])
        for one, traceparent in zip(made, traceparents, strict=True)
    ]
    await Subscriber(applier, Budget(1), asyncio.Event(), asyncio.Event()).handle(records)
    [applied] = [one for one in caplog.records if one.message == "applied"]
    assert applied.__dict__["batch"][0][1]["trace_ids"] == ["a" * 32, "c" * 32]
    [(name, parents, *_)] = spans
    assert (name, parents) == ("apply", traceparents)
