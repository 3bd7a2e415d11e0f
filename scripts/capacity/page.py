"""docs/capacity.md, from the committed measurements."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.capacity import model as assumed
from scripts.capacity.model import MOST, Model, Need
from scripts.capacity.needs import amount, limits, needs

MEASURED = Path(__file__).parent / "measured.json"
PAGE = Path(__file__).parents[2] / "docs" / "capacity.md"
SIZES = (100_000, 1_000_000, 10_000_000)

INTRODUCTION = """\
# Capacity

Generated from `scripts/capacity/measured.json` by `python -m scripts.capacity`: what a number of
learners needs, and which part gives way first. Slopes are measured on filled databases; everything
else is arithmetic, with the formula beside the number. `50x` beside a number says that it is 50
times beyond the largest size at which its slope was measured: **an extrapolation, which no test has
seen**. Why it is computed like this:
[record 110](decisions/0110-health-by-promises-and-capacity.md).

"""
GIVES_WAY = """\
## What gives way first

With the assumptions below. The sizes in the first column are choices too, but for the connections,
which are those of PostgreSQL as delivered: with other choices another line may come first.
`no slope`: from assumptions, settings and rates that were measured at one size.

| part | up to learners | beyond measured | then |
| --- | --: | --: | --- |
"""
NEEDS = """
## What learners need

| need | 100,000 | 1 million | 10 million | formula |
| --- | --: | --: | --: | --- |
"""
ASSUMPTIONS = """
## Assumptions

Choices, not measurements: change them in `scripts/capacity/model.py`, and write the page again.

| assumption | value |
| --- | --- |
"""
SLOPES = """
## Measured slopes

A straight line through the sizes; "off" is its distance from the value that is furthest from it.
What falls as learners grow is noise, and taken for constant. Each value is one run.

| what | sizes (learners) | measured | line | off |
| --- | --- | --- | --- | --: |
"""
COSTS = """
## Measured costs of requests

CPU-milliseconds of each process for one request and all that follows from it, beyond what the
process takes while idle: a list of ai, a page of a learner's progress, and a report of progress.

"""
NOT_SHOWN = """
## What this does not show

- Other machines. Processors differ by more than a factor of two, and figures swing with what else
  runs.
- Missions, mentorship, messages, certificates, webhooks, mail and files: learners here sign in, are
  profiled and report progress.
- PostgreSQL's own log (`max_wal_size`, 1 GB a server), backups, logs, Valkey and Prometheus.
- Kafka after compaction: the figure is every record ever sent; after 30 days only the last of each
  key has to stay.
- Locks, caches and vacuum in databases larger than memory: a straight line assumes that they do not
  matter.
- What core's requests cost beside many learners: they were measured beside some 200, and are taken
  for constant. Jobs and webhooks held no connection when these were counted.
