"""Rebuild the projections from the topics, beside the live ones and without downtime."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

import asyncpg
import typer
from pgvector.asyncpg import register_vector
from rich.console import Console

from ai.embeddings.encoder import open_encoder
from ai.embeddings.multilingual import multilingual_encoder
from ai.embeddings.queue import EncoderQueue
from ai.kit.broker import BrokerError, KafkaConfig, Reader, Stalled
from ai.kit.db import UNAVAILABLE, connect, open_pool
from ai.kit.logs import configure
from ai.kit.settings import Backend, Settings, load_settings
from ai.projections.generations import (
    GenerationIsLive,
    NoSuchGeneration,
    all_generations,
    drop_generation,
)
from ai.rebuild import show
from ai.rebuild.partial import NoSuchTopic, read_positions, require_known
from ai.rebuild.plan import plan
from ai.rebuild.rebuild import (
    Options,
    Tools,
    rebuild,
    roll_back,
)
from ai.rebuild.refused import LOST_PAGE, Differs, RebuildRefused
from ongoza_ops.garbage import collect_less_often

command = typer.Typer(help=__doc__, add_completion=False, invoke_without_command=True)
console = Console()

DIFFERS = 2
"""The exit code when the new generation must not go live; 1 for everything else that fails."""


class DatabaseUnreachable(Exception):
    """No connection was made; the message is host and port."""


@command.callback()
def start(
    context: typer.Context,
    topic: Annotated[
        list[str] | None, typer.Option(help="Read only this topic again; may be repeated.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="Only what was on the topics then (UTC); never live.")
    ] = None,
    position: Annotated[
        list[str] | None,
        typer.Option(help="Only what is before topic:partition:offset; never live."),
    ] = None,
    backend: Annotated[
        Backend | None,
        typer.Option(help="Make the vectors with this encoder, not the present one."),
    ] = None,
    switch: Annotated[
        bool, typer.Option(help="Make the new generation live when it is equal.")
    ] = True,
    dry_run: Annotated[bool, typer.Option(help="Only say what would be done.")] = False,
) -> None:
    """Build a new generation, compare it with the live one, and switch. A rebuild that was killed
    continues where it stopped."""
    if context.invoked_subcommand:
        return
    try:
        require_known(topic or ())
        positions = read_positions(position or ())
    except NoSuchTopic as error:
        sys.exit(f"no such topic: {error}")
    except ValueError:
        raise typer.BadParameter("a position is topic:partition:offset") from None
    options = Options(tuple(topic or ()), until and until.replace(tzinfo=UTC), positions)

    async def work(tools: Tools) -> None:
        if dry_run:
            show.plan(console, await plan(tools, options))
        else:
            show.outcome(console, await rebuild(tools, options, switch=switch))

    _run(_with_tools(work, backend))


@command.command()
def rollback() -> None:
    """Make the generation live again that was live before, brought up to date."""

    async def work(tools: Tools) -> None:
        show.outcome(console, await roll_back(tools))

    _run(_with_tools(work))


@command.command("list")
def list_() -> None:
    """Show every generation."""

    async def work(db: asyncpg.Connection) -> None:
        show.generations(console, await all_generations(db))

    _run(_with_database(work))


@command.command()
def drop(name: str) -> None:
    """Delete a generation that is not live, with everything in it."""

    async def work(db: asyncpg.Connection) -> None:
        await drop_generation(db, name)
        console.print(f"{name} is deleted")

    _run(_with_database(work))


def _run(work: Coroutine[None, None, None]) -> None:
    configure("WARNING")
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    collect_less_often()
    try:
        asyncio.run(work)
    except DatabaseUnreachable as error:
        sys.exit(f"ai's database at {error} does not answer")
    except Differs as error:
        show.comparison(console, error.comparison)
        console.print(f"[red]not switched: {error}[/]")
        sys.exit(DIFFERS)
    except NoSuchGeneration as error:
        sys.exit(f"there is no generation {error}")
    except GenerationIsLive as error:
        sys.exit(f"{error} is the live generation, which cannot be dropped")
    except RebuildRefused as error:
        sys.exit(f"not rebuilt: {error}")
    except Stalled as error:
        sys.exit(f"not rebuilt: {error}. If records are missing, {LOST_PAGE}")
    except (*UNAVAILABLE, BrokerError) as error:
        sys.exit(f"interrupted by {type(error).__name__}; start it again to continue")


async def _connect(settings: Settings) -> asyncpg.Connection:
    """Raises DatabaseUnreachable."""
    try:
        return await connect(settings)
    except UNAVAILABLE as error:
        where = f"{settings.vector_db_host}:{settings.vector_db_port}"
        raise DatabaseUnreachable(where) from error


async def _with_tools(
    work: Callable[[Tools], Awaitable[None]], backend: Backend | None = None
) -> None:
    async with tools(load_settings(), backend) as given:
        await work(given)


async def _with_database(work: Callable[[asyncpg.Connection], Awaitable[None]]) -> None:
    """For what needs no model, which takes a second to load."""
    db = await _connect(load_settings())
    try:
        await work(db)
    finally:
        await db.close()


@asynccontextmanager
async def tools(settings: Settings, backend: Backend | None) -> AsyncIterator[Tools]:
    async with AsyncExitStack() as stack:
        db = await _connect(settings)
        stack.push_async_callback(db.close)
        await register_vector(db)
        live_encoder = await _encoder(stack, settings.embedding_backend)
        second = await asyncio.to_thread(multilingual_encoder, settings.multilingual_search)
        multilingual = EncoderQueue(second) if second else None
        if multilingual:
            stack.callback(multilingual.close)
        yield Tools(
            db=db,
            open_pool=lambda name: _pool(settings, name),
            open_reader=lambda: Reader(KafkaConfig.of(settings)),
            encoder=await _encoder(stack, backend) if backend else live_encoder,
            live_encoder=live_encoder,
            multilingual=multilingual,
            progress_reporter=stack.enter_context(show.Bars(console)),
            parked_share=settings.worker_parked_share,
        )


async def _encoder(stack: AsyncExitStack, backend: Backend) -> EncoderQueue:
    encoder = EncoderQueue(await asyncio.to_thread(open_encoder, backend))
    stack.callback(encoder.close)
    return encoder


async def _pool(settings: Settings, generation: str) -> asyncpg.Pool:
    return await open_pool(settings, search_path=f"{generation}, public")
