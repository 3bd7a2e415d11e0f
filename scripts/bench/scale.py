"""The measure of scale: what stays flat as learners and items grow. Rows can be chosen."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from subprocess import SubprocessError
from typing import NamedTuple, TypeAlias

from rich.console import Console

from ongoza_contracts.http.recommendations import LIMIT_DEFAULT, LIMIT_MAX
from scripts.bench import fixtures, scale_lists, scale_live, scale_rebuild
from scripts.bench.figures import Figure, Line, Result, compare, figure
from scripts.bench.fixtures import Fill
from scripts.bench.running import Size
from scripts.stack.child import run_child
from scripts.stack.services import BY_NAME
from scripts.stack.stack import Stack
from scripts.stack.temporary import temporary_stack

VECTOR = ("postgres-vector", "migrate-ai")
KAFKA = (*VECTOR, "kafka", "topics")
CORE = ("postgres-relational", "migrate-core")
MANY, WIDE = Fill(100_000, 170), Fill(10_000, 10_000)
HUGE = Fill(100_000, 10_000)
PATIENCE = 4.0
"""A large database lets services start later."""
HISTORY = Fill(10_000, 170, on_topics=True)
NO_FILL = Fill(0, 0)
Results: TypeAlias = Mapping[Fill, Result]
"""By what the database was filled with."""


class Row(NamedTuple):
    name: str
    services: tuple[str, ...]
    fills: tuple[Fill, ...]
    measure: Callable[[Stack, Fill], Result]
    figures: Callable[[Results], Sequence[Figure]]


console = Console()


def scale(size: Size, stack: Stack, rows: Sequence[str]) -> Iterator[Figure]:
    """What stays flat as learners and items grow; `--row` chooses rows.

    Each fill is made once for all rows that need it, in a stack of its own.

    Raises RuntimeError at the end for rows that failed, after the figures of the others.
    """
    chosen = [row for row in ROWS if row.name in rows]
    results: dict[str, dict[Fill, Result]] = {row.name: {} for row in chosen}
    failed: list[str] = []
    for full in dict.fromkeys(fill for row in chosen for fill in row.fills):
        of_fill = [row for row in chosen if full in row.fills]
        services = {name for row in of_fill for name in row.services}
        wanted = [name for name in BY_NAME if name in services]
        with _noted(failed, str(full)), temporary_stack(wanted, patience=PATIENCE) as own:
            fill = _fill(size, own, full)
            for row in of_fill:
                _say(f"{row.name}, {fill}")
                with _noted(failed, f"{row.name}, {fill}"):
                    results[row.name][full] = row.measure(own, fill)
    for row in chosen:
        if len(results[row.name]) == len(row.fills):
            yield from row.figures(results[row.name])
    if failed:
        raise RuntimeError("\n".join(failed))


def row_names() -> list[str]:
    return [row.name for row in ROWS]


def _fill(size: Size, stack: Stack, full: Fill) -> Fill:
    """Smaller in a trial, but the demo's catalogue stays whole."""
    items = max(size.of(full.items, least=0), min(full.items, MANY.items))
    fill = full._replace(learners=size.of(full.learners, least=0), items=items)
    if fill.learners and not fill.on_topics:
        _say(f"filling {fill}")
        run_child(stack, fixtures.fill, fill.learners, fill.items)
    return fill


def _say(text: str) -> None:
    console.print(f"{time.strftime('%H:%M:%S')} scale: {text}", highlight=False)


@contextmanager
def _noted(failed: list[str], what: str) -> Iterator[None]:
    """Notes a failure, so that other rows are measured."""
    try:
        yield
    except (RuntimeError, SubprocessError) as error:
        failed.append(f"{what}: {error}\n{str(getattr(error, 'stderr', None) or '')[-3000:]}")


def _postgres(stack: Stack) -> int:
    return stack.register.all()["postgres-vector"].pid


def _counting(results: Results) -> list[Figure]:
    lines = []
    for fill, found in results.items():
        name = f"count {fill}"
        lines += [
            figure(f"{name}, again", "CPU-s", found["again_cpu_s"], found["cpu_s"], "<= 0.5"),
            *compare(
                [(found, {})],
                Line(f"{name}, memory", "MB", "memory_mb", "<= 200"),
                Line(f"{name}, loop lag", "ms", "lag_ms", "<= 50"),
            ),
        ]
    return lines


