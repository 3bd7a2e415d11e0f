"""List, show, retry, accept or discard records that could not be applied.

Exits with 0, with 2 when records were refused again, and with 1 when nothing could be done.
"""

import asyncio
import getpass
import logging
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ai.kit.broker import BrokerError, KafkaConfig, Reader
from ai.kit.db import UNAVAILABLE, open_pool
from ai.kit.errors import ApiError, NotFound
from ai.kit.settings import load_settings
from ai.operations import decisions_file, parked

command = typer.Typer(help=__doc__, add_completion=False, no_args_is_help=True)
console = Console()

Ids = Annotated[list[int] | None, typer.Argument(min=1, help="Or select records by the options.")]
Topic = Annotated[str | None, typer.Option(help="Records of this topic.")]
Partition = Annotated[int | None, typer.Option(min=0, help="Records of this partition.")]
First = Annotated[int | None, typer.Option(min=0, help="Records from this offset.")]
Last = Annotated[int | None, typer.Option(min=0, help="Records up to this offset.")]
Cause = Annotated[
    str | None, typer.Option(help="Records with this cause code, such as bad_payload.")
]
Reason = Annotated[str, typer.Option(help="Stored in the audit.")]
SHOWN_BYTES = 2000
REFUSED = 2


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
        with _named_if_missing(parked_id):
            one = await parked.one(pool, parked_id)
        console.print(f"{one.topic} partition {one.partition} offset {one.offset}")
        console.print(f"cause: {one.cause}", markup=False)
        console.print(f"key: {one.key!r}", markup=False)
        for name, value in one.headers:
            console.print(f"{name}: {value!r}", markup=False)
        console.print(repr(one.value and one.value[:SHOWN_BYTES]), markup=False)

    _run(work)


@command.command()
def retry(
    ids: Ids = None,
    topic: Topic = None,
    partition: Partition = None,
    first: First = None,
    last: Last = None,
    cause: Cause = None,
) -> None:
    """Apply records as the worker would have; a record that is refused again stays parked."""
    only = parked.Filter(topic, partition, first, last, cause)
    _run_on_each(ids, only, lambda pool, one: parked.retry(pool, one, _actor()))


@command.command()
def accept(
    reason: Reason,
    ids: Ids = None,
    topic: Topic = None,
    partition: Partition = None,
    first: First = None,
    last: Last = None,
    cause: Cause = None,
) -> None:
    """Apply records that were refused for their key, partition, subject or version."""
    only, why = parked.Filter(topic, partition, first, last, cause), _long_enough(reason)
    _run_on_each(ids, only, lambda pool, one: parked.accept(pool, one, _actor(), why))


@command.command()
def discard(
    reason: Reason,
    ids: Ids = None,
    topic: Topic = None,
    partition: Partition = None,
    first: First = None,
    last: Last = None,
    cause: Cause = None,
) -> None:
    """Discard records permanently."""
    only, why = parked.Filter(topic, partition, first, last, cause), _long_enough(reason)

    async def work(pool: asyncpg.Pool) -> None:
        chosen = await _chosen(pool, ids, only)
        count = await parked.discard_all(pool, chosen, _actor(), why)
        console.print(f"{count} of {len(chosen)} records discarded")
        if count < len(chosen):
            sys.exit("records that were not discarded are not parked")

    _run(work)


@command.command()
def scan() -> None:
    """Park the records between the worker's position and the ends of the topics that the worker
    would refuse, so that an operator can decide on them first."""

    async def work(pool: asyncpg.Pool) -> None:
        async with Reader(KafkaConfig.of(load_settings())) as reader:
            count = await parked.scan(pool, reader)
        console.print(f"{count} records would be refused; they are parked")

    _run(work)


@command.command()
def export() -> None:
    """Write every decision to standard output, one a line, for `import`."""

    async def work(pool: asyncpg.Pool) -> None:
        async for line in decisions_file.export(pool):
            sys.stdout.write(f"{line}\n")

    _run(work)


@command.command("import")
def import_(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Add the decisions of a file that `export` wrote, for instance to a database that was lost."""

    async def work(pool: asyncpg.Pool) -> None:
        try:
            count = await decisions_file.import_(pool, file.read_text().splitlines())
        except (decisions_file.Malformed, UnicodeDecodeError) as error:
            sys.exit(f"nothing is imported: {error}")
        console.print(f"{count} decisions imported")

    _run(work)


def _run_on_each(
    ids: list[int] | None,
    only: parked.Filter,
    apply: Callable[[asyncpg.Pool, int], Awaitable[str]],
) -> None:
    async def work(pool: asyncpg.Pool) -> None:
        outcomes: Counter[str] = Counter()
        for parked_id in await _chosen(pool, ids, only):
            try:
                with _named_if_missing(parked_id):
                    outcome = await apply(pool, parked_id)
            except parked.StillRefused as error:
                outcome = error.detail
            if ids:
                console.print(f"{parked_id}: {outcome}")
            outcomes[outcome] += 1
        if not ids:
            for outcome, count in sorted(outcomes.items()):
                console.print(f"{count}: {outcome}")
        if parked.StillRefused.detail in outcomes:
            sys.exit(REFUSED)

    _run(work)


@contextmanager
def _named_if_missing(parked_id: int) -> Iterator[None]:
    try:
        yield
    except NotFound:
        sys.exit(f"there is no parked record {parked_id}")


async def _chosen(pool: asyncpg.Pool, ids: list[int] | None, only: parked.Filter) -> Sequence[int]:
    if bool(ids) == (only != parked.Filter()):
        raise typer.BadParameter("give either ids or options that select records")
    return ids or await parked.matching(pool, only)


def _long_enough(reason: str) -> str:
    if len(reason.strip()) < 3:
        raise typer.BadParameter("the reason needs at least three characters")
    return reason.strip()


def _actor() -> str:
    return f"terminal {getpass.getuser()}"


def _run(work: Callable[[asyncpg.Pool], Awaitable[None]]) -> None:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        asyncio.run(_with_pool(work))
    except ApiError as error:
        sys.exit(error.detail)
    except BrokerError as error:
        sys.exit(f"Kafka does not answer: {type(error).__name__}")
    except UNAVAILABLE as error:
        sys.exit(f"the database does not answer: {type(error).__name__}")


async def _with_pool(work: Callable[[asyncpg.Pool], Awaitable[None]]) -> None:
    pool = await open_pool(load_settings(), search_path="live, public", size=1)
    try:
        await work(pool)
    finally:
        await pool.close()
