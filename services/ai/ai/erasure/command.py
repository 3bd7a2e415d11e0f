"""`python -m ai erasure 42` shows for every place what was erased of a learner and what is left.

Exits with 0 when nothing is left except records that wait for compaction, with 2 when data is left,
and with 1 when a place did not answer.
"""

import asyncio
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ai.erasure.report import OnTopic, of_database, of_topics
from ai.kit.auth import Tokens
from ai.kit.broker import BrokerError, KafkaConfig, Reader
from ai.kit.core_client import COMMAND_SECONDS, CoreClient, CoreRefused, CoreUnavailable
from ai.kit.db import UNAVAILABLE, open_pool
from ai.kit.logs import configure
from ai.kit.settings import Settings, load_settings
from ongoza_contracts.http.erasure import ErasureReport
from ongoza_contracts.vocabulary import ID_MAX

LEFT = 2

command = typer.Typer(add_completion=False)
console = Console()


@command.command()
def main(user_id: Annotated[int, typer.Argument(min=1, max=ID_MAX)]) -> None:
    """Show what was erased of a learner in each place, and what is left."""
    configure("ERROR")
    try:
        erased = asyncio.run(_ask(load_settings(), user_id))
    except (*UNAVAILABLE, BrokerError, CoreUnavailable, CoreRefused) as error:
        sys.exit(f"not every place answered: {type(error).__name__}: {error}")
    console.print(
        f"[green]nothing is left of user {user_id}[/]"
        if erased
        else f"[red]user {user_id} is not erased everywhere[/]"
    )
    sys.exit(0 if erased else LEFT)


async def _ask(settings: Settings, user_id: int) -> bool:
    pool = await open_pool(settings, search_path="live, public", size=1)
    try:
        reports = {
            "core": await of_core(settings, user_id),
            "ai": await of_database(pool, user_id),
        }
        async with Reader(KafkaConfig.of(settings)) as reader:
            topics = await of_topics(reader, user_id)
    finally:
        await pool.close()
    _show(reports, topics)
    nothing_left = not any(report.remaining for report in reports.values())
    known = all(report.receipts for report in reports.values())
    return nothing_left and known and not any(topic.left for topic in topics)


async def of_core(settings: Settings, user_id: int) -> ErasureReport:
    """Raises CoreUnavailable and CoreRefused."""
    tokens = Tokens.of(settings)
    core = CoreClient(settings.django_api_url, tokens, timeout=COMMAND_SECONDS)
    try:
        path = f"/api/v1/internal/erasures/{user_id}/"
        return await core.as_service(budget=COMMAND_SECONDS).get(ErasureReport, path)
    finally:
        await core.close()


def _show(reports: dict[str, ErasureReport], topics: list[OnTopic]) -> None:
    table = Table("where", "place", "erased", "left")
    for service, report in reports.items():
        for receipt in report.receipts:
            left = report.remaining.get(receipt.place, 0)
            when = f"{receipt.rows} rows, {receipt.erased_at:%Y-%m-%d %H:%M:%S}"
            table.add_row(service, receipt.place, when, str(left))
        for place in report.remaining.keys() - {receipt.place for receipt in report.receipts}:
            table.add_row(service, place, "no receipt", f"[red]{report.remaining[place]}[/]")
        if not report.receipts:
            table.add_row(service, "", "[red]no receipt at all[/]", "")
    for topic in topics:
        waits = f"{topic.deleted} keys deleted, {topic.waiting} records wait for compaction"
        table.add_row("Kafka", topic.topic, waits, f"{topic.left} keys")
    console.print(table)
