"""gzip for longer JSON."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

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
        app = self._compressed if is_json and not path.startswith(NEVER) else self._app
        await app(scope, receive, send)
