"""gzip for longer JSON."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MIN_BYTES = 1024
LEVEL = 5
NEVER = ("/api/v1/embeddings", "/api/v1/search")


class JsonGZip:
    """Compresses answers of the API and its OpenAPI document, but none to texts of the caller: the
    length of such an answer tells what else is in it (BREACH)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = GZipMiddleware(app, minimum_size=MIN_BYTES, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_json = path.startswith("/api/") or path == "/openapi.json"
        if not is_json or path.startswith(NEVER):
            await self._app(scope, receive, send)
        elif _accepts_gzip(scope):
            await self._compressed(scope, receive, send)
        else:  # GZipMiddleware would hold back and inspect an answer that it then sends unchanged
            await self._app(scope, receive, _with_vary(send))


def _accepts_gzip(scope: Scope) -> bool:
    return b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b"")


def _with_vary(send: Send) -> Send:
    async def send_with_vary(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"].append((b"vary", b"Accept-Encoding"))
        await send(message)

    return send_with_vary
