"""Reading JSON bodies: strict, limited, and refused with the same codes core uses."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from ai.kit.errors import InvalidBody, UnsupportedMediaType, invalid_body
from ai.kit.fairness import run_in_child
from ongoza_contracts.http.strict_json import InvalidJson, parse_json
from ongoza_contracts.http.strict_text import is_json_type

M = TypeVar("M", bound=BaseModel)

LARGE_BYTES = 16 * 1024
"""Larger bodies are parsed in a process beside this one, because that takes milliseconds."""


class read_json:
    """A dependency that gives the body as a `model`, or what `convert` makes of the model, or
    refuses it with 400 or 415.

    `convert` is a function of a module, because it runs where the body is parsed. The class keeps
    the model so that `ai.kit.docs` can show it in the OpenAPI document.
    """

    def __init__(self, model: type[M], convert: Callable[[M], object] | None = None) -> None:
        self.model = model
        self._convert = convert

    async def __call__(self, request: Request) -> Any:
        _refuse_other_media(request)
        body = await _body(request)
        if len(body) > LARGE_BYTES:
            return await run_in_child(_read, self.model, self._convert, body)
        return _read(self.model, self._convert, body)


def _read(model: type[M], convert: Callable[[M], object] | None, body: bytes) -> object:
    try:
        document = parse_json(body)
    except InvalidJson as error:
        raise _malformed(error) from None
    if not isinstance(document, dict):
        raise InvalidBody("The body is not a JSON object.")
    try:
        given = model.model_validate(document)
    except ValidationError as error:
        raise invalid_body(
            error.errors(include_url=False, include_context=False, include_input=False)
        ) from None
    return convert(given) if convert else given


def _refuse_other_media(request: Request) -> None:
    headers = request.headers
    if not is_json_type(headers.get("content-type", "")):
        raise UnsupportedMediaType
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType


async def _body(request: Request) -> bytes:
    body = await request.body()
    if not body:
        raise InvalidBody("The body is empty.")
    return body


def _malformed(error: InvalidJson) -> InvalidBody:
    refusal = InvalidBody(str(error))
    refusal.code = error.code
    return refusal
