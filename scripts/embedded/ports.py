"""Which ports the stack listens on, all of them on the loopback address."""

import errno
import os
import random
import socket
import time
from dataclasses import asdict, dataclass, fields, replace

import psutil

from scripts.embedded.errors import CannotRun

HOST = "127.0.0.1"
UNASSIGNED = (20_000, 32_000)


class PortTaken(CannotRun):
    """Another process listens on the port; the message names port, process and variable."""


class NoPort(CannotRun):
    """A variable that should hold a port does not; the message names it."""


@dataclass(frozen=True)
class Ports:
    core: int = 8000
    ai: int = 8001
    vector_db: int = 5433
    db: int = 5434
    kafka: int = 9092
    kafka_controller: int = 9093
    valkey: int = 6379
    web_sessions: int = 6380
    web: int = 3000
    prometheus: int = 9090
    core_metrics: int = 9401
    ai_metrics: int = 9402
    relay_metrics: int = 9403
    worker_metrics: int = 9404
    jobs_metrics: int = 9405
    webhooks_metrics: int = 9406

    @classmethod
    def from_environment(cls, usual: "Ports | None" = None) -> "Ports":
        """The usual ports, each replaced by its variable (`CORE_PORT`, ...) where that is set.

        Raises NoPort.
        """
        ports = replace(
            usual or cls(),
            **{
                field.name: _port_in(variable)
                for field in fields(cls)
                if (variable := variable_of(field.name)) in os.environ
            },
        )
        ports._require_different()
        return ports

    def _require_different(self) -> None:
        names: dict[int, str] = {}
        for name, port in asdict(self).items():
            if port in names:
                both = f"{variable_of(names[port])} and {variable_of(name)}"
                raise NoPort(f"{both} are both {port}: set one of them to another port")
            names[port] = name

    @classmethod
    def free(cls) -> "Ports":
        return cls(*free_ports(len(fields(cls))))

    def environment(self) -> dict[str, str]:
        return {variable_of(name): str(port) for name, port in asdict(self).items()}


_reserved: list[socket.socket] = []


def free_ports(count: int) -> list[int]:
    """As many free ports, which no other process gets from here until this one ends."""
    return [_free_port() for _ in range(count)]


def _free_port() -> int:
    """Below the ports that the system gives to outgoing connections. A UDP socket of the same
    number, which nothing here uses, reserves it."""
    while True:
        port = random.randint(*UNASSIGNED)  # noqa: S311
        reservation = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            reservation.bind((HOST, port))
            socket.create_server((HOST, port)).close()
        except OSError:
            reservation.close()
        else:
            _reserved.append(reservation)
            return port


def variable_of(name: str) -> str:
    return f"{name.upper()}_PORT"


def _port_in(variable: str) -> int:
    value = os.environ[variable]
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 65536:
        raise NoPort(f"{variable} is not a port: {value!r}")
    return int(value)


def require_free(name: str, port: int, patience: float = 0.0) -> None:
    """Raises PortTaken, saying who holds `port` and which variable moves us elsewhere.

    With `patience` the holder has that many seconds to go away.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            socket.create_server((HOST, port)).close()
            return
        except OSError as error:
            said, variable = f"port {port} ({name})", variable_of(name)
            if error.errno != errno.EADDRINUSE:
                raise NoPort(f"{said} cannot be used, {error.strerror}: set {variable}") from error
            if time.monotonic() > deadline:
                holder = _holder(port)
                raise PortTaken(f"{said} is taken{holder}: stop it or set {variable}") from error
        time.sleep(0.1)


def listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def _holder(port: int) -> str:
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return ""
    for connection in connections:
        if connection.status != psutil.CONN_LISTEN or not connection.laddr or not connection.pid:
            continue
        if connection.laddr.port == port:
            return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return ""
