"""The results of the measures: tables for people, JSON for comparison over time."""

import json
import operator
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeAlias

import psutil
from rich import box
from rich.table import Table

from scripts.stack.stack import PROJECT

RESULTS = PROJECT / "bench-results"
TOLERANCE = 0.05  # a change for the worse by more than this share is printed in red
Figure: TypeAlias = dict[str, Any]  # one line of the JSON
Result: TypeAlias = dict[str, float]
Sides: TypeAlias = list[tuple[Result, Result]]
"""The results of the product and of its floor, one pair a round; a floor may be empty."""


class Line(NamedTuple):
    """What is printed of the results named `key`, with the goal as `figure` takes it."""

    measure: str
    unit: str
    key: str
    goal: str


def compare(sides: Sides, *lines: Line) -> list[Figure]:
    """The medians of both sides."""
    product, floor = (
        {key: median(result[key] for result in results) for key in results[0]}
        for results in zip(*sides, strict=True)
    )
    return [
        figure(measure, unit, product[key], floor.get(key), goal)
        for measure, unit, key, goal in lines
    ]


def figure(measure: str, unit: str, product: float, floor: float | None, goal: str) -> Figure:
    """`goal` is `>= 0.5` or `<= 4`: of the ratio to the floor, or of the product without one."""
    sign, limit = goal.split()
    ratio = None if floor is None else product / floor
    reached = (operator.ge if sign == ">=" else operator.le)(ratio or product, float(limit))
    return {
        **{"measure": measure, "unit": unit, "product": product, "floor": floor, "ratio": ratio},
        **{"goal": goal, "reached": reached},
    }


def table(figures: Sequence[Figure]) -> Table:
    result = _table("measure", "product", "floor", "ratio", "goal", "reached")
    for one in figures:
        goal = one["goal"] if one["floor"] is None else f"{one['goal']} x"
        numbers = (_number(one[name]) for name in ("product", "floor", "ratio"))
        result.add_row(_label(one), *numbers, goal, "yes" if one["reached"] else "[red]no[/]")
    return result


def change_table(figures: Sequence[Figure], earlier: dict[str, Figure]) -> Table:
    """How the product and its ratio to the floor changed since an earlier run."""
    result = _table("measure", "product", "before", "change", "ratio", "before", "change")
    for now in figures:
        cells, before = [_label(now)], earlier.get(now["measure"], {})
        for name in ("product", "ratio"):
            cells += _number(now[name]), _number(before.get(name)), _change(now, before, name)
        result.add_row(*cells)
    return result


def _table(*names: str) -> Table:
    result = Table(*names, box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
    for column in result.columns[1:]:
        column.justify, column.no_wrap = "right", True
    return result


def _label(one: Figure) -> str:
    return f"{one['measure']} ({one['unit']})" if one["unit"] else one["measure"]


def short(number: int) -> str:
    return f"{number // 1000}k" if number >= 1000 else str(number)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _change(now: Figure, before: Figure, name: str) -> str:
    if now[name] is None or not before.get(name):
        return "-"
    change = now[name] / before[name] - 1
    gain = change if now["goal"].startswith(">=") else -change
    colour = "red" if gain < -TOLERANCE else "green" if gain > TOLERANCE else "default"
    return f"[{colour}]{change:+.1%}[/]"


def read(path: Path) -> dict[str, Figure]:
    """The figures of an earlier run by measure."""
    return {one["measure"]: one for one in json.loads(path.read_text())["lines"]}


def write(figures: Sequence[Figure], path: Path | None) -> Path:
    """Returns the file of this run, by default named after the time."""
    now = datetime.now(UTC)
    path = path or RESULTS / f"{now:%Y-%m-%dT%H-%M-%SZ}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = {
        "cpus": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {package.name: package.version for package in distributions()},
    }
    result = {"time": now.isoformat(timespec="seconds"), "machine": machine, "lines": figures}
    path.write_text(json.dumps(result, indent=2) + "\n")
    return path
