"""The least that answers the same bytes: Starlette on uvicorn, one read of them by primary key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ai.catalogue.queries import NOTHING
from ai.recommendations.lists import respond, unpack
from ai.recommendations.queries import load_texts
from ongoza_contracts.http.recommendations import LIMIT_DEFAULT
from scripts.bench.product import ai_pool

CREATE = """
CREATE TABLE IF NOT EXISTS public.read_floor (user_id integer PRIMARY KEY, body bytea NOT NULL)
"""
LISTS = "SELECT user_id, lines, computed_at FROM recommendation"
FILL = "INSERT INTO public.read_floor VALUES ($1, $2) ON CONFLICT (user_id) DO UPDATE SET body = $2"
READ = "SELECT body FROM public.read_floor WHERE user_id = $1"


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    async with await ai_pool("live, public") as app.state.pool:
        await app.state.pool.execute(CREATE)
        await app.state.pool.executemany(FILL, await _bodies(app.state.pool))
        yield


async def _bodies(pool: asyncpg.Pool) -> list[tuple[int, bytes]]:
    bodies = []
    for user_id, packed, computed_at in await pool.fetch(LISTS):
        (ids, ratings), note = unpack(packed, LIMIT_DEFAULT)
        texts = await load_texts(pool, NOTHING.catalogue, ids)
        body = respond(user_id, ratings, texts, computed_at, LIMIT_DEFAULT, note)
        bodies.append((user_id, body))
    return bodies


async def _list(request: Request) -> Response:
    body = await request.app.state.pool.fetchval(READ, request.path_params["user_id"])
    return Response(body, media_type="application/json")


app = Starlette(routes=[Route("/lists/{user_id:int}", _list)], lifespan=_lifespan)
