"""The least that answers the same bytes: Starlette on uvicorn, one read by primary key."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

READ = "SELECT body FROM live.recommendation WHERE user_id = $1"


async def _nothing(_: asyncpg.Connection) -> None:
    pass


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    async with asyncpg.create_pool(
        host=os.environ["VECTOR_DB_HOST"],
        port=int(os.environ["VECTOR_DB_PORT"]),
        database=os.environ["VECTOR_DB_NAME"],
        user=os.environ["VECTOR_DB_USER"],
        password=os.environ["VECTOR_DB_PASSWORD"],
        reset=_nothing,  # else every read would be two round trips
    ) as app.state.pool:
        yield


async def _list(request: Request) -> Response:
    user_id = int(request.path_params["user_id"])
    body = await request.app.state.pool.fetchval(READ, user_id)
    return Response(body, media_type="application/json")


async def _health(_: Request) -> Response:
    return Response()


app = Starlette(
    routes=[Route("/health", _health), Route("/lists/{user_id}", _list)], lifespan=_lifespan
)

if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["CORE_PORT"]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
    )
