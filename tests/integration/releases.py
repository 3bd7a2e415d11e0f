"""The last release beside this one: its files, its environment, its processes."""

import json
import os
import shutil
import subprocess
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast

from scripts.chaos.load import ITEMS
from scripts.embedded.ports import HOST, free_ports
from scripts.stack.health import answers
from scripts.stack.learners import Learner
from scripts.stack.services import BY_NAME
from scripts.stack.stack import Stack
from scripts.upgrade.release import PROJECT

COMMANDS = (
    "import json; from scripts.stack.services import SERVICES;"
    "print(json.dumps({one.name: one.command for one in SERVICES}))"
)
STOP_SECONDS = 30


@dataclass
class OtherRelease:
    """The code of a commit, whose processes use the servers of a stack of this one."""

    folder: Path
    stack: Stack
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: tuple[int, ...] = field(default_factory=lambda: tuple(free_ports(2)))

    @property
    def core_url(self) -> str:
        return f"http://{HOST}:{self.ports[0]}"

    @property
    def ai_url(self) -> str:
        return f"http://{HOST}:{self.ports[1]}"

    def python(self, *arguments: str, service: str = "", given: str = "") -> str:
        """Runs the release's own interpreter; returns what it prints."""
        done = subprocess.run(  # noqa: S603
            [self._python, *arguments],
            cwd=self.folder,
            env=self._environment(service),
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def step(self, name: str) -> None:
        """Runs a service that ends, such as a migration."""
        self.python(*self._commands[name][1:], service=name)

    def start(self, names: Sequence[str]) -> None:
        for name in names:
            with (self.stack.folder / f"last-release-{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(  # noqa: S603
                    self._commands[name],
                    cwd=self.folder,
                    env=self._environment(name),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )

    def answers(self) -> bool:
        """Whether both APIs do."""
        urls = (f"{self.core_url}{BY_NAME['core'].health}", f"{self.ai_url}{BY_NAME['ai'].health}")
        return all(answers(url) for url in urls)

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(STOP_SECONDS)
        self.processes.clear()

    def sign_in(self) -> list[Learner]:
        child = ("-m", "scripts.stack.child", "scripts.stack.learners", "sign_in_here", "asyncio")
        printed = self.python(*child, given=json.dumps([ITEMS]))
        return cast(list[Learner], json.loads(printed.splitlines()[-1]))

    @property
    def _python(self) -> str:
        return str(self.folder / ".venv" / "bin" / "python")

    @cached_property
    def _commands(self) -> dict[str, list[str]]:
        """By service, as that release starts them."""
        return cast(dict[str, list[str]], json.loads(self.python("-c", COMMANDS)))

    def _environment(self, name: str) -> dict[str, str]:
        known = self.stack.environment_of(BY_NAME[name]) if name else self.stack.environment
        return {
            **known,
            "DJANGO_SETTINGS_MODULE": "core.config.settings",
            "CORE_PORT": str(self.ports[0]),
            "AI_PORT": str(self.ports[1]),
            "DJANGO_API_URL": self.core_url,
            "FASTAPI_BASE_URL": self.ai_url,
        }


@contextmanager
def release_of(commit: str, folder: Path, stack: Stack) -> Iterator[OtherRelease]:
    """The files of the commit with an environment that its own Makefile fills."""
    folder.mkdir()
    archive = subprocess.run(  # noqa: S603
        ["git", "archive", commit],  # noqa: S607
        cwd=PROJECT,
        capture_output=True,
        check=True,
    )
    subprocess.run(["tar", "-x"], cwd=folder, input=archive.stdout, check=True)  # noqa: S607
    venv.create(folder / ".venv", symlinks=True)
    shutil.copy(PROJECT / ".venv" / "bin" / "uv", folder / ".venv" / "bin")  # pip takes seconds
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    subprocess.run(["make", ".venv/.ready"], cwd=folder, env=clean, check=True)  # noqa: S607
    release = OtherRelease(folder, stack)
    try:
        yield release
    finally:
        release.stop()
