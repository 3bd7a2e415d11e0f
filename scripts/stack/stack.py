"""The stack of one folder: its ports, secrets, servers and processes."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path

from scripts.embedded.kafka import Kafka
from scripts.embedded.ports import HOST, Ports, require_free
from scripts.embedded.postgres import Postgres
from scripts.stack import processes, secrets
from scripts.stack.processes import Register, Started
from scripts.stack.services import BY_NAME, SERVICES, Service, answers

PROJECT = Path(__file__).parents[2]
READY_SECONDS = 90.0
POLL_SECONDS = 0.05

Listener = Callable[[str, str], None]
"""Told (service name, state) whenever a service's state changes: for a live table."""


class NotReady(RuntimeError):
    """A service ended or did not become ready; the message names its log and quotes its end."""


class Stack:
    """Everything that runs for one folder; two folders never touch each other's processes.

    Processes that live and die are found through `run/processes.json`, so another invocation, or
    one after a crash, knows what is there.
    """

    def __init__(
        self,
        folder: Path,
        ports: Ports,
        *,
        durable: bool = True,
        extra_environment: dict[str, str] | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.ports = ports
        self.durable = durable
        self.extra_environment = extra_environment or {}
        self.register = Register(self.folder / "run" / "processes.json")

    @cached_property
    def secrets(self) -> dict[str, str]:
        return secrets.load_or_make(self.folder / "env")

    @property
    def core_url(self) -> str:
        return f"http://{HOST}:{self.ports.core}"

    @property
    def ai_url(self) -> str:
        return f"http://{HOST}:{self.ports.ai}"

    @cached_property
    def servers(self) -> dict[str, Postgres | Kafka]:
        data = self.folder / "data"
        relational, vector = "postgres-relational", "postgres-vector"
        return {
            relational: Postgres(
                relational, data / relational, self.ports.db, "ongozacyberhub",
                self.secrets["DB_PASSWORD"], self.durable,
            ),
            vector: Postgres(
                vector, data / vector, self.ports.vector_db, "ongozacyberhub_vector",
                self.secrets["VECTOR_DB_PASSWORD"], self.durable,
            ),
            "kafka": Kafka(data / "kafka", self.ports.kafka, self.ports.kafka_controller),
        }  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        """What every process of the stack finds in its environment."""
        return {
            **{name: value for name, value in os.environ.items() if name not in _NOT_INHERITED},
            **self.secrets,
            **self.ports.environment(),
            "PYTHONUNBUFFERED": "1",
            "DB_HOST": HOST,
            "DB_NAME": "ongozacyberhub",
            "DB_USER": "postgres",
            "VECTOR_DB_HOST": HOST,
            "VECTOR_DB_NAME": "ongozacyberhub_vector",
            "VECTOR_DB_USER": "postgres",
            "KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:{self.ports.kafka}",
            "DJANGO_API_URL": self.core_url,
            "FASTAPI_BASE_URL": self.ai_url,
            "ALLOWED_HOSTS": f"{HOST},localhost",
            **self.extra_environment,
        }

    def up(self, services: Iterable[Service] = SERVICES, tell: Listener = lambda *_: None) -> None:
        """Start what does not run yet and wait until all of it is ready.

        Raises PortTaken before anything is started, and NotReady.
        """
        wanted = list(services)
        self._require_free_ports(wanted)
        done: set[str] = set()
        running: dict[str, float] = {}
        names = {service.name for service in wanted}
        while len(done) < len(wanted):
            for service in wanted:
                waiting = service.name not in done and service.name not in running
                if waiting and done.issuperset(names.intersection(service.after)):
                    self.start(service.name)
                    running[service.name] = time.monotonic() + READY_SECONDS
                    tell(service.name, "starting")
            for name in [name for name in running if self._is_ready(name, running[name])]:
                del running[name]
                done.add(name)
                tell(name, "ready")
            time.sleep(POLL_SECONDS)

    def _require_free_ports(self, services: Iterable[Service]) -> None:
        for service in services:
            if service.port and not self.register.alive(service.name):
                require_free(service.port, getattr(self.ports, service.port))
                if service.name == "kafka":
                    require_free("kafka_controller", self.ports.kafka_controller)

    def start(self, name: str, *, environment: dict[str, str] | None = None) -> None:
        """Start one service unless it runs; `environment` is added to the usual one."""
        if self.register.alive(name):
            return
        server = self.servers.get(name)
        if server:
            server.prepare()
        started = processes.start(
            name,
            server.command() if server else list(BY_NAME[name].command),
            environment={**self.environment, **(environment or {})},
            cwd=Path("/") if server else PROJECT,
            log=self.log(name),
        )
        self.register.add(started)

    def wait_ready(self, name: str, seconds: float = READY_SECONDS) -> None:
        """Raises NotReady when the service ended or needs more than `seconds`."""
        deadline = time.monotonic() + seconds
        while not self._is_ready(name, deadline):
            time.sleep(POLL_SECONDS)

    def run(self, name: str, *, environment: dict[str, str] | None = None) -> None:
        """Start one service and wait until it is ready, or has ended if it is a step."""
        self.start(name, environment=environment)
        self.wait_ready(name)

    def _is_ready(self, name: str, deadline: float) -> bool:
        service = BY_NAME[name]
        started = self.register.all()[name]
        alive = started.process() is not None
        if service.ready == "exit":
            if not alive:
                self._require_success(started)
                return True
        elif not alive:
            raise NotReady(f"{name} ended\n{self.last_words(name)}")
        elif self.healthy(name):
            return True
        if time.monotonic() > deadline:
            raise NotReady(f"{name} is not ready in time\n{self.last_words(name)}")
        return False

    def _require_success(self, step: Started) -> None:
        self.register.remove(step.name)
        code = processes.exit_code(step)
        if code:
            raise NotReady(
                f"{step.name} failed with exit code {code}\n{self.last_words(step.name)}"
            )

    def healthy(self, name: str) -> bool:
        """Whether a running service answers; one without a port only has to be alive."""
        service = BY_NAME[name]
        if name in self.servers:
            return self.servers[name].ready()
        if service.health and service.port:
            return answers(f"http://{HOST}:{getattr(self.ports, service.port)}{service.health}")
        return self.register.alive(name) is not None

    def kill(self, name: str, signal_number: int = signal.SIGKILL) -> None:
        """Signal a service; when the signal is SIGKILL, wait until it is gone."""
        started = self.register.alive(name)
        if started is None:
            return
        if signal_number == signal.SIGKILL:
            started.kill()
        else:
            started.send(signal_number)

    def stop(self, name: str) -> None:
        """Stop one service as `down` does."""
        started = self.register.alive(name)
        if started:
            # PostgreSQL waits for its clients on SIGTERM; SIGINT ends them and stops cleanly.
            postgres = name.startswith("postgres")
            started.stop(signal.SIGINT if postgres else signal.SIGTERM)
        self.register.remove(name)

    def down(self, tell: Listener = lambda *_: None) -> None:
        """Stop what was started, last started first, and nothing else."""
        for name in reversed(list(self.register.all())):
            self.stop(name)
            tell(name, "stopped")

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def last_words(self, name: str, lines: int = 15) -> str:
        log = self.log(name)
        text = log.read_text(errors="replace") if log.exists() else ""
        return "\n".join([*text.splitlines()[-lines:], f"(log: {log})"])


# A variable of somebody's shell must not move our processes to other servers or settings.
_NOT_INHERITED = {"DJANGO_SETTINGS_MODULE", "ONGOZA_FAILPOINT"}
