"""Shows a rebuild in the terminal."""

from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from ai.projections.generations import Generation
from ai.rebuild.compare import Comparison
from ai.rebuild.plan import Plan
from ai.rebuild.rebuild import Outcome


class Bars:
    """A progress bar for each stage, with its rate, remaining time and figures."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description:>7}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn("ETA"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[figures]}"),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "Bars":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def stage(self, name: str, done: int, total: int, **figures: object) -> None:
        if name not in self._tasks:
            self._progress.start()
            self._tasks[name] = self._progress.add_task(name, rate="", figures="")
        task = self._tasks[name]
        speed = self._progress.tasks[task].speed
        self._progress.update(
            task,
            completed=done,
            total=total,
            rate=f"{speed:,.0f}/s" if speed else "",
            figures=", ".join(f"{key} {value:,}" for key, value in figures.items()),
        )


def outcome(console: Console, made: Outcome) -> None:
    console.print(
        f"{made.generation}: {made.facts:,} records read, {made.cached:,} vectors from the cache, "
        f"{made.embedded:,} made by the model"
    )
    if made.comparison:
        comparison(console, made.comparison)
    if made.switched is None:
        console.print(f"{made.generation} is built and not live")
        return
    console.print(
        f"[green]{made.generation} is live[/]: writers waited {made.switched.held_seconds:.2f} s, "
        f"the switch took {made.switched.switch_seconds * 1000:.0f} ms"
    )
    if not made.has_worker:
        console.print("[yellow]no worker is running[/]: start one, or new facts are not applied")


def comparison(console: Console, made: Comparison) -> None:
    table = Table("compared", "result", title="The new generation beside the live one")
    differing = {one.table: one for one in made.differences}
    for name, rows in made.rows.items():
        one = differing.get(name)
        table.add_row(
            name,
            f"[red]{one.live_rows:,} rows live, {one.new_rows:,} new, contents differ[/]"
            if one
            else f"{rows:,} rows, equal",
        )
    table.add_row("fixed queries, first ten", f"{made.top_k_overlap:.4f} in common")
    lists = f"{made.lists_equal} of {made.lists_compared} equal byte for byte"
    table.add_row("lists of sampled learners", f"{lists}, {made.list_overlap:.4f} in common")
    if not made.same_model:
        table.add_row("model", "another one: vectors and lists differ by intent")
    console.print(table)
    for one in made.differences:
        for example in one.examples:
            console.print(f"  {one.table}  {escape(example)}", highlight=False)


def plan(console: Console, made: Plan) -> None:
    table = Table("step", "what", title=f"A rebuild beside {made.live} would")
    for topic, records in made.records.items():
        table.add_row("read", f"{topic}: {records:,} records at most")
    table.add_row("embed", f"{made.texts - made.cached:,} of {made.texts:,} texts, rest is cached")
    table.add_row("take", f"about {made.size_bytes / 2**20:,.0f} MiB")
    console.print(table)


def generations(console: Console, made: Sequence[Generation]) -> None:
    table = Table("generation", "state", "made", "live since", "model")
    for one in made:
        table.add_row(
            one.name,
            one.state,
            f"{one.created_at:%Y-%m-%d %H:%M}",
            f"{one.switched_at:%Y-%m-%d %H:%M}" if one.switched_at else "",
            " ".join(one.model) if one.model else "",
        )
    console.print(table)
