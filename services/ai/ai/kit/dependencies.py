"""Dependencies by which routes get the process's resources, which `ai.app` opens once.

A feature that needs several of them declares a Protocol of its own and gets them by
`current_resources`.
"""

from typing import Annotated, Any

import asyncpg
from fastapi import Depends
from starlette.requests import Request

from ai.kit.core_client import CoreClient


async def current_resources(request: Request) -> Any:
    return request.app.state.resources


async def current_pool(request: Request) -> asyncpg.Pool:
    pool: asyncpg.Pool = request.app.state.resources.pool
    return pool


async def current_core(request: Request) -> CoreClient:
    core: CoreClient = request.app.state.resources.core
    return core


CurrentPool = Annotated[asyncpg.Pool, Depends(current_pool)]
"""Reads the live generation."""
CurrentCore = Annotated[CoreClient, Depends(current_core)]
