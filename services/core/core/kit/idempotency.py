"""Requests that clients may repeat: a repeated `Idempotency-Key` gets the first answer again."""

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, Protocol

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.claims import Busy
from core.kit.errors import DomainError

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
PATTERN, MAX_LENGTH = "[!-~]+", 128


class BadIdempotencyKey(DomainError):
    code = "bad_header"
    detail = f"{HEADER} must be 1 to {MAX_LENGTH} visible ASCII characters."


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str
    """JSON; empty without a body."""


class AnswerOnce(Protocol):
    """Carries out `work` once for each key of a user. The flag says whether the answer is that of
    an earlier request."""

    def __call__(
        self, *, user_id: int, key: str, fingerprint: str, work: Callable[[], Answer]
    ) -> tuple[Answer, bool]: ...


Handler = Callable[..., Response]


def answered_once(handler: Handler) -> Handler:
    """A view's handler that is carried out once for each key. `settings.IDEMPOTENCY` stores the
    answers: the kit has no tables."""

    @wraps(handler)
    def handle(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        header = request.headers.get(HEADER)
        if header is None:
            return handler(view, request, *args, **kwargs)
        answer_once: AnswerOnce = import_string(settings.IDEMPOTENCY)
        answer, is_replayed = answer_once(
            user_id=view.caller.id,
            key=_key(header),
            fingerprint=_fingerprint(request),
            work=lambda: _answer(view, lambda: handler(view, request, *args, **kwargs)),
        )
        return _response(answer, is_replayed)

    return handle


def _key(header: str) -> str:
    if len(header) > MAX_LENGTH or not re.fullmatch(PATTERN, header):
        raise BadIdempotencyKey
    return header


def _fingerprint(request: Request) -> str:
    """Two tokens of a user with different scopes may get different answers."""
    scope = getattr(request.auth, "scope", None) or ""
    start = "\0".join((str(request.method), request.get_full_path(), scope, ""))
    return hashlib.sha256(start.encode() + request.body).hexdigest()


def _answer(view: Any, handle: Callable[[], Response]) -> Answer:
    """A refusal is an answer too: it undoes what the handler wrote."""
    try:
        with transaction.atomic():
            response = handle()
    except Busy:
        raise  # asks for a repetition, so that it must not be the answer to it
    except Exception as error:
        response = view.handle_exception(error)
    headers = {name: str(value) for name, value in response.items() if name != "Content-Type"}
    body = "" if response.data is None else JSONRenderer().render(response.data).decode()
    return Answer(response.status_code, headers, body)


def _response(answer: Answer, is_replayed: bool) -> Response:
    headers = {**answer.headers, **({REPLAYED: "true"} if is_replayed else {})}
    return Response(
        json.loads(answer.body) if answer.body else None, answer.status, headers=headers
    )
