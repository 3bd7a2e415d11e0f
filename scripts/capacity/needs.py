"""The needs and limits of docs/capacity.md, each with its formula in words."""

from collections.abc import Callable

from scripts.capacity.model import (
    ACTIVE,
    BUSY,
    CHANGES,
    CONNECTIONS,
    DAY,
    FEWEST,
    GB,
    HOUR,
    ITEMS,
    LISTS_READ,
    PAGES_READ,
    PEAK,
    POOL,
    REPORTED,
    SEEN,
    SWEPT_PER_SECOND,
    TB,
    THREADS,
    Limit,
    Model,
    Need,
    Slope,
)

RATE = "records/s"
IDS = 2**31 - 1
PROCESSORS = 16
"""Of a large database server."""


def needs(model: Model) -> list[Need]:
    return [*_stored(model), *_computed(model), *_processes(model)]


def _stored(model: Model) -> list[Need]:
    ai = model.ai_bytes
    lists = f"{SEEN:.0%} * ({_line(model.list_bytes, 'B')})"
    return [
        _straight("core's database", "B", model.core_bytes),
        Need(
            "ai's database",
            "B",
            f"{_line(ai, 'B')}, and {lists} * learners for stored lists",
            ai.largest_size,
            model.ai_database,
        ),
        Need(
            "ai's database during a rebuild",
            "B",
            "twice that: two generations",
            ai.largest_size,
            lambda learners: 2 * model.ai_database(learners),
        ),
        _straight("Kafka, each replica", "B", model.kafka_bytes),
        Need(
            "rows of progress",
            "",
            f"{ITEMS} * learners",
            0,
            lambda learners: ITEMS * learners,
        ),
    ]


def _computed(model: Model) -> list[Need]:
    largest = model.ai_bytes.largest_size
    a_day = f"({ACTIVE:.0%} * {REPORTED} + {SEEN:.0%} * {CHANGES}) * learners"
    one = f"({_line(model.list_cpu, 's')})"
    rebuild = f"{_line(model.rebuild_s, 's')}, and {SEEN:.0%} * learners * {one}"
    return [
        Need("lists a day", "", a_day, largest, model.lists_a_day),
        Need(
            "processor time of lists a day",
            "s",
            f"lists a day * {one}",
            largest,
            model.list_cpu_a_day,
        ),
        Need(
            "records in the busiest hour",
            RATE,
            f"{ACTIVE:.0%} * learners * {PEAK} / {DAY:,} s * {REPORTED + 1}",
            0,
            model.records,
        ),
        Need("a rebuild", "s", rebuild, model.rebuild_s.largest_size, model.rebuild),
        Need(
            "all lists after a change of the catalogue",
            "s",
            f"{SEEN:.0%} * learners / ({SWEPT_PER_SECOND} * {FEWEST} workers)",
            0,
            model.sweep,
        ),
        _straight("a first count of neighbours: memory", "B", model.count_memory),
        _straight("a first count of neighbours", "CPU-s", model.count_cpu),
    ]


def _processes(model: Model) -> list[Need]:
    demo, ai = model.requests["learners"], model.ai_bytes.largest_size
    each = f"/ {BUSY:.0%}, at least {FEWEST}"
    second = f"{ACTIVE:.0%} * learners * {PEAK} / {DAY:,} s"
    core, database = (
        f"{second} * ({PAGES_READ} * {_ms(model.cost('page', one))}"
        f" + {REPORTED} * {_ms(model.cost('report', one))})"
        for one in ("core", "postgres-relational")
    )
    read = f"{second} * {LISTS_READ} * ({_line(model.read_cpu, 's')})"
    rows: list[tuple[str, str, int, Callable[[float], float]]] = [
        ("processors of core's requests", core, demo, model.core_processors),
        ("processors of core's PostgreSQL", database, demo, model.core_database_processors),
        ("processes of core", f"processors {each}", demo, model.core_processes),
        ("processors of ai's requests", read, ai, model.ai_processors),
        ("processes of ai", f"processors {each}", ai, model.ai_processes),
        (
            "workers",
            f"(facts / {model.throughput['worker_per_second']:,.0f} a second + lists) {each}",
            ai,
            model.workers,
        ),
        (
            "connections to core's database",
            f"{THREADS} * processes of core, and those of relay and jobs",
            demo,
            model.core_connections,
        ),
        (
            "connections to ai's database",
            f"{POOL} * (processes of ai + workers)",
            ai,
            model.ai_connections,
        ),
    ]
    memory = "processes * what each holds; PostgreSQL and Kafka take what they are given"
    return [
        *(Need(name, "", formula, size, at) for name, formula, size, at in rows),
        Need("memory of all processes but servers", "B", memory, ai, model.memory),
    ]


