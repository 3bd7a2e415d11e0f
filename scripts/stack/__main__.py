"""Run Ongoza CyberHub on this machine."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from scripts.embedded.errors import CannotRun
from scripts.embedded.ports import Ports, PortTaken
from scripts.stack.services import SEED, SERVICES
from scripts.stack.stack import PROJECT, NotReady, Stack
from scripts.stack.status import show

app = typer.Typer(help=__doc__, no_args_is_help=True)
console = Console()

ROLES = ("learner", "mentor", "director", "sponsor", "admin")
COLOURS = {"waiting": "dim", "starting": "yellow", "ready": "green", "running": "green"}


def this_stack() -> Stack:
    folder = Path(os.environ.get("ONGOZA_HOME", PROJECT / ".local"))
    return Stack(folder, Ports.from_environment())


@app.command()
def up(seed: Annotated[bool, typer.Option(help="Seed demo data when empty.")] = True) -> None:
    """Start everything that does not run yet and wait until it is ready."""
    stack = this_stack()
    wanted = (*SERVICES, SEED) if seed else SERVICES
    states = {
        service.name: "running" if stack.register.alive(service.name) else "waiting"
        for service in wanted
    }
    try:
        with Live(_table(states), console=console, auto_refresh=False) as live:

            def tell(name: str, state: str) -> None:
                states[name] = state
                live.update(_table(states), refresh=True)

            stack.up(wanted, tell)
    except (PortTaken, NotReady, CannotRun) as error:
        console.print(f"[red]{type(error).__name__}[/]: {error}", highlight=False)
        raise typer.Exit(1) from None
    _welcome(stack, with_logins=seed)


def _table(states: dict[str, str]) -> Table:
    table = Table("service", "state")
    for name, state in states.items():
        table.add_row(name, f"[{COLOURS[state]}]{state}[/]")
    return table


def _welcome(stack: Stack, *, with_logins: bool) -> None:
    table = Table("what", "where", title="Ongoza CyberHub is up", title_justify="left")
    table.add_row("core", f"{stack.core_url}/api/docs/")
    table.add_row("core admin", f"{stack.core_url}/admin/")
    table.add_row("ai", f"{stack.ai_url}/docs")
    table.add_row("Kafka", f"127.0.0.1:{stack.ports.kafka}")
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
    stack = this_stack()
    if not stack.register.all():
        console.print("nothing runs")
        return
    stack.down(lambda name, state: console.print(f"{name} {state}"))


@app.command()
def status() -> None:
    """Show processes, ports, health, outbox and consumer lag."""
    show(this_stack(), console)


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop everything and delete all data, logs and secrets of this machine's stack."""
    stack = this_stack()
    if not yes:
        typer.confirm(f"Delete {stack.folder} with all data?", abort=True)
    stack.down()
    shutil.rmtree(stack.folder, ignore_errors=True)
    console.print(f"deleted {stack.folder}")


@app.command()
def logs(name: Annotated[str, typer.Argument(help="A service; all when left out.")] = "") -> None:
    """Follow the logs."""
    folder = this_stack().folder / "logs"
    files = sorted(folder.glob(f"{name or '*'}.log"))
    if not files:
        console.print(f"no such log in {folder}")
        raise typer.Exit(1)
    subprocess.run(["tail", "-n", "20", "-F", *map(str, files)], check=False)  # noqa: S603, S607


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(context: typer.Context) -> None:
    """Run a command with the stack's environment: `run -- python -m scripts.demo`."""
    done = subprocess.run(  # noqa: S603
        context.args, env=this_stack().environment, cwd=PROJECT, check=False
    )
    sys.exit(done.returncode)


if __name__ == "__main__":
    app()
