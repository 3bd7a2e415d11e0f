"""Which ports the stack listens on, all of them on the loopback address."""

import os
import socket
from dataclasses import asdict, dataclass, fields

import psutil

HOST = "127.0.0.1"


class PortTaken(RuntimeError):
    """Somebody else listens on a port we want; the message names port, holder and variable."""


@dataclass(frozen=True)
class Ports:
    core: int = 8000
    ai: int = 8001
    vector_db: int = 5433
    db: int = 5434
    kafka: int = 9092
    kafka_controller: int = 9093

    @classmethod
    def from_environment(cls) -> "Ports":
        """The usual ports, each replaced by its variable (`CORE_PORT`, ...) where that is set."""
        return cls(
            **{
                field.name: int(os.environ[variable])
                for field in fields(cls)
                if (variable := variable_of(field.name)) in os.environ
            }
        )

    @classmethod
    def free(cls) -> "Ports":
        """Six ports nobody listens on at this moment."""
        sockets = [socket.create_server((HOST, 0)) for _ in fields(cls)]
        numbers = [sock.getsockname()[1] for sock in sockets]
        for sock in sockets:
            sock.close()
        return cls(*numbers)

    def environment(self) -> dict[str, str]:
        return {variable_of(name): str(port) for name, port in asdict(self).items()}


def variable_of(name: str) -> str:
    return f"{name.upper()}_PORT"


def require_free(name: str, port: int) -> None:
    """Raises PortTaken, saying who holds `port` and which variable moves us elsewhere."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise PortTaken(
            f"port {port} ({name}) is taken{_holder(port)}: stop it or set {variable_of(name)}"
        ) from error


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
