"""`python -m ai unerase 42` takes back the erasure of a user whom core still has.

Exits with 0 when the user is no longer erased here and core publishes them again, with 2 when core
has no such user, and with 1 when core or the database does not answer.
"""

import asyncio
import getpass
import sys
from typing import Annotated

import asyncpg
import typer

from ai.kit.auth import Tokens
from ai.kit.core_client import COMMAND_SECONDS, CoreCalls, CoreClient, CoreRefused, CoreUnavailable
from ai.kit.db import UNAVAILABLE, Db, open_pool
from ai.kit.locks import LEARNER_WRITE_LOCK
from ai.kit.logs import configure
from ai.kit.settings import Settings, load_settings
from ai.operations.parked import NOTE
from ai.projections.generations import GENERATIONS
from ongoza_contracts.http.reconcile import (
    VERSION_STEP_MAX,
    EntityVersion,
    Republished,
    RepublishRequest,
)
from ongoza_contracts.vocabulary import ID_MAX

NO_SUCH_USER = 2

NO_LONGER_ERASED = "DELETE FROM {generation}.erased_learner WHERE user_id = $1"
# Revokes every erasure of the user, so that a replay does not apply one again.
REVOKE = """
INSERT INTO revoked_erasure (user_id, version)
SELECT user_id, version FROM applied_erasure WHERE user_id = $1
ON CONFLICT DO NOTHING
"""
REVOKED = "SELECT version FROM revoked_erasure WHERE user_id = $1"
# They would prove an erasure that was taken back.
DELETE_RECEIPTS = "DELETE FROM erasure_receipt WHERE user_id = $1"

command = typer.Typer(add_completion=False)


class NoSuchUser(Exception):
    """Core has erased the user or never had them, so the erasure is right."""


@command.command()
def main(
    user_id: Annotated[int, typer.Argument(min=1, max=ID_MAX)],
    reason: Annotated[str, typer.Option(help="Stored in the audit.")],
) -> None:
    """Take back the erasure of a user whom core still has."""
    configure("ERROR")
    if len(reason.strip()) < 3:
        raise typer.BadParameter("the reason needs at least three characters")
    try:
        facts = asyncio.run(_run(load_settings(), user_id, reason.strip()))
    except NoSuchUser:
        typer.echo(f"core has no user {user_id}: the erasure holds", err=True)
        sys.exit(NO_SUCH_USER)
    except (*UNAVAILABLE, CoreUnavailable, CoreRefused) as error:
        sys.exit(f"not finished: {type(error).__name__}; start it again")
    typer.echo(f"user {user_id} is no longer erased here; core publishes {facts} facts again")


async def _run(settings: Settings, user_id: int, reason: str) -> int:
    core = CoreClient(settings.django_api_url, Tokens.of(settings), timeout=COMMAND_SECONDS)
    pool = await open_pool(settings, search_path="public", size=1)
    try:
        return await unerase(core, pool, user_id, f"terminal {getpass.getuser()}", reason)
    finally:
        await pool.close()
        await core.close()


async def unerase(
    core: CoreClient, pool: asyncpg.Pool, user_id: int, actor: str, reason: str
) -> int:
    """Returns how many facts core publishes again. Can be repeated, also after a failure.

    Raises NoSuchUser, CoreUnavailable and CoreRefused.
    """
    await _version_in_core(core, user_id)  # fails before it takes the lock
    async with pool.acquire() as db, db.transaction():
        # Holds off the workers, so that an erasure which core publishes after its answer is applied
        # after this transaction.
        await db.execute(LEARNER_WRITE_LOCK)
        await _revoke(db, user_id)
        version = await _version_in_core(core, user_id)
        revoked = [row[0] for row in await db.fetch(REVOKED, user_id)]
        await db.execute(NOTE, actor, "unerase", f"user {user_id}", "no longer erased", reason)
    return await _republish(core, user_id, version, revoked)


async def _revoke(db: Db, user_id: int) -> None:
    for (generation,) in await db.fetch(GENERATIONS):
        await db.execute(NO_LONGER_ERASED.format(generation=generation), user_id)
    await db.execute(REVOKE, user_id)
    await db.execute(DELETE_RECEIPTS, user_id)


async def _republish(core: CoreClient, user_id: int, version: int, revoked: list[int]) -> int:
    """Under a version above the revoked ones, so that a later erasure has a version of its own.
    Core never reaches versions that are further away than VERSION_STEP_MAX."""
    reachable = [one for one in revoked if one - version <= VERSION_STEP_MAX]
    body = RepublishRequest(above=max(reachable)) if reachable else None
    calls = _calls(core)
    path = f"/api/v1/internal/users/{user_id}/republish/"
    return calls.decode(Republished, await calls.send("POST", path, body)).facts


async def _version_in_core(core: CoreClient, user_id: int) -> int:
    """Raises NoSuchUser."""
    try:
        path = f"/api/v1/internal/versions/users/{user_id}/"
        return (await _calls(core).get(EntityVersion, path)).version
    except CoreRefused as error:
        if error.core_status == 404:
            raise NoSuchUser from None
        raise


def _calls(core: CoreClient) -> CoreCalls:
    return core.as_service(budget=COMMAND_SECONDS)
