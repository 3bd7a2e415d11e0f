"""The least that answers the same bytes: Starlette on uvicorn, one read by primary key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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
    body = await request.app.state.pool.fetchval(READ, request.path_params["user_id"])
    return Response(body, media_type="application/json")


app = Starlette(routes=[Route("/lists/{user_id:int}", _list)], lifespan=_lifespan)
