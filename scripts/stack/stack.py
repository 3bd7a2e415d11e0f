"""The stack of one folder: its ports, secrets, servers and processes."""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from infra.kafka.logins import ADMIN, BROKER, login, password_variable
from scripts.embedded.errors import CannotRun
from scripts.embedded.kafka import Kafka
from scripts.embedded.kafka_local import LocalKafka
from scripts.embedded.ports import HOST, Ports, require_free
from scripts.embedded.postgres import Postgres
from scripts.embedded.private import PRIVATE_UMASK, close_to_others
from scripts.embedded.valkey import Valkey
from scripts.stack import processes, secrets
from scripts.stack.fingerprint import fingerprint
from scripts.stack.health import Server, healthy
from scripts.stack.processes import Register, Started
from scripts.stack.served import wait_until_served
from scripts.stack.services import BY_NAME, SEED, SERVICES, SESSIONS, WEB, Service

PROJECT = Path(__file__).parents[2]
MAILDIR = "core.mail.maildir.MaildirBackend"
POLL_SECONDS = 0.1
ORPHAN_SECONDS = 5.0  # how long the workers of a killed server may need to notice and go

PROPERTIES = {
    "kafka.properties": (ADMIN, "PLAIN"),
    f"{secrets.READER}.properties": (secrets.READER, "SCRAM-SHA-512"),
}
"""Files with librdkafka's properties, each with a principal and its mechanism: an operator, who may
also write, and a team that may only read."""

Listener = Callable[[str, str], None]
"""Called with service name and state when a service's state changes: for a live table."""


class NotReady(CannotRun):
    """A service ended or did not become ready; the message names its log and quotes its end."""


