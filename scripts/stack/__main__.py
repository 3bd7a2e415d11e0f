"""Run Ongoza CyberHub on this machine."""

import logging.config
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Self

import psutil
import typer
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from ongoza_ops.logs import configuration, log_uncaught
from scripts.embedded.errors import CannotRun
from scripts.embedded.ports import HOST, Ports
from scripts.embedded.private import IMAGES
from scripts.observe import prometheus
from scripts.stack import running_ports
from scripts.stack.keeper import Keeper
from scripts.stack.processes import Started
from scripts.stack.request_lines import as_text, lines_of_request
from scripts.stack.services import OBSERVE, SEED, SERVICES, WEB
from scripts.stack.stack import PROJECT, PROPERTIES, Stack
from scripts.stack.status import add_row, show
from scripts.stack.supervisor import FINISHED, WAITING

app = typer.Typer(help=__doc__, no_args_is_help=True)
console = Console()

ROLES = ("learner", "mentor", "director", "sponsor", "admin")
COLOURS = {
    WAITING: "dim",
    **dict.fromkeys(("preparing", "starting", "done, not served yet"), "yellow"),
    **dict.fromkeys(("ready", "done"), "green"),
}
OWN = ("data", "files", IMAGES, "logs", "mail", "run", "uploads", "env", *PROPERTIES)


@contextmanager
def this_stack() -> Iterator[Stack]:
    """The stack of this machine, on the ports of the variables, else on those on which it runs; its
    errors end the command with their message."""
    folder = Path(os.environ.get("ONGOZA_HOME", PROJECT / ".local"))
    try:
        yield Stack(folder, Ports.from_environment(running_ports.read(folder)))
    except (CannotRun, PermissionError) as error:
        console.print(f"[red]{escape(str(error))}[/]", highlight=False)
        raise typer.Exit(1) from None


class Progress:
    """The state of each service in `up`, and how long it took: on a terminal a table from the first
    report on, and elsewhere a line for each change."""

    def __init__(self, stack: Stack, names: list[str]) -> None:
        self.stack, self.names, self.ran_before = stack, names, stack.register.all()
        self.moved = stack.moved_ports()
        self.began = time.monotonic()
        self.seen: dict[str, tuple[str, float, float]] = {}
        """The state of each service, when its first one was reported, and when this one was."""
        self.live = Live(get_renderable=self.table, console=console, refresh_per_second=4)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.live.stop()

    def report(self, name: str, state: str) -> None:
        if self.moved and not self.seen:
            moves = (f"{one} from {old} to {new}" for one, (old, new) in self.moved.items())
            _print_line(f"{', '.join(moves)}: what runs is stopped first")
        now = time.monotonic()
        before, began, _ = self.seen.get(name, (WAITING, now, now))
        self.seen[name] = state, began, now
        if console.is_terminal:
            self.live.start()
        elif state not in (before, WAITING):
            shown = self._shown(name, state, self.stack.register.all())
            _print_line(f"{now - self.began:5.1f} s  {name}: {shown}")

    def table(self) -> Table:
        table = Table("service", "pid", "port", "state", "seconds")
        started, now = self.stack.register.all(), time.monotonic()
        for name in self.names:
            state, began, since = self.seen.get(name, (WAITING, now, now))
            colour = COLOURS.get(state, "red")
            seconds = (since if state in FINISHED else now) - began
            shown = self._shown(name, state, started)
            add_row(table, self.stack, name, shown, colour, f"{seconds:.1f}")
        return table

    def _shown(self, name: str, state: str, started: Mapping[str, Started]) -> str:
        ran = name in self.ran_before and self.ran_before[name] == started.get(name)
        return "ready, ran already" if ran and state == "ready" else state


