"""The stack of one folder: its ports, secrets, servers and processes."""

import fcntl
import os
import signal
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

from infra.kafka.logins import ADMIN, BROKER, login, password_variable
from scripts.embedded.errors import CannotRun
from scripts.embedded.kafka import Kafka
from scripts.embedded.kafka_local import LocalKafka
from scripts.embedded.ports import HOST, Ports, PortTaken, require_free, variable_of
from scripts.embedded.postgres import Postgres
from scripts.embedded.private import PRIVATE_UMASK, close_to_others
from scripts.embedded.valkey import Valkey
from scripts.stack import keeper, processes, running_ports, secrets
from scripts.stack.fingerprint import fingerprint
from scripts.stack.health import Server, answers, rows
from scripts.stack.processes import Register
from scripts.stack.served import wait_until_served
from scripts.stack.services import AI, BY_NAME, CORE, SEED, SERVICES, SESSIONS, WEB, Service
from scripts.stack.supervisor import WAITING, Listener, Supervisor, wait_until_ready

PROJECT = Path(__file__).parents[2]
DATABASE, VECTOR_DATABASE = "ongozacyberhub", "ongozacyberhub_vector"
MAILDIR = "core.mail.maildir.MaildirBackend"
ORPHAN_SECONDS = 5.0  # how long the workers of a killed server may need to notice and go

PROPERTIES = {
    "kafka.properties": (ADMIN, "PLAIN"),
    f"{secrets.READER}.properties": (secrets.READER, "SCRAM-SHA-512"),
}
"""Files with librdkafka's properties, each with a principal and its mechanism: an operator, who may
also write, and a team that may only read."""


