"""What a measure comes to, as a table for people and as JSON for comparison over time."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parents[2] / "bench-results"
PACKAGES = (
    *("aiokafka", "asyncpg", "confluent-kafka", "django", "fastapi", "faststream", "gunicorn"),
    *("onnxruntime", "psycopg", "starlette", "uvicorn", "uvloop"),
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One figure of the product, judged by its ratio to the floor, or as it is without one."""

    measure: str
    unit: str
    product: float
    floor: float | None = None
    goal: float
    at_least: bool
    note: str = ""
    """What ran, where the name does not say it."""

    @property
    def judged(self) -> float:
        return self.product if self.floor is None else self.product / self.floor

    @property
    def reached(self) -> bool:
        return self.judged >= self.goal if self.at_least else self.judged <= self.goal

    @property
    def goal_text(self) -> str:
        sign, what = ">=" if self.at_least else "<=", self.unit if self.floor is None else "x"
        return f"{sign} {self.goal:g} {what}"


def show(lines: Sequence[Line], console: Console) -> None:
    table = Table("measure", "unit", "product", "floor", "ratio", "goal", "reached")
    for column in table.columns[2:5]:
        column.justify = "right"
    for line in lines:
        floor = "-" if line.floor is None else _number(line.floor)
        ratio = "-" if line.floor is None else f"{line.judged:.2f}"
        reached = "[green]yes[/]" if line.reached else "[red]no[/]"
        product = _number(line.product)
        table.add_row(line.measure, line.unit, product, floor, ratio, line.goal_text, reached)
    console.print(table)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def write(lines: Sequence[Line]) -> Path:
    """The file of this run."""
    now = datetime.now(UTC)
    path = RESULTS / f"{now:%Y-%m-%dT%H-%M-%SZ}.json"
    path.parent.mkdir(exist_ok=True)
    result = {
        "time": now.isoformat(timespec="seconds"),
        "machine": machine(),
        "lines": [_plain(line) for line in lines],
    }
    path.write_text(json.dumps(result, indent=2) + "\n")
    return path


def machine() -> dict[str, object]:
    return {
        "cpus": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def _plain(line: Line) -> dict[str, object]:
    return {**asdict(line), "ratio": line.judged if line.floor else None, "reached": line.reached}
