"""The report about an erasure waits for a core that is busy."""

import asyncio
from secrets import token_urlsafe

from ai.erasure.command import of_core
from ai.kit.core_client import BUDGET_SECONDS
from ai.kit.settings import Settings
from ongoza_contracts.http.erasure import ErasureReport
from scripts.embedded.ports import HOST

BODY = ErasureReport(receipts=(), remaining={"user": 1}).model_dump_json()
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"


async def _answer_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(2 * BUDGET_SECONDS)
    writer.write((HEAD + BODY).encode())
    await writer.drain()
    writer.close()


async def test_core_may_take_longer_than_for_a_learner() -> None:
    async with await asyncio.start_server(_answer_late, HOST, 0) as server:
        port = server.sockets[0].getsockname()[1]
        settings = Settings.model_construct(
            django_api_url=f"http://{HOST}:{port}", jwt_secret_key=token_urlsafe(48)
        )
        assert (await of_core(settings, 7)).remaining == {"user": 1}
