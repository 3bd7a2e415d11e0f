"""Run one server in the foreground, by hand: Ctrl-C stops it."""

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from scripts.embedded.errors import CannotRun
from scripts.embedded.kafka import Kafka
from scripts.embedded.ports import Ports, PortTaken, require_free
from scripts.embedded.postgres import Postgres
from scripts.embedded.private import PRIVATE_UMASK
from scripts.embedded.valkey import Valkey

app = typer.Typer(help=__doc__, no_args_is_help=True)

Folder = Annotated[Path, typer.Option("--dir", help="Where the data lives; made when missing.")]
Port = Annotated[int, typer.Option(help="Where it listens, on the loopback address.")]


@app.callback()
def private() -> None:
    os.umask(PRIVATE_UMASK)


@app.command()
def postgres(directory: Folder, port: Port = Ports.db) -> None:
    """A PostgreSQL server; the password of its first start is stored in the folder."""
    folder = directory.absolute()
    server = Postgres("postgres", folder, port, "postgres", _password(folder / "password"))
    _become(server, "db", port, f"{server.url()}")


@app.command()
def kafka(directory: Folder, port: Port = Ports.kafka) -> None:
    """A Kafka broker with no topics yet: `python -m infra.kafka apply` makes them."""
    server = Kafka(directory.absolute(), port, Ports.free().kafka_controller)
    _become(server, "kafka", port, f"KAFKA_BOOTSTRAP_SERVERS={server.bootstrap}")


@app.command()
def valkey(directory: Folder, port: Port = Ports.valkey) -> None:
    """A Valkey server; the password of its first start is stored in the folder."""
    folder = directory.absolute()
    server = Valkey(folder, port, _password(folder / "password"))
    _become(server, "valkey", port, server.url())


def _password(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(24))
    return path.read_text()


def _become(server: Postgres | Kafka | Valkey, name: str, port: int, where: str) -> None:
    try:
        require_free(name, port)
        server.prepare()
        command = server.command()
    except (PortTaken, CannotRun) as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
    typer.echo(where)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    app()
