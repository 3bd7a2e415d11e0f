"""Run Ongoza CyberHub on this machine."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from scripts.embedded.errors import CannotRun
from scripts.embedded.ports import Ports
from scripts.stack.services import SEED, SERVICES, WEB, Service
from scripts.stack.stack import PROJECT, PROPERTIES, Stack
from scripts.stack.status import show

app = typer.Typer(help=__doc__, no_args_is_help=True)
console = Console()

ROLES = ("learner", "mentor", "director", "sponsor", "admin")
COLOURS = {"waiting": "dim", "starting": "yellow", "done, not served yet": "yellow"}
OWN = ("data", "files", "logs", "mail", "run", "uploads", "env", *PROPERTIES)


@contextmanager
def this_stack() -> Iterator[Stack]:
    """The stack of this machine; its errors end the command with their message."""
    try:
        yield Stack(
            Path(os.environ.get("ONGOZA_HOME", PROJECT / ".local")), Ports.from_environment()
        )
    except (CannotRun, PermissionError) as error:
        console.print(f"[red]{escape(str(error))}[/]", highlight=False)
        raise typer.Exit(1) from None


class Progress:
    """The table of `up`: which service is waiting, starting or ready, and for how long."""

    def __init__(self, stack: Stack, services: tuple[Service, ...]) -> None:
        self.stack = stack
        self.states = dict.fromkeys((service.name for service in services), "waiting")
        self.ran_before = {name for name in self.states if stack.register.alive(name)}
        self.began: dict[str, float] = {}
        self.took: dict[str, float] = {}

    def report(self, name: str, state: str) -> None:
        if state in ("stopped", "had ended"):
            self.ran_before.discard(name)
            return
        if state == "starting":
            self.began[name] = time.monotonic()
        else:
            self.took[name] = time.monotonic() - self.began[name]
        self.states[name] = f"{state}, ran already" if name in self.ran_before else state

    def table(self) -> Table:
        table = Table("service", "pid", "port", "state", "seconds")
        started = self.stack.register.all()
        for service in (*SERVICES, *WEB, SEED):
            if service.name in self.states:
                pid = str(started[service.name].pid) if service.name in started else ""
                port = str(getattr(self.stack.ports, service.port)) if service.port else ""
                table.add_row(service.name, pid, port, *self._progress(service.name))
        return table

    def _progress(self, name: str) -> tuple[str, str]:
        state = self.states[name]
        seconds = self.took.get(name)
        if seconds is None and name in self.began:
            seconds = time.monotonic() - self.began[name]
        colour = COLOURS.get(state, "green")
        return f"[{colour}]{state}[/]", "" if seconds is None else f"{seconds:.1f}"


@app.command()
def up(
    seed: Annotated[bool, typer.Option(help="Seed demo data when empty.")] = True,
    web: Annotated[bool, typer.Option(help="Build and serve the web client.")] = True,
) -> None:
    """Start everything that does not run yet and wait until it is ready."""
    with this_stack() as stack:
        wanted = (*SERVICES, *(WEB if web else ()), *((SEED,) if seed else ()))
        progress = Progress(stack, wanted)
        try:
            with Live(get_renderable=progress.table, console=console, refresh_per_second=4):
                stack.up(wanted, progress.report)
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
    table.add_row("logs", str(stack.folder / "logs"))
    console.print(table)
    if with_logins:
        logins = Table("role", "e-mail", "password", title="Demo logins", title_justify="left")
        for role in ROLES:
            logins.add_row(role, f"{role}@ongoza.example", stack.secrets["DEMO_PASSWORD"])
        console.print(logins)


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
    """Show processes, ports, health, outbox, jobs and consumer lag."""
    with this_stack() as stack:
        show(stack, console)


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop everything and delete all data, logs and secrets of this machine's stack."""
    with this_stack() as stack:
        if not yes:
            typer.confirm(f"Delete all data, logs and secrets in {stack.folder}?", abort=True)
        _stop(stack)
        for path in (stack.folder / name for name in OWN):  # and nothing else that may lie there
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        console.print(f"deleted {', '.join(OWN)} in {stack.folder}")


@app.command()
def logs(name: Annotated[str, typer.Argument(help="A service; all when left out.")] = "") -> None:
    """Follow the logs."""
    with this_stack() as stack:
        files = sorted((stack.folder / "logs").glob(f"{name or '*'}.log"))
        if not files:
            raise CannotRun(f"no such log in {stack.folder / 'logs'}")
        subprocess.run(["tail", "-n", "20", "-F", *map(str, files)], check=False)  # noqa: S603, S607


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(context: typer.Context) -> None:
    """Run a command with the stack's environment: `run -- python -m scripts.demo`."""
    with this_stack() as stack:
        done = subprocess.run(context.args, env=stack.environment, cwd=PROJECT, check=False)  # noqa: S603
        sys.exit(done.returncode)


if __name__ == "__main__":
    app()
