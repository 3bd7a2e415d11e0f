"""Which answers are compressed, by path and size."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ai.kit.compression import JsonGZip

LONG = {"text": "word " * 1000}
ROUTES = {
    "/api/v1/recommendations": (LONG, True),
    "/api/v1/short": ({"a": 1}, False),
    "/api/v1/search": (LONG, False),
    "/api/v1/search/similar/course-1": (LONG, False),
    "/api/v1/embeddings": (LONG, False),
    "/elsewhere": (LONG, False),
}


@pytest.mark.parametrize(("path", "answer"), ROUTES.items(), ids=ROUTES)
async def test_long_answers_are_compressed_but_none_to_texts_of_the_caller(
    path: str, answer: tuple[Any, bool]
) -> None:
    body, compressed = answer
    app = FastAPI()
    app.add_api_route(path, lambda: body)
    app.add_middleware(JsonGZip)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ai.test") as client:
        response = await client.get(path, headers={"Accept-Encoding": "gzip"})
    assert response.json() == body
    assert ("Content-Encoding" in response.headers) is compressed
