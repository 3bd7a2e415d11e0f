"""Requests that clients may repeat: a repeated `Idempotency-Key` gets the first response again."""

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, Protocol

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.errors import BadHeader, Busy, lost_a_race

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
PATTERN, MAX_LENGTH = "[!-~]+", 128


class BadIdempotencyKey(BadHeader):
    detail = f"{HEADER} must be 1 to {MAX_LENGTH} visible ASCII characters."


class ResponseParts(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str
    """JSON; empty without a body."""


class RunOnce(Protocol):
    """Carries out `work` once for each key of a user. The flag says whether the response is that of
    an earlier request."""

    def __call__(
        self, *, user_id: int, key: str, fingerprint: str, work: Callable[[], ResponseParts]
    ) -> tuple[ResponseParts, bool]: ...


Handler = Callable[..., Response]


def make_idempotent(handler: Handler) -> Handler:
    """A view's handler that is carried out once for each key. `settings.IDEMPOTENCY` stores the
    responses: the kit has no tables."""

    @wraps(handler)
    def handle(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        header = request.headers.get(HEADER)
        if header is None:
            return handler(view, request, *args, **kwargs)
        run_once: RunOnce = import_string(settings.IDEMPOTENCY)
        parts, is_replayed = run_once(
            user_id=view.caller.id,
            key=_key(header),
            fingerprint=_fingerprint(request),
            work=lambda: _run(view, lambda: handler(view, request, *args, **kwargs)),
        )
        return _response(parts, is_replayed)

    return handle


def _key(header: str) -> str:
    if len(header) > MAX_LENGTH or not re.fullmatch(PATTERN, header):
        raise BadIdempotencyKey
    return header


def _fingerprint(request: Request) -> str:
    """Two tokens of a user with different scopes may get different responses."""
    scope = getattr(request.auth, "scope", None) or ""
    start = "\0".join((str(request.method), request.get_full_path(), scope, ""))
    return hashlib.sha256(start.encode() + request.body).hexdigest()


def _run(view: Any, handle: Callable[[], Response]) -> ResponseParts:
    """A refusal is a response too: it undoes what the handler wrote. What a concurrent request
    caused asks for a repetition, so that it is raised, and not the response to it."""
    try:
        with transaction.atomic():
            response = handle()
    except Exception as error:
        if isinstance(error, Busy) or (isinstance(error, IntegrityError) and lost_a_race(error)):
            raise
        response = view.handle_exception(error)
    headers = {name: str(value) for name, value in response.items() if name != "Content-Type"}
    body = "" if response.data is None else JSONRenderer().render(response.data).decode()
    return ResponseParts(response.status_code, headers, body)


def _response(parts: ResponseParts, is_replayed: bool) -> Response:
    headers = {**parts.headers, **({REPLAYED: "true"} if is_replayed else {})}
    return Response(json.loads(parts.body) if parts.body else None, parts.status, headers=headers)
