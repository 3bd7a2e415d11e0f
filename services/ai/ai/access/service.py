"""Checks permissions: the access table of both services over projected memberships."""

import asyncio
from datetime import UTC, datetime

import asyncpg

from ai.kit.auth import Caller
from ai.kit.db import UNAVAILABLE
from ai.kit.errors import ApiError, NotFound, ServiceUnavailable
from ai.projections.entities import load
from ongoza_contracts.access import REACH, Permission, Reach, extent, has_permission, reaches
from ongoza_contracts.memberships import MembershipUpdated

DATABASE_SECONDS = 0.4


class Forbidden(ApiError):
    status = 403
    code = "permission_denied"
    detail = "You may not do this."


def require_permission(caller: Caller, permission: Permission) -> None:
    """Raises Forbidden unless the caller's main role has the permission."""
    if not has_permission(caller.role, permission):
        raise Forbidden


async def require_reach(
    pool: asyncpg.Pool, caller: Caller, permission: Permission, user_id: int
) -> None:
    """Raises NotFound, as for a user who does not exist, unless the caller reaches the user, and
    ServiceUnavailable while the database is unavailable. Callers reach themselves without query."""
    if caller.user_id == user_id or REACH[caller.role].get(permission) is Reach.ALL:
        return
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            found = await load(pool, MembershipUpdated, [caller.user_id, user_id])
    except UNAVAILABLE as error:
        raise ServiceUnavailable from error
    now = datetime.now(UTC)
    within = extent(permission, found.get(caller.user_id, ()), now)
    if not reaches(within, permission, user_id, found.get(user_id, ()), now):
        raise NotFound