def _reload(results: Results) -> list[Figure]:
    lines = []
    for fill, found in results.items():
        cost = found["again_cpu_s"], found["cpu_s"]
        lines.append(figure(f"reload {fill}, an item", "CPU-s", *cost, "<= 0.2"))
        lag = max(found["lag_ms"], found["again_lag_ms"])
        lines.append(figure(f"reload {fill}, loop lag", "ms", lag, None, "<= 50"))
    return lines


def _one_list(results: Results) -> list[Figure]:
    return [
        figure(
            f"list of {limit}, 10k beside 170",
            "CPU-ms",
            results[WIDE][f"cpu_ms_{limit}"],
            results[MANY][f"cpu_ms_{limit}"],
            "<= 2",
        )
        for limit in (LIMIT_DEFAULT, LIMIT_MAX)
    ]


def _stored_list(results: Results) -> list[Figure]:
    return [figure("stored list", "bytes", results[MANY]["bytes"], None, "<= 2048")]


def _answers(results: Results) -> list[Figure]:
    return [figure("lists marked by an answer", "", results[MANY]["marks"], None, "<= 0")]


def _readiness(results: Results) -> list[Figure]:
    read = results[NO_FILL]["long"], max(results[NO_FILL]["short"], 1)
    return [figure("readiness, 100k beside 1k", "rows", *read, "<= 1.5")]


def _switch(results: Results) -> list[Figure]:
    return [
        figure(f"switch {fill}, lock held", "s", found["held_s"], None, "<= 1")
        for fill, found in results.items()
    ]


def _rebuild(results: Results) -> list[Figure]:
    """The ratio to COPY and index is the one wanted of measure `rebuild`, times 1.5."""
    (found,) = results.values()
    # Both are about a tenth of a second, so a half more is noise.
    held = found["second_held_s"], found["held_s"]
    return [
        figure("rebuild 10k x 170", "CPU-s", found["cpu_s"], found["floor_cpu_s"], "<= 1.8"),
        figure("rebuild 10k x 170, second held", "s", *held, "<= 1.5"),
    ]


def _catalogue_change(results: Results) -> list[Figure]:
    (found,) = results.values()
    return [
        figure("published item, lists rewritten", "", found["lists"], found["active"], "<= 1.2"),
        figure("published item, active lists", "s", found["seconds"], None, "<= 60"),
    ]


def _behind(results: Results) -> list[Figure]:
    lines = []
    for fill, found in results.items():
        p99 = found["p99_ms"], found["rest_ms"]
        share = 100 * found["fell_back"]
        lines.append(figure(f"burst {fill}, reads p99", "ms", *p99, "<= 3"))
        lines.append(figure(f"burst {fill}, fell back", "%", share, None, "<= 0"))
    return lines


def _counting_beside(results: Results) -> list[Figure]:
    (found,) = results.values()
    p99 = found["p99_ms"], found["rest_ms"]
    return [figure("visible p99 beside counting", "ms", *p99, "<= 2")]


ROWS = (
    Row(
        "counting",
        VECTOR,
        (WIDE, MANY),
        lambda stack, _: run_child(stack, scale_lists.count, _postgres(stack)),
        _counting,
    ),
    Row(
        "reload",
        VECTOR,
        (WIDE, MANY),
        lambda stack, fill: run_child(stack, scale_lists.reload, _postgres(stack), fill.items),
        _reload,
    ),
    Row(
        "one-list",
        VECTOR,
        (WIDE, MANY),
        lambda stack, fill: run_child(stack, scale_lists.one_list, fill.learners),
        _one_list,
    ),
    Row(
        "stored-list",
        VECTOR,
        (MANY,),
        lambda stack, _: run_child(stack, scale_lists.stored_list),
        _stored_list,
    ),
    Row(
        "answers",
        VECTOR,
        (MANY,),
        lambda stack, _: run_child(stack, scale_lists.answers),
        _answers,
    ),
    Row(
        "readiness",
        CORE,
        (NO_FILL,),
        lambda stack, _: run_child(stack, scale_lists.readiness),
        _readiness,
    ),
    Row("rebuild", KAFKA, (HISTORY,), scale_rebuild.rebuild, _rebuild),
    Row("catalogue-change", KAFKA, (MANY,), scale_live.catalogue_change, _catalogue_change),
    Row("burst", KAFKA, (MANY, HUGE), scale_live.behind, _behind),
    Row("counting-beside", KAFKA, (MANY,), scale_live.counting_beside, _counting_beside),
    # The last one, because it makes another generation live.
    Row("switch", KAFKA, (WIDE, MANY), scale_rebuild.switch, _switch),
)