class Busy(CannotRun):
    """Another `up` or `down` of the same folder is at work."""


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
        patience: float = 1.0,
        logins: bool = True,
    ) -> None:
        """`patience` multiplies how long a service may take to become ready; without `logins`
        every client may do everything on the broker.

        From here on, files that this process and its children create are closed to other accounts.
        """
        os.umask(PRIVATE_UMASK)
        self.folder = folder.absolute()
        self.ports = ports
        self.durable = durable
        self.extra_environment = extra_environment or {}
        self.patience = patience
        self.logins = logins
        self.register = Register(self.folder / "run" / "processes.json")

    @cached_property
    def secrets(self) -> dict[str, str]:
        return secrets.load_or_make(self.folder / "env")

    @cached_property
    def code(self) -> str:
        return fingerprint(PROJECT)

    @property
    def core_url(self) -> str:
        return f"http://{HOST}:{self.ports.core}"

    @property
    def ai_url(self) -> str:
        return f"http://{HOST}:{self.ports.ai}"

    @property
    def web_url(self) -> str:
        return f"http://{HOST}:{self.ports.web}"

    @cached_property
    def servers(self) -> dict[str, Server]:
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
            "kafka": self._broker(data / "kafka"),
            "valkey": self._valkey,
            SESSIONS: self._sessions,
        }  # fmt: skip

    @property
    def _valkey(self) -> Valkey:
        folder, password = self.folder / "data" / "valkey", self.secrets["VALKEY_PASSWORD"]
        return Valkey(folder, self.ports.valkey, password)

    @property
    def _sessions(self) -> Valkey:
        """Of web users: wiped, it signs them out and loses nothing else."""
        folder, password = self.folder / "data" / SESSIONS, self.secrets["WEB_SESSIONS_PASSWORD"]
        return Valkey(folder, self.ports.web_sessions, password, SESSIONS, "sessions.conf")

    def _broker(self, folder: Path) -> Kafka:
        ports = self.ports.kafka, self.ports.kafka_controller
        if not self.logins:
            return Kafka(folder, *ports)
        passwords = [self.secrets[password_variable(name)] for name in (BROKER, ADMIN)]
        return LocalKafka(folder, *ports, *passwords)

    def kafka_client(
        self, principal: str = ADMIN, mechanism: str = "SCRAM-SHA-512"
    ) -> dict[str, str]:
        """The settings with which librdkafka's clients connect as `principal`."""
        if not self.logins:
            return {"bootstrap.servers": f"{HOST}:{self.ports.kafka}"}
        password = self.secrets[password_variable(principal)]
        servers = f"{HOST}:{self.ports.kafka}"
        return login(servers, principal, password, mechanism=mechanism)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of operators' commands."""
        return {**self._environment(), **self.secrets, **self._kafka_login(ADMIN)}

    def environment_of(self, service: Service) -> dict[str, str]:
        """The environment of a process of the stack, with no login but its own."""
        if service in WEB:  # packages of others build and run it
            return {**self._environment(), "VALKEY_URL": ""}
        if service.principal == ADMIN:
            return self.environment
        own = {name: value for name, value in self.secrets.items() if name not in secrets.KAFKA}
        return {**self._environment(), **own, **self._kafka_login(service.principal)}

    def _kafka_login(self, principal: str) -> dict[str, str]:
        if not (self.logins and principal):
            return {}
        client = self.kafka_client(principal)
        return {
            "KAFKA_SECURITY_PROTOCOL": client["security.protocol"],
            "KAFKA_SASL_USERNAME": client["sasl.username"],
            "KAFKA_SASL_PASSWORD": client["sasl.password"],
            "KAFKA_READER": secrets.READER,
        }

    def _environment(self) -> dict[str, str]:
        return {
            **{
                name: value
                for name, value in os.environ.items()
                if name not in secrets.NOT_INHERITED
            },
            **self.ports.environment(),
            "PYTHONUNBUFFERED": "1",
            "EMAIL_BACKEND": MAILDIR,  # there is no mail server: mail stays in a folder
            "MAIL_FOLDER": str(self.folder / "mail"),
            "FILES_ROOT": str(self.folder / "files"),
            "UPLOADS_ROOT": str(self.folder / "uploads"),
            "DEMO_DATA": "yes",  # the command `seed`
            "MULTILINGUAL_SEARCH": "1",
            "PAYMENT_SANDBOX": "1",  # nobody pays with money here
            "WEBHOOKS_TO_LOOPBACK": "1",  # their receivers run here too
            "DB_HOST": HOST,
            "DB_NAME": "ongozacyberhub",
            "DB_USER": "postgres",
            "VECTOR_DB_HOST": HOST,
            "VECTOR_DB_NAME": "ongozacyberhub_vector",
            "VECTOR_DB_USER": "postgres",
            "KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:{self.ports.kafka}",
            "VALKEY_URL": self._valkey.url(),
            "WEB_SESSIONS_URL": self._sessions.url(),
            "WEB_URL": self.web_url,
            "DJANGO_API_URL": self.core_url,
            "FASTAPI_BASE_URL": self.ai_url,
            "API_URL": self.core_url,
            "ALLOWED_HOSTS": f"{HOST},localhost",
            "NUM_PROXIES": "1",  # web states the caller's address
            "NO_PROXY": f"{HOST},localhost",  # calls within the stack bypass the machine's proxy
            **self.extra_environment,
        }

    def up(
        self, services: Iterable[Service] = SERVICES, report: Listener = lambda *_: None
    ) -> None:
        """Start what does not run yet and wait until it is ready and what was seeded is served.

        Raises PortTaken before anything is started, CannotRun, NotReady and Busy.
        """
        wanted = list(services)
        with self._alone():
            close_to_others(self.folder)
            self._write_kafka_properties()
            self._stop_outdated(report)
            self._require_free_ports(wanted)
            self._prepare(wanted)
            self._start_in_order(wanted, report)
            if SEED in wanted:
                report(SEED.name, "done" if wait_until_served(self) else "done, not served yet")

    def _write_kafka_properties(self) -> None:
        """Writes logins for `kcat -F` and other clients."""
        for file, login_of in PROPERTIES.items():
            lines = (f"{name}={value}\n" for name, value in self.kafka_client(*login_of).items())
            (self.folder / file).write_text("".join(lines))

    def _stop_outdated(self, report: Listener) -> None:
        """Stops processes that run other code than this, whose tables are about to be migrated, and
        all services if the broker runs with settings of an earlier release."""
        broker = self.servers["kafka"]
        if isinstance(broker, Kafka) and self.register.alive("kafka") and broker.is_outdated():
            self._stop_all(report)
        started = self.register.all().values()
        self._stop_all(
            report,
            {one.name for one in started if one.name not in self.servers and one.code != self.code},
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = self.folder / "run" / "lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(f"another `up` or `down` of {self.folder} is at work") from None
            yield

    def _require_free_ports(self, services: Iterable[Service]) -> None:
        for service in services:
            if service.port and not self.register.alive(service.name):
                died = service.name in self.register.all()
                patience = ORPHAN_SECONDS if died else 0
                require_free(service.port, getattr(self.ports, service.port), patience)
                if service.name == "kafka":
                    require_free("kafka_controller", self.ports.kafka_controller, patience)

    def _prepare(self, services: Iterable[Service]) -> None:
        """Prepare side by side the servers that take long the first time (jars, new clusters)."""
        names = [service.name for service in services]
        idle = [name for name in names if name in self.servers and not self.register.alive(name)]
        if idle:
            with ThreadPoolExecutor(len(idle)) as pool:
                list(pool.map(lambda name: self.servers[name].prepare(), idle))

    def _start_in_order(self, wanted: list[Service], report: Listener) -> None:
        done: set[str] = set()
        deadlines: dict[str, float] = {}
        names = {service.name for service in wanted}
        while len(done) < len(wanted):
            for service in wanted:
                waiting = service.name not in done and service.name not in deadlines
                if waiting and done.issuperset(names.intersection(service.after)):
                    self.start(service.name)
                    deadlines[service.name] = self._deadline(service.name)
                    report(service.name, "starting")
            for name in [name for name in deadlines if self._is_ready(name, deadlines[name])]:
                del deadlines[name]
                done.add(name)
                if name != SEED.name:  # reported when it is served
                    report(name, "done" if BY_NAME[name].ready == "exit" else "ready")
            self._require_alive(done)
            time.sleep(POLL_SECONDS)

    def _require_alive(self, names: Iterable[str]) -> None:
        """Raises NotReady for the service that died while the others were still starting."""
        for name in names:
            if BY_NAME[name].ready != "exit" and not self.register.alive(name):
                raise NotReady(f"{name} ended\n{self.last_words(name)}")

    def start(self, name: str, *, environment: dict[str, str] | None = None) -> None:
        """Start one service unless it runs; `environment` is added to the usual one."""
        if self.register.alive(name):
            return
        server = self.servers.get(name)
        if server:
            server.prepare()
        started = processes.start(
            name,
            server.command() if server else self._command(BY_NAME[name]),
            # The servers need none of our secrets.
            environment={
                **(os.environ if server else self.environment_of(BY_NAME[name])),
                **(environment or {}),
            },
            cwd=Path("/") if server else PROJECT,
            log=self.log(name),
            code=self.code,
        )
        self.register.add(started)

    def _command(self, service: Service) -> list[str]:
        return [one for one in service.command if self.logins or one != "--logins"]

    def _deadline(self, name: str) -> float:
        return time.monotonic() + BY_NAME[name].patience * self.patience

    def wait_ready(self, name: str) -> None:
        """Raises NotReady when the service ended or needs longer than its patience."""
        deadline = self._deadline(name)
        while not self._is_ready(name, deadline):
            time.sleep(POLL_SECONDS)

    def run(self, name: str, *, environment: dict[str, str] | None = None) -> None:
        """Start one service and wait until it is ready, or has ended if it is a step."""
        self.start(name, environment=environment)
        self.wait_ready(name)

    def _is_ready(self, name: str, deadline: float) -> bool:
        started = self.register.all()[name]
        alive = started.process() is not None
        if BY_NAME[name].ready == "exit":
            if not alive and self._succeeded(started):
                return True
        elif not alive:
            raise NotReady(f"{name} ended\n{self.last_words(name)}")
        elif self.healthy(name):
            return True
        if time.monotonic() > deadline:
            raise NotReady(f"{name} is not ready in time\n{self.last_words(name)}")
        return False

    def _succeeded(self, step: Started) -> bool:
        """Raises NotReady when the step failed; runs it again when its exit code is unknown."""
        self.register.remove(step.name)
        code = processes.exit_code(step)
        if code:
            words = self.last_words(step.name)
            raise NotReady(f"{step.name} failed with exit code {code}\n{words}")
        if code is None:
            self.start(step.name)
        return code == 0

    def healthy(self, name: str) -> bool:
        """Whether a running service does its work, as far as is visible from outside."""
        started = self.register.alive(name)
        return started is not None and healthy(
            BY_NAME[name], started, servers=self.servers, ports=self.ports
        )

    def kill(self, name: str, signal_number: int = signal.SIGKILL) -> None:
        """Signal a service; when the signal is SIGKILL, wait until it has ended."""
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

    def down(self, report: Listener = lambda *_: None) -> None:
        """Stop what was started, in reverse order, and nothing else. Raises Busy."""
        with self._alone():
            self._stop_all(report)

    def _stop_all(self, report: Listener, names: Iterable[str] | None = None) -> None:
        """Stops these services, or all, in reverse order."""
        order = list(BY_NAME)
        found = self.register.all() if names is None else names
        for name in sorted(found, key=order.index, reverse=True):
            was_alive = self.register.alive(name)
            self.stop(name)
            report(name, "stopped" if was_alive else "had ended")

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def last_words(self, name: str) -> str:
        return processes.last_words(self.log(name))
