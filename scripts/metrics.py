"""The metrics of both services as docs/metrics.md."""

from collections.abc import Iterator
from pathlib import Path

from ongoza_ops.metrics import DEFINITIONS, Process

PAGE = Path(__file__).parents[1] / "docs" / "metrics.md"

INTRODUCTION = """\
# Metrics

Generated from `ongoza_ops.metrics` by `make schemas`. How to scrape them, alerts and dashboards:
[operate-metrics](operate-metrics.md). The series of a counter ends in `_total`, those of a
histogram in `_bucket`, `_sum` and `_count`. No label has a value for each user or item.

| metric | kind | labels | unit | meaning | reported by |
| --- | --- | --- | --- | --- | --- |
"""


def render() -> str:
    return INTRODUCTION + "".join(f"{row}\n" for row in _rows())


def _rows() -> Iterator[str]:
    for one in sorted(DEFINITIONS, key=lambda one: one.name):
        labels = ", ".join(f"`{label}`" for label in one.labels)
        processes = ", ".join(process for process in Process if process in one.processes)
        cells = (f"`{one.name}`", one.kind, labels, one.unit, one.meaning, processes)
        yield f"| {' | '.join(cells)} |"
