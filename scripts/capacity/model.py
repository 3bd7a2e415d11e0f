"""What a number of learners needs: formulas over measured slopes and named assumptions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import linear_regression
from typing import Any, TypeAlias

ITEMS, COMPLETED = 30, 25
"""Of each learner; the others are begun. As in `scripts.bench.fixtures`."""
REPORTS = ITEMS + COMPLETED
ACTIVE, SEEN = 0.10, 0.30
"""Shares of all learners: active on a day, and seen within 30 days: these have a stored list."""
LISTS_READ, PAGES_READ, REPORTED = 10, 20, 2
"""Requests of an active learner on a day: lists of ai, pages of core, reports of progress."""
CHANGES = 2
"""So often a day the catalogue, or what is counted, changes and remakes all stored lists."""
PEAK, BUSY = 5, 0.5
"""The busiest hour beside the mean, and how busy a processor may be in it."""
REPLICAS = 3
FEWEST = 2
"""Processes of a kind, so that one may fail."""
THREADS, POOL = 8, 10
"""Connections of a process of core (its threads), and of one of ai (its pool)."""
SINGLE = ("relay", "jobs", "webhooks")
"""Processes of core of which one suffices."""
CONNECTIONS = 117
"""Of a PostgreSQL server as delivered, without the three for superusers."""
SWEPT_PER_SECOND = 160
"""Lists that a worker marks after a change of the catalogue (`ai.recommendations.recompute`)."""
DAY, HOUR = 86_400, 3_600
MB, GB, TB = 1e6, 1e9, 1e12
MOST = 10**10
"""No search for a limit goes further."""


Sizes: TypeAlias = list[tuple[int, float]]
"""What was measured, by the number of learners."""


@dataclass(frozen=True)
class Slope:
    """A straight line through what was measured at a few sizes."""

    fixed: float
    each: float
    least: float
    largest_size: int
    off: float
    """The largest distance of a measured value from the line, as a share of the value."""

    @classmethod
    def through(cls, sizes: Sequence[Mapping[str, float]], name: str) -> "Slope":
        """What falls as learners grow is noise: it is taken for constant, at its largest."""
        learners, values = [one["learners"] for one in sizes], [one[name] for one in sizes]
        each, fixed = linear_regression(learners, values)
        if each < 0:
            each, fixed = 0.0, max(values)
        pairs = zip(learners, values, strict=True)
        off = max(abs(fixed + each * size - value) / value for size, value in pairs)
        return cls(fixed, each, min(values), int(max(learners)), off)

    def at(self, learners: float) -> float:
        return max(self.fixed + self.each * learners, self.least)


@dataclass(frozen=True)
class Need:
    name: str
    unit: str
    formula: str
    largest_size: int
    """The largest size at which anything in the formula was measured."""
    at: Callable[[float], float]


@dataclass(frozen=True)
class Limit:
    part: str
    capacity: float
    unit: str
    need: Need
    remedy: str

    @property
    def learners(self) -> int:
        """How many learners the part serves at most; MOST if it is not known to end before."""
        low, high = 0, MOST
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (
                (middle, high) if self.need.at(middle) <= self.capacity else (low, middle - 1)
            )
        return low


class Model:
    def __init__(self, measured: Mapping[str, Any]) -> None:
        self.measured = measured
        core, ai = measured["history"]["sizes"], measured["lists"]["sizes"]
        self.throughput: Mapping[str, float] = measured["throughput"]
        self.requests: Mapping[str, Any] = measured["requests"]
        self.core_bytes = Slope.through(core, "database_bytes")
        self.kafka_bytes = Slope.through(core, "kafka_bytes")
        self.rebuild_s = Slope.through(core, "rebuild_s")
        self.ai_bytes = Slope.through(ai, "database_bytes")
        self.count_memory = Slope.through(ai, "count_memory_bytes")
        self.count_cpu = Slope.through(ai, "count_cpu_s")
        self.ai_memory = Slope.through(ai, "ai_bytes")
        self.worker_memory = Slope.through(ai, "worker_bytes")
        self.read_cpu = Slope.through(ai, "read_cpu_s")
        self.list_bytes = Slope.through(ai, "list_bytes")
        self.list_cpu = Slope.through(ai, "list_cpu_s")

    def slopes(self) -> dict[str, tuple[Slope, Sizes, str]]:
        """By name: the slope, the values it goes through, and their unit."""
        named = {
            "core's database": ("history", "database_bytes", "B"),
            "Kafka, each replica": ("history", "kafka_bytes", "B"),
            "a rebuild without lists": ("history", "rebuild_s", "s"),
            "ai's database without lists": ("lists", "database_bytes", "B"),
            "a first count of neighbours: memory": ("lists", "count_memory_bytes", "B"),
            "a first count of neighbours": ("lists", "count_cpu_s", "CPU-s"),
            "a stored list": ("lists", "list_bytes", "B"),
            "making a list": ("lists", "list_cpu_s", "CPU-s"),
            "reading a list: the process of ai": ("lists", "read_cpu_s", "CPU-s"),
            "a process of ai: memory": ("lists", "ai_bytes", "B"),
            "a worker: memory": ("lists", "worker_bytes", "B"),
        }
        found = {}
        for name, (part, key, unit) in named.items():
            sizes = self.measured[part]["sizes"]
            values = [(one["learners"], one[key]) for one in sizes]
            found[name] = Slope.through(sizes, key), values, unit
        return found

    def core_tables(self) -> dict[str, int]:
        return dict(self.measured["history"]["core_tables"])

    # a second of the busiest hour

    def peak(self, learners: float, a_day: float) -> float:
        """So many times a second what an active learner does `a_day` times."""
        return learners * ACTIVE * a_day * PEAK / DAY

    def records(self, learners: float) -> float:
        """Reports, and a sign-in of each active learner."""
        return self.peak(learners, REPORTED + 1)

    def core_processors(self, learners: float) -> float:
        """That are busy with requests."""
        return self.peak(learners, self._core_requests("core"))

    def core_database_processors(self, learners: float) -> float:
        return self.peak(learners, self._core_requests("postgres-relational"))

    def cost(self, kind: str, process: str) -> float:
        """CPU seconds of a process for a `page` or a `report`."""
        return float(self.requests["cpu_s"][kind][process])

    def _core_requests(self, process: str) -> float:
        """CPU seconds for an active learner's day."""
        return PAGES_READ * self.cost("page", process) + REPORTED * self.cost("report", process)

    def ai_processors(self, learners: float) -> float:
        return self.peak(learners, LISTS_READ * self.read_cpu.at(learners))

    def core_processes(self, learners: float) -> int:
        return max(FEWEST, ceil(self.core_processors(learners) / BUSY))

    def ai_processes(self, learners: float) -> int:
        return max(FEWEST, ceil(self.ai_processors(learners) / BUSY))

    def lists_a_day(self, learners: float) -> float:
        return learners * (ACTIVE * REPORTED + SEEN * CHANGES)

    def list_cpu_a_day(self, learners: float) -> float:
        return self.lists_a_day(learners) * self.list_cpu.at(learners)

    def worker_processors(self, learners: float) -> float:
        """Busy in the busiest hour with facts, their lists, and changes of the catalogue."""
        applying = self.records(learners) / self.throughput["worker_per_second"]
        own = self.peak(learners, REPORTED) * self.list_cpu.at(learners)
        catalogue = learners * SEEN * CHANGES * self.list_cpu.at(learners) / DAY
        return applying + own + catalogue

    def workers(self, learners: float) -> int:
        return max(FEWEST, ceil(self.worker_processors(learners) / BUSY))

    # databases and memory

    def ai_database(self, learners: float) -> float:
        return self.ai_bytes.at(learners) + self.list_bytes.at(learners) * SEEN * learners

    def rebuild(self, learners: float) -> float:
        """Seconds, with the lists of those who are seen."""
        return self.rebuild_s.at(learners) + SEEN * learners * self.list_cpu.at(learners)

    def sweep(self, learners: float) -> float:
        """Seconds until all stored lists are remade, by the fewest workers."""
        return SEEN * learners / SWEPT_PER_SECOND / FEWEST

    def core_connections(self, learners: float) -> int:
        found = self.requests["connections"]
        others = sum(int(found[name]["postgres-relational"]) for name in SINGLE)
        return self.core_processes(learners) * THREADS + others

    def ai_connections(self, learners: float) -> int:
        return (self.ai_processes(learners) + self.workers(learners)) * POOL

    def memory(self, learners: float) -> float:
        """Of all processes but the servers: PostgreSQL and Kafka take what they are given. Of ai's
        the larger of both measurements."""
        found = self.requests["memory_bytes"]
        core = self.core_processes(learners) * found["core"] / self.requests["core_processes"]
        ai = self.ai_processes(learners) * max(self.ai_memory.at(learners), found["ai"])
        workers = self.workers(learners) * max(self.worker_memory.at(learners), found["worker"])
        return float(core + ai + workers + sum(found[name] for name in SINGLE))
