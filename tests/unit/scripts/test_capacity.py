"""The page of capacity: needs grow with learners, limits are where needs pass them."""

import inspect
import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.kit.db import open_pool
from ai.recommendations.recompute import LEARNERS_PER_ROUND, SWEEP_SECONDS
from scripts.bench import fixtures
from scripts.capacity import model as assumed
from scripts.capacity.model import MOST, Limit, Model, Need, Slope
from scripts.capacity.needs import amount, limits, needs
from scripts.capacity.page import MEASURED, SIZES, render

INFRA = Path(__file__).parents[3] / "infra"
AMOUNTS = st.floats(1e-6, 1e12)
CORE = ("database_bytes", "kafka_bytes", "rebuild_s")
AI = (
    *("database_bytes", "count_memory_bytes", "count_cpu_s", "ai_bytes", "worker_bytes"),
    *("list_bytes", "list_cpu_s", "read_cpu_s"),
)
PROCESSES = ("core", "relay", "ai", "worker", "jobs", "webhooks")


def sizes(names: tuple[str, ...]) -> st.SearchStrategy[list[dict[str, float]]]:
    """What might be measured: growing, shrinking or noise."""
    values = st.fixed_dictionaries(dict.fromkeys(names, AMOUNTS))
    return st.tuples(values, values, values).map(
        lambda found: [
            {"learners": learners, **one}
            for learners, one in zip((1_000, 3_000, 10_000), found, strict=True)
        ]
    )


@st.composite
def models(draw: st.DrawFn) -> Model:
    each = dict.fromkeys(PROCESSES, 0.001)
    requests = {
        "cpu_s": {
            kind: {"core": draw(AMOUNTS), "postgres-relational": draw(AMOUNTS)}
            for kind in ("page", "report")
        },
        "memory_bytes": {name: draw(AMOUNTS) for name in each},
        "connections": {name: {"postgres-relational": 2} for name in each},
        **{"core_processes": 2, "learners": 200},
    }
    rates = {"relay_per_second": draw(AMOUNTS), "worker_per_second": draw(AMOUNTS)}
    return Model(
        {
            "history": {"sizes": draw(sizes(CORE)), "core_tables": {}},
            "lists": {"sizes": draw(sizes(AI))},
            **{"throughput": rates, "requests": requests},
        }
    )


@pytest.fixture
def measured() -> dict[str, Any]:
    return dict(json.loads(MEASURED.read_text()))


@given(models(), st.integers(1, MOST), st.integers(1, MOST))
def test_no_need_falls_when_learners_grow(model: Model, one: int, other: int) -> None:
    few, many = sorted((one, other))
    for need in needs(model):
        assert 0 <= need.at(few) <= need.at(many), need.name


@given(models())
def test_a_limit_is_the_last_number_of_learners_that_is_served(model: Model) -> None:
    found = limits(model)
    assert [limit.learners for limit in found] == sorted(limit.learners for limit in found)
    for limit in found:
        assert not limit.learners or limit.need.at(limit.learners) <= limit.capacity
        assert limit.learners == MOST or limit.need.at(limit.learners + 1) > limit.capacity


def test_a_need_that_never_passes_the_limit_has_none() -> None:
    need = Need("constant", "", "1", 0, lambda _: 1)
    assert Limit("part", 2, "", need, "").learners == MOST
    assert Limit("part", 0.5, "", need, "").learners == 0


def test_a_line_goes_through_its_points_and_noise_is_constant() -> None:
    rows = [{"learners": size, "up": 100 + 3 * size, "down": 50 - size} for size in (1, 2, 4)]
    up, down = Slope.through(rows, "up"), Slope.through(rows, "down")
    assert [up.fixed, up.each] == pytest.approx([100, 3])
    assert up.largest_size == 4
    assert up.off == pytest.approx(0, abs=1e-9)
    assert up.at(10) == pytest.approx(130)
    assert (down.each, down.at(1), down.at(1_000)) == (0, 49, 49)


def test_every_value_beyond_the_measured_sizes_says_how_far(measured: dict[str, Any]) -> None:
    (_, table), *_ = re.findall(r"## (What learners need)\n(.*?)\n## ", render(), re.DOTALL)
    rows = {
        cells[0]: cells[1:4]
        for line in table.splitlines()
        if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 5
    }
    for need in needs(Model(measured)):
        for learners, cell in zip(SIZES, rows[need.name], strict=True):
            found = re.search(r"\((\d[\d,]*)x\)$", cell)
            beyond = bool(need.largest_size) and learners > need.largest_size
            assert bool(found) == beyond, (need.name, cell)
            if found:
                assert int(found[1].replace(",", "")) == round(learners / need.largest_size)


def test_assumptions_are_the_settings_of_the_product() -> None:
    assert assumed.SWEPT_PER_SECOND == LEARNERS_PER_ROUND / SWEEP_SECONDS
    assert inspect.signature(open_pool).parameters["size"].default == assumed.POOL
    assert (assumed.ITEMS, assumed.COMPLETED) == (fixtures.FACTS, fixtures.COMPLETED)
    settings = (INFRA / "postgres" / "postgresql.conf").read_text()
    (most,) = re.findall(r"^max_connections = (\d+)$", settings, re.MULTILINE)
    assert int(most) - 3 == assumed.CONNECTIONS
    assert runpy.run_path(str(INFRA / "gunicorn.conf.py"))["threads"] == assumed.THREADS


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        *((1_234_567_890, "B", "1.23 GB"), (999, "B", "999 B"), (7_300, "s", "2.03 h")),
        *((0.00042, "s", "420 µs"), (0, "s", "0 µs"), (123_456, "", "123,456")),
        *((0.0012, "CPU-s", "1.2 CPU-ms"), (12.345, "records/s", "12.3 records/s")),
    ],
)
def test_amounts_have_three_digits_and_a_unit(value: float, unit: str, text: str) -> None:
    assert amount(value, unit) == text
