"""What `make bench` prints and writes."""

from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scripts.bench import figures

NAME = "search 100,000, a hundredth, p50 in the database"
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

    assert all(cell in text for cell in ("13,500", "27,000", "0.5", ">= 0.5 x", "<= 4 ms", "no"))
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
