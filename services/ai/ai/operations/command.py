"""List, show, retry, accept or discard records that could not be applied."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import asyncpg
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ai.kit.db import UNAVAILABLE, open_pool
from ai.kit.errors import ApiError
from ai.kit.settings import load_settings
from ai.operations import parked

command = typer.Typer(help=__doc__, add_completion=False, no_args_is_help=True)
console = Console()

Ids = Annotated[list[int], typer.Argument(min=1)]
Reason = Annotated[str, typer.Option(help="Stored in the audit.")]
SHOWN_BYTES = 2000


@command.command("list")
def list_(after: int = 0, limit: int = 50) -> None:
    """List parked records, oldest first."""

    async def work(pool: asyncpg.Pool) -> None:
        page = await parked.page(pool, after=after, limit=limit)
        table = Table("id", "generation", "topic", "partition", "offset", "cause", "parked")
        for one in page.records:
            table.add_row(
                *(str(one.id), one.generation, one.topic, str(one.partition), str(one.offset)),
                *(escape(one.cause), f"{one.parked_at:%Y-%m-%d %H:%M:%S}"),
            )
        console.print(table)
        console.print(f"{page.total} parked" + (f"; --after {page.next}" if page.next else ""))

    _run(work)


@command.command()
def show(parked_id: int) -> None:
    """Show one record with its headers and bytes."""

    async def work(pool: asyncpg.Pool) -> None:
        one = await parked.one(pool, parked_id)
        console.print(f"{one.topic} partition {one.partition} offset {one.offset}")
        console.print(f"cause: {one.cause}", markup=False)
        console.print(f"key: {one.key!r}", markup=False)
        for name, value in one.headers:
            console.print(f"{name}: {value!r}", markup=False)
        console.print(repr(one.value and one.value[:SHOWN_BYTES]), markup=False)

    _run(work)


@command.command()
def retry(ids: Ids) -> None:
    """Apply records as the worker would have; a record that is refused again stays parked."""

    async def work(pool: asyncpg.Pool) -> None:
        refused = 0
        for parked_id in ids:
            try:
                outcome = await parked.retry(pool, parked_id, _actor())
            except parked.StillRefused as error:
                refused += 1
                outcome = error.detail
            console.print(f"{parked_id}: {outcome}")
        if refused:
            sys.exit(2)

    _run(work)


@command.command()
def accept(ids: Ids, reason: Reason) -> None:
    """Apply records that were refused for their key, partition, subject or version."""

    async def work(pool: asyncpg.Pool) -> None:
        for parked_id in ids:
            outcome = await parked.accept(pool, parked_id, _actor(), _long_enough(reason))
            console.print(f"{parked_id}: {outcome}")

    _run(work)


@command.command()
def discard(ids: Ids, reason: Reason) -> None:
    """Discard records permanently."""

    async def work(pool: asyncpg.Pool) -> None:
        for parked_id in ids:
            await parked.discard(pool, parked_id, _actor(), _long_enough(reason))
            console.print(f"{parked_id}: discarded")

    _run(work)


def _long_enough(reason: str) -> str:
    if len(reason.strip()) < 3:
        raise typer.BadParameter("the reason needs at least three characters")
    return reason.strip()


def _actor() -> str:
    return f"terminal {getpass.getuser()}"


def _run(work: Callable[[asyncpg.Pool], Awaitable[None]]) -> None:
    try:
        asyncio.run(_with_pool(work))
    except ApiError as error:
        sys.exit(error.detail)
    except UNAVAILABLE as error:
        sys.exit(f"the database does not answer: {type(error).__name__}")


async def _with_pool(work: Callable[[asyncpg.Pool], Awaitable[None]]) -> None:
    pool = await open_pool(load_settings(), search_path="live, public", size=1)
    try:
        await work(pool)
    finally:
        await pool.close()