def ports_of(name: str, ports: Ports) -> dict[str, int]:
    """The ports on which a service listens, by their names."""
    controller = "kafka_controller" if name == "kafka" else None
    own, numbers = (BY_NAME[name].port, f"{name}_metrics", controller), asdict(ports)
    return {port: numbers[port] for port in own if port in numbers}


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
        data, ports, passwords = self.folder / "data", self.ports, self.secrets
        servers: tuple[Server, ...] = (
            Postgres(CORE, data / CORE, ports.db, DATABASE, passwords["DB_PASSWORD"], self.durable),
            Postgres(
                AI,
                data / AI,
                ports.vector_db,
                VECTOR_DATABASE,
                passwords["VECTOR_DB_PASSWORD"],
                self.durable,
            ),
            self._broker(data / "kafka"),
            self._valkey,
            self._sessions,
        )
        return {server.name: server for server in servers}

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
        servers = f"{HOST}:{self.ports.kafka}"
        if not self.logins:
            return {"bootstrap.servers": servers}
        password = self.secrets[password_variable(principal)]
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
        metrics = {"METRICS_PORT": str(getattr(self.ports, f"{service.name}_metrics", 0))}
        return {**self._environment(), **own, **self._kafka_login(service.principal), **metrics}

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
        inherited = os.environ.keys() - secrets.NOT_INHERITED
        return {
            **{name: os.environ[name] for name in inherited},
            **self.ports.environment(),
            "PYTHONUNBUFFERED": "1",
            "EMAIL_BACKEND": MAILDIR,  # there is no mail server: mail stays in a folder
            "MAIL_FOLDER": str(self.folder / "mail"),
            "FILES_ROOT": str(self.folder / "files"),
            "UPLOADS_ROOT": str(self.folder / "uploads"),
            "PROMETHEUS_FOLDER": str(self.folder / "data" / "prometheus"),
            "DEMO_DATA": "yes",  # the command `seed`
            "MULTILINGUAL_SEARCH": "1",
            "PAYMENT_SANDBOX": "1",  # nobody pays with money here
            "WEBHOOKS_TO_LOOPBACK": "1",  # their receivers run here too
            "DB_HOST": HOST,
            "DB_NAME": DATABASE,
            "DB_USER": "postgres",
            "VECTOR_DB_HOST": HOST,
            "VECTOR_DB_NAME": VECTOR_DATABASE,
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
        self,
        services: Iterable[Service] = SERVICES,
        report: Listener = lambda *_: None,
        *,
        keep: bool = False,
    ) -> None:
        """Start what does not run yet and wait until it is ready and what was seeded is served.
        With `keep` a process stays that starts again what ends, until `down`.

        Raises PortTaken before anything is reported, stopped or started, CannotRun and NotReady.
        """
        names = [service.name for service in services]
        with self._alone():
            close_to_others(self.folder)
            self._write_kafka_properties()
            self._require_free_ports(names)
            for name in names:
                report(name, WAITING)
            keeper.stop(self)
            try:
                self._stop_outdated(report)
                running_ports.write(self.folder, self.ports)
                self._prepare(names, report)
            except BaseException:  # also when it is interrupted
                if keep:
                    keeper.adopt(self)
                raise
            if keep:
                keeper.start(self, names, report)
            else:
                self.run(*names, report=report)
            if SEED.name in names:
                report(SEED.name, "done" if wait_until_served(self) else "done, not served yet")

    def _write_kafka_properties(self) -> None:
        """Writes logins for `kcat -F` and other clients."""
        for file, login_of in PROPERTIES.items():
            lines = (f"{name}={value}\n" for name, value in self.kafka_client(*login_of).items())
            (self.folder / file).write_text("".join(lines))

    def moved_ports(self) -> dict[str, tuple[int, int]]:
        """The variables of the ports that differ from those of what runs, with both numbers."""
        before = running_ports.read(self.folder)
        if before is None or not any(map(self.register.alive, self.register.all())):
            return {}
        here = asdict(self.ports)
        return {
            variable_of(name): (number, here[name])
            for name, number in asdict(before).items()
            if number != here[name]
        }

    def _stop_outdated(self, report: Listener) -> None:
        """Stops processes that run other code than this, whose tables are about to be migrated, and
        all services if they run on other ports or the broker runs with settings of an earlier
        release."""
        broker, started = self.servers["kafka"], self.register.all()
        has_old_broker = (
            isinstance(broker, Kafka) and self.register.alive("kafka") and broker.is_outdated()
        )
        if self.moved_ports() or has_old_broker:
            names = {*started}
        else:
            others = started.keys() - self.servers.keys()
            names = {name for name in others if started[name].code != self.code}
        self._stop_all(names, report)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = self.folder / "run" / "lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotRun(f"another `up` or `down` of {self.folder} is at work") from None
            yield

    def _require_free_ports(self, names: Iterable[str]) -> None:
        moves = bool(self.moved_ports())
        held = self._held_ports() if moves else set()
        for name in names:
            if self.register.alive(name) and not moves:
                continue
            patience = ORPHAN_SECONDS if name in self.register.all() else 0
            try:
                for port, number in ports_of(name, self.ports).items():
                    if number not in held:
                        require_free(port, number, patience)
            except PortTaken:
                if moves or not self.register.alive(name):  # else the keeper started it meanwhile
                    raise

    def _held_ports(self) -> set[int]:
        """Those of what runs, which are free when it is stopped."""
        before = running_ports.read(self.folder) or self.ports
        alive = [name for name in BY_NAME if self.register.alive(name)]
        return {number for name in alive for number in ports_of(name, before).values()}

    def _prepare(self, names: Iterable[str], report: Listener) -> None:
        """Prepare side by side the servers that take long the first time (jars, new clusters)."""
        idle = [name for name in names if name in self.servers and not self.register.alive(name)]
        for name in idle:
            report(name, "preparing")
        if idle:
            with ThreadPoolExecutor(len(idle)) as pool:
                list(pool.map(lambda name: self.servers[name].prepare(), idle))

    def start(self, name: str, *, environment: dict[str, str] | None = None) -> None:
        """Start one service unless it runs; `environment` is added to the usual one."""
        if self.register.alive(name):
            return
        service, server = BY_NAME[name], self.servers.get(name)
        if server:
            server.prepare()
            command, usual, cwd = server.command(), {**os.environ}, Path("/")  # without our secrets
        else:
            command, usual, cwd = self.command_of(service), self.environment_of(service), PROJECT
        own = {**usual, **(environment or {})}
        started = processes.start(
            name, command, environment=own, cwd=cwd, log=self.log(name), code=self.code
        )
        self.register.add(started)

    def command_of(self, service: Service) -> list[str]:
        return [one for one in service.command if self.logins or one != "--logins"]

    def patience_for(self, name: str) -> float:
        """How long a service may take to become ready: up to five times longer while more processes
        than there are processors want to run."""
        busy = os.getloadavg()[0] / (os.cpu_count() or 1)
        return BY_NAME[name].patience * self.patience * min(max(1.0, busy), 5.0)

    def run(
        self,
        *names: str,
        report: Listener = lambda *_: None,
        environment: dict[str, str] | None = None,
    ) -> None:
        """Start services and wait until they are ready, or have ended if they are steps.

        Raises NotReady at the first failure.
        """
        supervisor = Supervisor(self, [BY_NAME[name] for name in names], environment)
        wait_until_ready(self, names, supervisor.look, report, failures_max=1)

    def healthy(self, name: str) -> bool:
        """Whether a running service does its work, as far as is visible from outside."""
        service, started = BY_NAME[name], self.register.alive(name)
        if started is None:
            return False
        match service.ready:
            case "embedded":
                return self.servers[name].ready()
            case "http":
                port = getattr(self.ports, str(service.port))
                return answers(f"http://{HOST}:{port}{service.health}")
            case "query":
                found = rows(self.servers[service.asks], service.health, {"age": started.age()})
                return bool(found and found[0][0])
            case "exit":
                return True

    def kill(self, name: str, signal_number: int = signal.SIGKILL) -> None:
        """Signal a service; when the signal is SIGKILL, wait until it has ended."""
        started = self.register.alive(name)
        if started and signal_number == signal.SIGKILL:
            started.kill()
        elif started:
            started.send(signal_number)

    def stop(self, name: str) -> None:
        """Stop one service as `down` does."""
        if started := self.register.alive(name):
            # PostgreSQL waits for its clients on SIGTERM; SIGINT ends them and stops cleanly.
            started.stop(signal.SIGINT if name.startswith("postgres") else signal.SIGTERM)
        self.register.remove(name)

    def down(self, report: Listener = lambda *_: None) -> None:
        """Stop what was started, in reverse order, and nothing else. Raises CannotRun."""
        with self._alone():
            keeper.stop(self)
            self._stop_all(self.register.all(), report)
            running_ports.delete(self.folder)

    def _stop_all(self, names: Collection[str], report: Listener) -> None:
        """First those of another release, which this one does not know."""
        known = [name for name in BY_NAME if name in names]
        for name in (*sorted({*names} - {*known}), *reversed(known)):
            was_alive = self.register.alive(name)
            self.stop(name)
            report(name, "stopped" if was_alive else "had ended")

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def last_words(self, name: str) -> str:
        return processes.last_words(self.log(name))
