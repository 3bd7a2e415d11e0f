"""A Pinecone index as its data plane API (2026-07) documents it: over HTTP, in memory."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KEY = "invented-key"
DIMENSION = 384
UPSERT_MAX, TOP_K_MAX, DELETE_MAX = 1000, 10_000, 1000


class PineconeDouble:
    """Refuses what the documentation says is refused; `down` makes it answer 503."""

    def __init__(self) -> None:
        self.namespaces: dict[str, dict[str, dict[str, Any]]] = {}
        self.requests: list[str] = []
        self.down = False
        self.slow_seconds = 0.0

    def app(self) -> Starlette:
        routes = {
            "/vectors/upsert": self._upsert,
            "/vectors/delete": self._delete,
            "/query": self._query,
        }

        async def answer(request: Request) -> Response:
            self.requests.append(request.url.path)
            body = await request.json()
            await asyncio.sleep(self.slow_seconds)
            if self.down:
                return _refuse(503, 14, "unavailable")
            if request.headers.get("Api-Key") != KEY:
                return Response("Unauthorized", 401)
            if "X-Pinecone-Api-Version" not in request.headers:
                return _refuse(400, 3, "no version")
            return routes[request.url.path](body)

        return Starlette(routes=[Route(path, answer, methods=["POST"]) for path in routes])

    def _upsert(self, body: dict[str, Any]) -> Response:
        vectors = body["vectors"]
        if not 1 <= len(vectors) <= UPSERT_MAX:
            return _refuse(400, 3, "1 to 1000 vectors are wanted")
        if any(len(one["values"]) != DIMENSION for one in vectors):
            return _refuse(400, 3, "Vector dimension does not match the index's")
        names = self.namespaces.setdefault(body.get("namespace", ""), {})
        names.update({one["id"]: one for one in vectors})
        return JSONResponse({"upsertedCount": len(vectors)})

    def _delete(self, body: dict[str, Any]) -> Response:
        if not 1 <= len(body["ids"]) <= DELETE_MAX:
            return _refuse(400, 3, "1 to 1000 ids are wanted")
        if body["namespace"] not in self.namespaces:
            return _refuse(404, 5, "Namespace not found")
        for one in body["ids"]:
            self.namespaces[body["namespace"]].pop(one, None)
        return JSONResponse({})

    def _query(self, body: dict[str, Any]) -> Response:
        if not 1 <= body["topK"] <= TOP_K_MAX or len(body["vector"]) != DIMENSION:
            return _refuse(400, 3, "bad query")
        asked = np.array(body["vector"])
        stored = self.namespaces.get(body["namespace"], {}).values()
        fitting = [one for one in stored if _fits(body.get("filter"), one.get("metadata", {}))]
        matches = [{"id": one["id"], "score": _cosine(asked, one["values"])} for one in fitting]
        matches.sort(key=lambda match: -match["score"])
        return JSONResponse(
            {
                "matches": matches[: body["topK"]],
                "namespace": body["namespace"],
                "usage": {"readUnits": 5},
            }
        )


def _cosine(asked: Any, values: list[float]) -> float:
    row = np.array(values)
    return float(asked @ row / np.linalg.norm(asked) / np.linalg.norm(row))


def _fits(condition: dict[str, Any] | None, metadata: dict[str, Any]) -> bool:
    """The operators `$and`, `$eq` and `$in` of the filter language, on scalars and lists."""
    if not condition:
        return True
    if "$and" in condition:
        return all(_fits(one, metadata) for one in condition["$and"])
    ((name, test),) = condition.items()
    ((operator, wanted),) = test.items()
    held = metadata.get(name)
    values = held if isinstance(held, list) else [held]
    if operator == "$eq":
        return wanted in values
    assert operator == "$in", operator
    return any(value in wanted for value in values)


def _refuse(status: int, code: int, message: str) -> Response:
    return JSONResponse({"code": code, "message": message, "details": []}, status)


@asynccontextmanager
async def serve(double: PineconeDouble) -> AsyncIterator[str]:
    """Its address while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as listening:  # answers wait until it serves
        config = uvicorn.Config(double.app(), log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