def _print_line(text: str) -> None:
    """Not wrapped, so that other programs find it."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)


@app.command()
def up(
    seed: Annotated[bool, typer.Option(help="Seed demo data when empty.")] = True,
    web: Annotated[bool, typer.Option(help="Build and serve the web client.")] = True,
    observe: Annotated[bool, typer.Option(help="Start Prometheus, if it is installed.")] = False,
) -> None:
    """Start everything that does not run yet, wait until it is ready, and keep it running."""
    with this_stack() as stack:
        wanted = (*SERVICES, *(WEB if web else ()), *((SEED,) if seed else ()))
        if observe and prometheus() is None:
            console.print("Prometheus is not installed (on Debian: apt-get install prometheus)")
        elif observe:
            wanted = (OBSERVE, *wanted)
        try:
            with Progress(stack, [service.name for service in wanted]) as progress:
                stack.up(wanted, progress.report, keep=True)
        except KeyboardInterrupt:
            console.print("interrupted: started services keep running, `make down` stops them")
            raise typer.Exit(130) from None
        _welcome(stack, with_web=web, with_logins=seed)


def _welcome(stack: Stack, *, with_web: bool, with_logins: bool) -> None:
    table = Table("what", "where", title="Ongoza CyberHub is up", title_justify="left")
    if with_web:
        table.add_row("web", stack.web_url)
    table.add_row("core", f"{stack.core_url}/api/docs/")
    table.add_row("core admin", f"{stack.core_url}/admin/")
    table.add_row("ai", f"{stack.ai_url}/docs")
    table.add_row("Kafka", f"kcat -F {stack.folder / 'kafka.properties'}")
    if stack.register.alive(OBSERVE.name):
        table.add_row("metrics and alerts", f"http://{HOST}:{stack.ports.prometheus}")
    table.add_row("logs", str(stack.folder / "logs"))
    console.print(table)
    if with_logins:
        _show_logins(stack)


def _show_logins(stack: Stack) -> None:
    table = Table("role", "e-mail", "password", title="Demo logins", title_justify="left")
    for role in ROLES:
        table.add_row(role, f"{role}@ongoza.example", stack.secrets["DEMO_PASSWORD"])
    console.print(table)


@app.command()
def logins() -> None:
    """Print the logins of the demo data again."""
    with this_stack() as stack:
        if not (stack.folder / "env").exists():
            raise CannotRun(f"{stack.folder} has no logins yet: `make up` generates them")
        _show_logins(stack)


@app.command(hidden=True)
def keep(names: list[str]) -> None:
    """The process that `up` starts: it keeps these services running."""
    # httpx reports each health check.
    logging.config.dictConfig(configuration(levels={"httpx": "WARNING"}))
    log_uncaught()
    with this_stack() as stack:
        Keeper(stack, names).run()


@app.command()
def down() -> None:
    """Stop exactly what `up` started."""
    with this_stack() as stack:
        _stop(stack)


def _stop(stack: Stack) -> None:
    if not stack.register.all():
        console.print("nothing runs")
    stack.down(lambda name, state: console.print(f"{name} {state}"))


@app.command()
def status() -> None:
    """Show processes, health, outbox, jobs and consumer lag; exit 1 if something is wrong."""
    with this_stack() as stack:
        if not show(stack, console):
            raise typer.Exit(1)


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop everything and delete all data, logs and secrets of this machine's stack."""
    with this_stack() as stack:
        if not yes:
            typer.confirm(f"Delete all data, logs and secrets in {stack.folder}?", abort=True)
        _stop(stack)
        _unmount(stack.folder / IMAGES)
        for path in (stack.folder / name for name in OWN):  # and nothing else that may lie there
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        console.print(f"deleted {', '.join(OWN)} in {stack.folder}")


def _unmount(images: Path) -> None:
    """Unmounts what a killed build of images left, because deleting would go on below it.

    Raises CannotRun.
    """
    mounts = [Path(one.mountpoint) for one in psutil.disk_partitions(all=True)]
    for mounted in sorted(mounts, reverse=True):
        if mounted.is_relative_to(images.resolve()):
            done = subprocess.run(["umount", mounted], capture_output=True, text=True, check=False)  # noqa: S603, S607
            if done.returncode:
                raise CannotRun(f"nothing is deleted, a build left a mount: {done.stderr.strip()}")


@app.command()
def logs(
    name: Annotated[str, typer.Argument(help="A service; all when left out.")] = "",
    request: Annotated[str, typer.Option(help="Show all lines of this request instead.")] = "",
) -> None:
    """Follow the logs, or show the way of one request through all processes."""
    with this_stack() as stack:
        if request:
            found = lines_of_request(stack.folder / "logs", request)
            if not found:
                raise CannotRun(f"no line of {request} in {stack.folder / 'logs'}")
            for line in found:
                console.print(as_text(line), highlight=False, markup=False, soft_wrap=True)
            return
        files = {file.stem: file for file in sorted((stack.folder / "logs").glob("*.log"))}
        if not files:
            raise CannotRun(f"there are no logs in {stack.folder / 'logs'}: `make up` writes them")
        if name and name not in files:
            raise CannotRun(f"there is no log of {name}, but of {', '.join(files)}")
        followed = [files[name]] if name else files.values()
        # In place of this process, so that a signal to it ends what follows the files.
        os.execvp("tail", ["tail", "-n", "20", "-F", *map(str, followed)])  # noqa: S606, S607


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(context: typer.Context) -> None:
    """Run a command with the stack's environment: `run -- python -m scripts.demo`.

    `python` and other commands are those of the environment that this one runs in.
    """
    with this_stack() as stack:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        os.chdir(PROJECT)
        # In place of this process, so that a signal to it reaches the command.
        os.execvpe(context.args[0], context.args, {**stack.environment, "PATH": path})  # noqa: S606


if __name__ == "__main__":
    app()
