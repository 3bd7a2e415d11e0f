"""A stack that the keeper keeps running: its commands, and what is seen of it."""

import os
import signal
import subprocess
import sys
from io import StringIO

import httpx
from rich.console import Console

from scripts.stack import keeper
from scripts.stack.processes import Register, Started
from scripts.stack.services import SERVICES
from scripts.stack.stack import PROJECT, Stack
from scripts.stack.status import show
from tests.integration.story import ANSWER_SECONDS, Learner

NAMES = [service.name for service in SERVICES if service.ready != "exit"]


def command(stack: Stack, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "scripts.stack", *arguments]


def environment(stack: Stack) -> dict[str, str]:
    own = {"ONGOZA_HOME": str(stack.folder), "THROTTLE": "off", "COLUMNS": "160"}
    return {**os.environ, **stack.ports.environment(), **own}


def run(stack: Stack, *arguments: str) -> tuple[int, str]:
    """As the targets of the Makefile do."""
    done = subprocess.run(  # noqa: S603
        command(stack, *arguments),
        env=environment(stack),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def status(stack: Stack) -> tuple[bool, str]:
    """Whether `make status` finds nothing wrong, and what it prints, without its start."""
    printed = StringIO()
    return show(stack, Console(file=printed, width=160)), printed.getvalue()


def is_well(stack: Stack) -> bool:
    return status(stack)[0]


def up(stack: Stack) -> tuple[int, str]:
    return run(stack, "up", "--no-web", "--no-seed")


def is_healed(stack: Stack) -> bool:
    states = {name: status.state for name, status in keeper.statuses(stack).items()}
    return states.keys() >= {*NAMES} and {*states.values()} <= {"ready", "done"}


def keeper_of(stack: Stack) -> Started:
    return Register(stack.folder / "run" / "keeper.json").all()["keeper"]


def pids(stack: Stack) -> dict[str, int]:
    return {name: started.pid for name, started in stack.register.all().items()}


def kill(stack: Stack, name: str) -> None:
    """The process alone, as the system does when memory is short."""
    if started := stack.register.alive(name):
        started.send(signal.SIGKILL, alone=True)


def accepts_sign_ups(stack: Stack) -> bool:
    """Core refuses them until a database that was started has been compared with the topics."""
    try:
        Learner.signed_up(stack)
    except (AssertionError, httpx.TransportError):
        return False
    return True


def readiness(stack: Stack) -> str:
    return status_at(f"{stack.core_url}/api/v1/health/ready/")


def readiness_of_ai(stack: Stack) -> str:
    return status_at(f"{stack.ai_url}/health")


def status_at(url: str) -> str:
    answer = httpx.get(url, timeout=ANSWER_SECONDS, trust_env=False)
    return str(answer.json()["status"])


def log_after(stack: Stack, name: str, offset: int) -> str:
    return stack.log(name).read_bytes()[offset:].decode()