- A larger catalogue: 170 items here; [claims](claims.md#scale) has figures for 10,000.
- Later counts of neighbours, which add what changed and take less time than the first.

## Measured

"""


def render() -> str:
    measured = json.loads(MEASURED.read_text())
    return "".join(f"{line}\n" for line in _lines(measured))


def _lines(measured: dict[str, Any]) -> Iterator[str]:
    model = Model(measured)
    yield from INTRODUCTION.splitlines()
    yield from GIVES_WAY.splitlines()
    for limit in limits(model):
        learners = limit.learners
        found = (f"more than {MOST:,}", "") if learners == MOST else _found(limit.need, learners)
        yield f"| {limit.part} | {' | '.join(found)} | {limit.remedy} |"
    yield from NEEDS.splitlines()
    for need in needs(model):
        yield f"| {need.name} | {' | '.join(_values(need))} | `{need.formula}` |"
    yield from ASSUMPTIONS.splitlines()
    yield from (f"| {what} | {value} |" for what, value in _assumptions())
    yield from SLOPES.splitlines()
    yield from _slopes(model)
    tables = (f"`{name}` {amount(size, 'B')}" for name, size in model.core_tables().items())
    yield from ("", f"Most of core's database at the largest size: {', '.join(tables)}.")
    yield from COSTS.splitlines()
    yield from _costs(model)
    yield from NOT_SHOWN.splitlines()
    yield from _measured(measured)


def _values(need: Need) -> Iterator[str]:
    for learners in SIZES:
        beyond = _beyond(need, learners)
        value = amount(need.at(learners), need.unit)
        yield f"{value} ({beyond})" if beyond.endswith("x") else value


def _beyond(need: Need, learners: int) -> str:
    """How many times beyond what was measured."""
    if not need.largest_size:
        return "no slope"
    return f"{learners / need.largest_size:,.0f}x" if learners > need.largest_size else "measured"


def _found(need: Need, learners: int) -> tuple[str, str]:
    """With two digits: more would promise too much."""
    digits = max(len(str(learners)) - 2, 0)
    return f"{round(learners, -digits):,}", _beyond(need, learners)


def _assumptions() -> Iterator[tuple[str, object]]:
    yield "items of a learner, of which completed", f"{assumed.ITEMS}, {assumed.COMPLETED}"
    yield "records of them on Kafka: each begun, and each completed", assumed.REPORTS
    yield "learners who are active on a day", f"{assumed.ACTIVE:.0%}"
    yield "learners seen within 30 days, who have a stored list", f"{assumed.SEEN:.0%}"
    yield "lists that an active learner reads in a day", assumed.LISTS_READ
    yield "pages of core", assumed.PAGES_READ
    yield "reports of progress, each of which makes a list", assumed.REPORTED
    yield "changes a day that remake every stored list", assumed.CHANGES
    yield "the busiest hour beside the mean", f"{assumed.PEAK} times"
    yield "how busy a processor may be in it", f"{assumed.BUSY:.0%}"
    yield "copies of each partition", assumed.REPLICAS
    yield "fewest processes of a kind", assumed.FEWEST


def _slopes(model: Model) -> Iterator[str]:
    for name, (slope, sizes, unit) in model.slopes().items():
        learners = ", ".join(f"{size:,}" for size, _ in sizes)
        values = ", ".join(amount(value, unit) for _, value in sizes)
        line = f"{amount(slope.fixed, unit)} + {amount(slope.each, unit)} a learner"
        yield f"| {name} | {learners} | {values} | {line} | {slope.off:.1%} |"


def _costs(model: Model) -> Iterator[str]:
    costs, memory = model.requests["cpu_s"], model.requests["memory_bytes"]
    connections = model.requests["connections"]
    yield "| process | a list | a page | a report | memory | connections |"
    yield "| --- | --: | --: | --: | --: | --: |"
    for name in memory:
        cells = [f"{1000 * costs[kind][name]:.2f}" for kind in ("list", "page", "report")]
        found = sum(connections.get(name, {}).values())
        yield f"| {name} | {' | '.join(cells)} | {amount(memory[name], 'B')} | {found or ''} |"
    relay, worker = (model.throughput[f"{one}_per_second"] for one in ("relay", "worker"))
    yield ""
    yield f"Eight clients at once, {model.requests['learners']} learners of the demo, core with"
    yield f"{model.requests['core_processes']} processes. Without other work a relay sent"
    yield f"{relay:,.0f} records a second, and a worker applied {worker:,.0f}."


def _measured(measured: dict[str, Any]) -> Iterator[str]:
    yield "| part | on | machine | command |"
    yield "| --- | --- | --- | --- |"
    for name, part in measured.items():
        machine = part["machine"]
        where = f"{machine['processors']} processors, {amount(machine['memory_bytes'], 'B')}"
        yield f"| {name} | {part['measured_on']} | {where} | `{part['command']}` |"
    yield ""
    yield "Then `python -m scripts.capacity` writes this page."
