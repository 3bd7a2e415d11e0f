"""What `make bench` prints and writes."""

import ast
import re
from collections.abc import Iterator
from io import StringIO
from itertools import product
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from ai import migrations
from ongoza_contracts.codec import encode
from ongoza_contracts.topics import CONTENT, PROGRESS, USERS, Topic
from scripts.bench import bus, figures, web
from scripts.bench import product as bench_product

GENERATION = (Path(str(migrations.__file__)).parent / "generation.sql").read_text()
NAME = "search 100k, hundredth, p50"
RELAY = figures.figure("relay", "events/s", 13_500.0, 27_000.0, ">= 0.5")
SEARCH = figures.figure(NAME, "ms", 5.0, None, "<= 4")


def printed(table: Table) -> str:
    console = Console(file=StringIO(), width=80)
    console.print(table)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_figure_is_judged_by_its_ratio_to_the_floor_or_without_a_floor_by_itself() -> None:
    assert (RELAY["ratio"], RELAY["reached"]) == (0.5, True)
    assert (SEARCH["ratio"], SEARCH["reached"]) == (None, False)


def test_the_medians_of_the_rounds_become_figures() -> None:
    sides = [
        ({"rate": 10.0, "rows": 3}, {"rate": 40.0}),
        ({"rate": 30.0, "rows": 3}, {"rate": 60.0}),
        ({"rate": 20.0, "rows": 3}, {"rate": 50.0}),
    ]
    lines = figures.Line("a", "x/s", "rate", ">= 0.5"), figures.Line("b", "", "rows", ">= 3")

    a, b = figures.compare(sides, *lines)

    assert a == figures.figure("a", "x/s", 20.0, 50.0, ">= 0.5")
    assert b == figures.figure("b", "", 3, None, ">= 3")


def test_a_written_run_is_read_back_by_measure(tmp_path: Path) -> None:
    path = figures.write([RELAY, SEARCH], tmp_path / "runs" / "one.json")

    assert figures.read(path) == {"relay": RELAY, NAME: SEARCH}


def test_the_table_shows_every_cell_whole_on_80_columns() -> None:
    text = printed(figures.table([RELAY, SEARCH]))

    assert all(cell in text for cell in ("13,500", "27,000", "0.5", ">= 0.5 x", "<= 4", "no"))
    assert "…" not in text


def test_the_change_since_an_earlier_run_is_shown_in_percent_on_80_columns() -> None:
    before = figures.figure("relay", "events/s", 15_000.0, 25_000.0, ">= 0.5")
    text = printed(figures.change_table([RELAY, SEARCH], {"relay": before}))

    relay = next(line for line in text.splitlines() if "relay" in line)
    numbers = ["13,500", "15,000", "-10.0%", "0.5", "0.6", "-16.7%"]
    assert [word for word in relay.split() if word[-1] in "0123456789%"] == numbers
    assert "…" not in text


def test_a_measure_that_the_earlier_run_lacks_has_no_change() -> None:
    text = printed(figures.change_table([SEARCH], {}))

    assert text.count("%") == 0


@pytest.mark.parametrize("topic", bus.TABLES)
def test_the_floor_makes_a_row_of_every_column_from_a_published_fact(topic: Topic) -> None:
    facts = {
        CONTENT: bench_product.content_facts(1)[0],
        USERS: next(bench_product.user_facts(1)),
        PROGRESS: bench_product.progress_fact(7, "module-1", 100),
    }
    table = GENERATION.split(f"CREATE TABLE {bus.TABLES[topic]} (")[1].split("\n);")[0]
    columns = re.findall(r"^    ([a-z]\w+) ", table, re.MULTILINE)

    row = bus.row_maker(columns)(encode(facts[topic], time=bench_product.NOW).payload or b"")

    assert len(row) == len(columns) > 8
    assert bench_product.NOW in row


BENCH = Path(figures.__file__).parent
LONGEST = {"fill": "100k x 170", "name": "hundredth", "short": "100k", "limit": "50"}


def text(argument: ast.expr) -> str:
    """A value in an f-string becomes a long one of its kind."""
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    names = [one.id for one in ast.walk(argument) if isinstance(one, ast.Name)]
    parts = argument.values if isinstance(argument, ast.JoinedStr) else []
    return "".join(map(text, parts)) or next(
        (LONGEST[name] for name in names if name in LONGEST), "embeddings"
    )


def labels() -> Iterator[str]:
    for path in BENCH.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("Line", "figure"):
                name, unit = map(text, call.args[:2])
                yield f"{name} ({unit})" if unit else name
    for page, line in product(web.LEARNER, web.LINES):
        yield f"{page}, {line.measure} ({line.unit})"


def test_every_measure_is_printed_in_one_line_of_80_columns() -> None:
    found = [*labels()]
    assert len(found) > 30
    for label in found:
        one = figures.figure(label, "", 123_456.0, 345_678.0, ">= 0.9999")
        for table in (figures.table([one]), figures.change_table([one], {label: one})):
            lines = [line for line in printed(table).splitlines() if label in line]
            assert len(lines) == 1, label
            assert "…" not in printed(table)
