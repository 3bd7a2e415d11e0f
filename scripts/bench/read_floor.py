"""The least that answers the same bytes: Starlette on uvicorn, one read by primary key."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scripts.bench.product import ai_pool

READ = "SELECT body FROM live.recommendation WHERE user_id = $1"


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    async with await ai_pool("public") as app.state.pool:
        yield


async def _list(request: Request) -> Response:
    user_id = int(request.path_params["user_id"])
    body = await request.app.state.pool.fetchval(READ, user_id)
    return Response(body, media_type="application/json")


if __name__ == "__main__":
    app = Starlette(routes=[Route("/lists/{user_id}", _list)], lifespan=_lifespan)
    port = int(os.environ["CORE_PORT"])
    uvicorn.run(app, port=port, loop="uvloop", http="httptools", access_log=False, log_config=None)
