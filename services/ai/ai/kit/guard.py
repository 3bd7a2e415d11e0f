"""The last layer before routing: one spelling per path, small bodies, an answer to every crash."""

import logging
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ai.kit.errors import ApiError, BadParameter, InternalError, PayloadTooLarge, error_response
from ai.kit.trace import request_id

BODY_MAX = 256 * 1024

log = logging.getLogger(__name__)


class Guard:
    """Serves a path with a trailing slash as the one without (no redirect), refuses bodies over
    `BODY_MAX` with and without Content-Length and repeated query parameters, and answers a crash
    with the error body of every other refusal.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            _refuse_at_sight(scope)
            _drop_trailing_slash(scope)
            await self.app(scope, _limited(receive), watched_send)
        except ClientDisconnect:
            log.info("client left before its request was read request_id=%s", request_id())
        except Exception as error:
            if not isinstance(error, ApiError):
                log.exception(
                    "%s %r failed request_id=%s", scope["method"], scope["path"], request_id()
                )
                error = InternalError()
            if started:
                raise
            await error_response(error)(scope, receive, send)


def _refuse_at_sight(scope: Scope) -> None:
    for name, value in scope["headers"]:
        if name == b"content-length" and not (value.isdigit() and int(value[:20]) <= BODY_MAX):
            raise PayloadTooLarge
    if query := scope["query_string"]:
        _refuse_parameters(parse_qsl(query.decode("latin-1"), keep_blank_values=True))


def _refuse_parameters(parameters: list[tuple[str, str]]) -> None:
    names = [name for name, _ in parameters]
    if len(names) != len(set(names)):
        raise BadParameter("A parameter is given twice.")
    if any("\x00" in value for _, value in parameters):
        raise BadParameter("A parameter has a NUL.")


def _drop_trailing_slash(scope: Scope) -> None:
    path = scope["path"]
    if path.endswith("/") and path != "/":
        scope["path"] = path[:-1]
        if raw := scope.get("raw_path"):
            scope["raw_path"] = raw.removesuffix(b"/")


def _limited(receive: Receive) -> Receive:
    read = 0

    async def limited_receive() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > BODY_MAX:
            raise PayloadTooLarge
        return message

    return limited_receive
