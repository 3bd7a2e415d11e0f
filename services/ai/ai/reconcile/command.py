"""Compares what ai has with what core has: `python -m ai reconcile [--repair]`.

Exits with 0 when both are equal, with 2 when they differ, with 3 when nothing differs but records
are still on the way, and with 1 when they could not be compared.

It waits until the records that core had committed have left the outbox and the worker has read
them. A difference that remains then is reported as one, else as a record on the way.
"""

import asyncio
import logging
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from ai.kit.auth import Tokens
from ai.kit.broker import BrokerError, KafkaConfig, Reader
from ai.kit.core_client import COMMAND_SECONDS, CoreClient, CoreRefused, CoreUnavailable
from ai.kit.db import UNAVAILABLE, open_pool
from ai.kit.logs import configure
from ai.kit.settings import Settings, load_settings
from ai.projections.registry import REGISTRY
from ai.reconcile.arrivals import Arrivals
from ai.reconcile.calls import Calls
from ai.reconcile.compare import Reconciler
from ai.reconcile.differences import Difference, Findings
from ai.reconcile.last_records import republish_outdated
from ongoza_contracts.topics import Topic

SHOWN = 20
PATIENCE_SECONDS = 60.0

command = typer.Typer(add_completion=False)
console = Console()


async def reconcile(reconciler: Reconciler, arrivals: Arrivals, *, repair: bool) -> Findings:
    """Raises CoreUnavailable and CoreRefused."""
    found = Findings()
    seen: dict[Topic, list[Difference]] = {}
    with Progress(console=console) as progress:
        for projection in REGISTRY.projections:
            task = progress.add_task(projection.topic.kind, total=None)
            async for count, differences in reconciler.compare(projection):
                found.compared += count
                seen.setdefault(projection.topic, []).extend(differences)
                progress.update(task, advance=count)
            steps = progress.tasks[task].completed or 1  # an empty topic is done as well
            progress.update(task, total=steps, completed=steps)
    arrivals.start()
    for topic, differences in seen.items():
        found.add(await reconciler.confirm(topic, differences))
    return await repair_differences(reconciler, arrivals, found) if repair else found


async def repair_differences(
    reconciler: Reconciler, arrivals: Arrivals, found: Findings
) -> Findings:
    """The differences that remain after core has published these entities again."""
    left = Findings(found.compared, on_the_way=found.on_the_way)
    asked: dict[Topic, list[Difference]] = {}
    for one in found.differences:
        if await reconciler.repair(one):
            asked.setdefault(one.projection.topic, []).append(await reconciler.load(one))
        else:
            left.differences.append(one)
    arrivals.start()
    for topic, differences in asked.items():
        still = await reconciler.confirm(topic, differences)
        left.repaired += len(differences) - len(still)
        left.add(still)
    return left


@command.command()
def main(
    repair: Annotated[
        bool, typer.Option(help="Let core publish again what is missing, older or wrong in ai.")
    ] = False,
    patience: Annotated[
        float,
        typer.Option(help="Seconds in which records may arrive and services may answer.", min=0),
    ] = PATIENCE_SECONDS,
) -> None:
    """Print what differs between core and ai."""
    configure("ERROR")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        found = asyncio.run(_run(load_settings(), repair, patience))
    except (*UNAVAILABLE, BrokerError, CoreUnavailable, CoreRefused) as error:
        sys.exit(f"could not be compared: {type(error).__name__}: {error}")
    _show(found)
    sys.exit(found.exit_code)


async def _run(settings: Settings, repair: bool, patience: float) -> Findings:
    tokens = Tokens.of(settings)
    core = CoreClient(settings.django_api_url, tokens, timeout=COMMAND_SECONDS)
    pool = await open_pool(settings, search_path="live, public", size=1)
    calls = Calls(core, patience)
    arrivals = Arrivals(calls, pool, KafkaConfig.of(settings), patience)
    try:
        found = await reconcile(Reconciler(calls, arrivals, pool), arrivals, repair=repair)
        if repair:
            async with Reader(KafkaConfig.of(settings)) as reader:
                found.last_records = await republish_outdated(reader, calls, patience)
        return found
    finally:
        await pool.close()
        await core.close()


def _show(found: Findings) -> None:
    rows = found.differences + found.on_the_way
    if rows:
        table = Table("kind", "key", "core", "ai", "what")
        for one in rows[:SHOWN]:
            table.add_row(
                one.kind, one.key, str(one.core or ""), str(one.ai or ""), one.description
            )
        console.print(table)
    console.print(
        f"{found.compared:,} entities compared, {found.repaired} repaired, "
        f"{len(found.differences)} differ, {len(found.on_the_way)} on the way"
    )
    counts = found.last_records
    if counts.requested:
        console.print(
            f"{counts.requested} were published again because their last record on the topic was "
            f"older or missing; {counts.outdated} of them have not arrived there"
        )
    if found.on_the_way:
        console.print("the worker has not read these yet: is it running, and is the relay?")
