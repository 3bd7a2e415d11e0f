"""Answers that say what was refused or failed: by the routes, Starlette or FastAPI."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from ai.kit.errors import ApiError, BadParameter, NotFound, field_error
from ongoza_contracts.http.errors import Problem
from ongoza_ops.trace import current_request_id


class MethodNotAllowed(ApiError):
    status = 405
    code = "method_not_allowed"


def install(app: FastAPI) -> None:
    """Renders every error of FastAPI, Starlette and our own routes with the same body."""
    app.add_exception_handler(ApiError, _render)
    app.add_exception_handler(HTTPException, _render_http)
    app.add_exception_handler(RequestValidationError, _render_validation)


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
