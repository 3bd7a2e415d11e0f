"""`python -m ai forecast` compares forecasts made at past dates with what happened since.

It reads the projected enrolments; docs/forecast-report.txt is the same report of invented ones.
"""

import asyncio
import sys
from datetime import UTC, datetime

import typer

from ai.dashboard.backtest import report
from ai.dashboard.queries import load_enrolments
from ai.kit.db import UNAVAILABLE, open_pool
from ai.kit.settings import Settings, load_settings

command = typer.Typer(add_completion=False)


@command.command()
def main() -> None:
    """Compare past forecasts with what happened."""
    try:
        lines = asyncio.run(_report(load_settings()))
    except UNAVAILABLE as error:
        sys.exit(f"the database cannot be reached: {type(error).__name__}: {error}")
    for line in lines:
        typer.echo(line)


async def _report(settings: Settings) -> list[str]:
    pool = await open_pool(settings, search_path="live, public", size=1)
    try:
        enrolments, now = await load_enrolments(pool), datetime.now(UTC)
    finally:
        await pool.close()
    return [*report([one.history(now) for one in enrolments if one.required])]
