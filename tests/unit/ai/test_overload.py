"""What ai's server answers beyond its number of connections is counted."""

import asyncio

import httpx
import uvicorn

from ai.kit.connections import protocol_class
from ongoza_ops.metrics import REFUSED, REQUESTS
from scripts.embedded.ports import HOST, free_ports
from tests.metric_values import value


async def test_a_request_beyond_the_limit_is_counted_as_refused() -> None:
    (port,) = free_ports(1)
    server = uvicorn.Server(
        uvicorn.Config(
            _never_asked,
            host=HOST,
            port=port,
            http=protocol_class(0),
            lifespan="off",
            log_config=None,
            limit_concurrency=1,
        )
    )
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(30):
            while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
                await asyncio.sleep(0.01)
        answered = {"route": "unmatched", "method": "GET", "status": "503"}
        before = value(REFUSED, reason="overloaded"), value(REQUESTS, **answered)
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"http://{HOST}:{port}/")
        assert answer.status_code == 503
        assert value(REFUSED, reason="overloaded") == before[0] + 1
        assert value(REQUESTS, **answered) == before[1] + 1
    finally:
        server.should_exit = True
        await serving


async def _never_asked(scope: object, receive: object, send: object) -> None:
    raise AssertionError