def limits(model: Model) -> list[Limit]:
    """The part that gives way first comes first."""
    by_name = {need.name: need for need in needs(model)}
    relay = model.throughput["relay_per_second"] * BUSY
    rows: list[tuple[str, float, str, str]] = [
        (
            "connections of core's PostgreSQL",
            CONNECTIONS,
            "connections to core's database",
            "a higher `max_connections`, then a pooler in front",
        ),
        (
            "connections of ai's PostgreSQL",
            CONNECTIONS,
            "connections to ai's database",
            "a higher `max_connections`, then a pooler in front",
        ),
        (
            f"core's PostgreSQL on {PROCESSORS} processors, half busy",
            PROCESSORS * BUSY,
            "processors of core's PostgreSQL",
            "a larger machine; pages from a replica would be new work",
        ),
        (
            "the active relay, half busy",
            relay,
            "records in the busiest hour",
            "none: there is one by design ([record 1](decisions/0001-outbox-and-relay-order.md))",
        ),
        (
            f"{FEWEST} workers, lists within an hour",
            HOUR,
            "all lists after a change of the catalogue",
            "more workers: each marks as many",
        ),
        (
            "a rebuild in a night (8 h)",
            8 * HOUR,
            "a rebuild",
            "rebuild single topics, on a day with more time",
        ),
        (
            "2 GB for the count of neighbours",
            2 * GB,
            "a first count of neighbours: memory",
            "a worker's machine with more memory",
        ),
        (
            "ids of progress in 31 bits",
            IDS,
            "rows of progress",
            "wider ids: in tables, facts and clients",
        ),
        ("1 TB for core's database", TB, "core's database", "a larger disk"),
        (
            "1 TB for ai's database",
            TB,
            "ai's database during a rebuild",
            "a larger disk",
        ),
        ("1 TB for a broker with a replica", TB, "Kafka, each replica", "more brokers"),
    ]
    found = [
        Limit(part, capacity, by_name[need].unit, by_name[need], remedy)
        for part, capacity, need, remedy in rows
    ]
    return sorted(found, key=lambda limit: limit.learners)


def _straight(name: str, unit: str, slope: Slope) -> Need:
    return Need(name, unit, _line(slope, unit), slope.largest_size, slope.at)


def _line(slope: Slope, unit: str) -> str:
    return f"{amount(slope.fixed, unit)} + {amount(slope.each, unit)} * learners"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.3g} ms"


def amount(value: float, unit: str) -> str:
    """With three digits and a unit that suits it."""
    if unit == "B":
        scaled = [(TB, "TB"), (GB, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")]
    elif unit == "s":
        scaled = [(DAY, "days"), (HOUR, "h"), (60, "min"), (1, "s"), (1e-3, "ms"), (1e-6, "µs")]
    elif unit == "CPU-s":
        scaled = [(1, unit), (1e-3, "CPU-ms"), (1e-6, "CPU-µs")]
    else:
        scaled = [(1, unit)]
    by, name = next((one for one in scaled if abs(value) >= one[0]), scaled[-1])
    return f"{_digits(value / by)} {name}".strip()


def _digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
