"""The error body of every refusal and failure (`ongoza_contracts.http.errors`)."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from ongoza_contracts.http.errors import FieldError, Problem
from ongoza_ops.trace import current_request_id


class ApiError(Exception):
    """An expected refusal. Subclass it where it is raised, with `status`, `code` and `detail`."""

    status: int = 400
    code: str = "bad_request"
    detail: str = "The request cannot be answered."

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.detail = detail or self.detail
        self.errors = errors
        self.headers = dict(headers or {})
        super().__init__(self.detail)


class InvalidBody(ApiError):
    code = "invalid"
    detail = "The body is not what this route accepts."


class BadParameter(ApiError):
    code = "bad_parameter"
    detail = "A parameter of the address is not what this route accepts."


class NotFound(ApiError):
    status = 404
    code = "not_found"
    detail = "There is nothing here, or nothing you may see."


CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "The request contradicts the present state."}
}
"""For `responses` of routes that may refuse so."""


class PayloadTooLarge(ApiError):
    status = 413
    code = "payload_too_large"
    detail = "The body is larger than 256 KiB."


class HeadersTooLarge(ApiError):
    status = 431
    code = "headers_too_large"
    detail = "The request line and headers exceed 16 KiB, or there are more than 64 headers."


class UnsupportedMediaType(ApiError):
    status = 415
    code = "unsupported_media_type"
    detail = "This route accepts application/json in UTF-8, without a content encoding."


class InternalError(ApiError):
    status = 500
    code = "internal_error"
    detail = "Something went wrong on our side."


class ServiceUnavailable(ApiError):
    """503 with Retry-After."""

    status = 503
    code = "unavailable"
    detail = "The service cannot answer this at the moment."
    retry_after: ClassVar[int] = 1

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"Retry-After": str(self.retry_after)})


def error_response(error: ApiError) -> Response:
    body = Problem(
        detail=error.detail, code=error.code, errors=error.errors, request_id=current_request_id()
    )
    return Response(
        body.model_dump_json(),
        status_code=error.status,
        headers=error.headers,
        media_type="application/json",
    )


def invalid_body(details: Iterable[ErrorDetails]) -> InvalidBody:
    """The refusal of a body by a pydantic model; an unknown field decides the code, as in core."""
    errors = tuple(field_error(detail) for detail in details)
    fields = ", ".join(dict.fromkeys(error.field or "the body" for error in errors))
    refusal = InvalidBody(f"The request was refused because of {fields}.", errors=errors)
    if any(error.code == "unknown_field" for error in errors):
        refusal.code = "unknown_field"
    return refusal


_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "finite_number": "not_finite",
    "enum": "unknown_value",
    "literal_error": "unknown_value",
    "string_pattern_mismatch": "bad_format",
}


def field_error(detail: ErrorDetails | Mapping[str, Any]) -> FieldError:
    """The stable form of one pydantic error. The refused value is never repeated."""
    kind = detail["type"]
    if kind.startswith(("greater_than", "less_than")):
        code = "out_of_range"
    elif kind.endswith(("too_short", "too_long")):
        code = kind[kind.index("too_") :]
    elif kind.endswith(("_type", "_parsing", "_from_float")):
        code = "wrong_type"
    else:
        code = _CODES.get(kind, "invalid")
    return FieldError(
        field=".".join(str(part) for part in detail["loc"]), code=code, detail=detail["msg"]
    )


def install(app: FastAPI) -> None:
    """Renders every error of FastAPI, Starlette and our own routes with the same body."""
    app.add_exception_handler(ApiError, _render)
    app.add_exception_handler(HTTPException, _render_http)
    app.add_exception_handler(RequestValidationError, _render_validation)


async def _render(_: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101 - Starlette dispatches by class
    return error_response(error)


async def _render_validation(_: Request, error: Exception) -> Response:
    """Parameters of the path and the query; bodies are read by `ai.kit.bodies`."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    details = [detail for detail in error.errors() if detail["loc"][0] != "path"]
    if not details:  # the path has an id that cannot exist
        return error_response(NotFound())
    errors = tuple(field_error({**detail, "loc": detail["loc"][1:]}) for detail in details)
    names = ", ".join(dict.fromkeys(error.field for error in errors))
    refusal = BadParameter(f"This route does not accept the value of {names}.", errors=errors)
    return error_response(refusal)


async def _render_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 404:
        return error_response(NotFound())
    if error.status_code == 405:
        return error_response(_method_not_allowed(request))
    refusal = ApiError(str(error.detail), headers=error.headers)
    refusal.status, refusal.code = error.status_code, "refused"
    return error_response(refusal)


class MethodNotAllowed(ApiError):
    status = 405
    code = "method_not_allowed"


def _method_not_allowed(request: Request) -> MethodNotAllowed:
    """Starlette names the methods of the first route of a path only; this names those of all."""
    allowed: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.path and route.methods and _matches(route.path, request.url.path):
            allowed |= route.methods
    if "GET" in allowed:
        allowed.add("HEAD")  # `ai.kit.head` answers it
    return MethodNotAllowed(
        "This method is not possible here.", headers={"Allow": ", ".join(sorted(allowed))}
    )


def _matches(route_path: str, path: str) -> bool:
    pattern, _, _ = compile_path(route_path)
    return pattern.match(path) is not None
