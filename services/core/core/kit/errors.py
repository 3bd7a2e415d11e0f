"""The one error body of core, and the one place that renders it."""

import sys
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from psycopg.errors import ReadOnlySqlTransaction
from rest_framework import exceptions
from rest_framework.response import Response

from ongoza_ops.trace import current_request_id


class DomainError(Exception):
    """An expected refusal. Subclass it where it is raised; views let it pass to the handler."""

    status = 400
    code = "invalid"
    detail = "The request cannot be carried out."

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or self.detail)
        self.detail = detail or self.detail


class BadParameter(DomainError):
    code = "bad_parameter"
    detail = "A query parameter is unknown, repeated or out of range."


class NotFound(DomainError):
    """Also the answer for an object that exists and that the caller does not reach."""

    status = 404
    code = "not_found"
    detail = "Not found."


class Conflict(DomainError):
    status = 409
    code = "conflict"
    detail = "The request contradicts the present state."


class Busy(Conflict):
    """A concurrent request was in the way, and nothing was written: the same request may succeed
    when it is repeated."""

    code = "busy"
    detail = "Another request is changing this. Try again."


class InFlight(Conflict):
    """The request before it is not finished. Subclasses say which."""

    code = "in_flight"


class BadHeader(DomainError):
    code = "bad_header"


class PayloadTooLarge(DomainError):
    status = 413
    code = "payload_too_large"
    detail = "The body is too large."


class Unavailable(DomainError):
    status = 503
    code = "unavailable"
    detail = "The service cannot answer right now. Try again shortly."


HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "1"}}
CODES = {  # from DRF's codes to ours, which ai uses as well
    "parse_error": "malformed_json",
    "authentication_failed": "not_authenticated",
    "permission_denied": "forbidden",
    "min_value": "out_of_range",
    "max_value": "out_of_range",
    "min_length": "too_short",
    "max_length": "too_long",
    "blank": "too_short",
    "null": "wrong_type",
    "invalid_choice": "unknown_value",
}
DEFAULT_MESSAGES = {
    400: ("bad_request", "The request is malformed."),
    403: ("forbidden", "You may not do this."),
    404: ("not_found", NotFound.detail),
    413: (PayloadTooLarge.code, PayloadTooLarge.detail),
    500: ("internal_error", "Something went wrong on our side."),
    503: (Unavailable.code, Unavailable.detail),
}
FOREIGN_KEY_VIOLATION, UNIQUE_VIOLATION = "23503", "23505"


def error_body(
    code: str, detail: str, errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    return {
        "detail": detail,
        "code": code,
        "errors": errors or [],
        "request_id": current_request_id(),
    }


# --- inside REST views -------------------------------------------------------------------------
def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every expected exception as a response. None re-raises: Django logs it and asks for a 500."""
    match error:
        case DomainError():
            body = error_body(error.code, error.detail)
            return Response(body, error.status, headers=HEADERS.get(error.status))
        case exceptions.ValidationError():
            return Response(_validation_body(error), 400)
        case exceptions.APIException():
            return _api_exception(error)
        case Http404():
            return _plain(404)
        case PermissionDenied():
            return _plain(403)
        case RequestDataTooBig():
            return _plain(413)
        case _ if _is_unavailable(error):
            return _plain(503)
        case IntegrityError() if lost_a_race(error):
            return Response(error_body(Busy.code, Busy.detail), Busy.status)
    return None


def _is_unavailable(error: BaseException | None) -> bool:
    """Whether the database is down, or only its standby is there, which refuses writes: a retry may
    succeed."""
    if isinstance(error, InternalError):
        return isinstance(error.__cause__, ReadOnlySqlTransaction)
    return isinstance(error, (OperationalError, InterfaceError))


def _plain(status: int) -> Response:
    return Response(error_body(*DEFAULT_MESSAGES[status]), status, headers=HEADERS.get(status))


def _api_exception(error: exceptions.APIException) -> Response:
    code = error.get_codes()
    code = code if isinstance(code, str) else error.default_code
    headers = dict(HEADERS.get(error.status_code, {}))
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(max(1, getattr(error, "wait", None) or 1))
    body = error_body(CODES.get(code, code), str(error.detail))
    return Response(body, error.status_code, headers=headers)


def lost_a_race(error: IntegrityError) -> bool:
    """Whether a concurrent request inserted or deleted the row. Any other error is a bug: a 500."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state in (FOREIGN_KEY_VIOLATION, UNIQUE_VIOLATION)


def _validation_body(error: exceptions.ValidationError) -> dict[str, Any]:
    errors = validation_errors(error)
    codes = {item["code"] for item in errors}
    code = next((c for c in ("unknown_field", "read_only") if c in codes), "invalid")
    fields = ", ".join(dict.fromkeys(item["field"] or "the body" for item in errors))
    return error_body(code, f"The request was refused because of {fields}.", errors)


def validation_errors(error: exceptions.ValidationError) -> list[dict[str, str]]:
    """The `field`, `code` and `detail` of each fault, as the error body lists them."""
    return [*_flatten(error.get_full_details(), "")]


def _flatten(node: Any, field: str) -> Any:
    """DRF's nested details as rows; a list index or a nested name is joined with a dot."""
    if isinstance(node, dict) and set(node) == {"message", "code"}:
        code = str(node["code"])
        yield {"field": field, "code": CODES.get(code, code), "detail": str(node["message"])}
    elif isinstance(node, dict):
        for name, inner in node.items():
            name = "" if name == "non_field_errors" else str(name)
            yield from _flatten(inner, ".".join(part for part in (field, name) if part))
    else:
        for index, inner in enumerate(node):
            leaf = isinstance(inner, dict) and set(inner) == {"message", "code"}
            yield from _flatten(inner, field if leaf else f"{field}.{index}".lstrip("."))


# --- outside REST views: Django's own handlers -------------------------------------------------
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    return _json(413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _json(403) if _is_api(request) else defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _json(404) if _is_api(request) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the exception is being handled."""
    down = _is_unavailable(sys.exc_info()[1])
    if _is_api(request) or down:
        return _json(503 if down else 500)
    return defaults.server_error(request)


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _json(status: int) -> JsonResponse:
    return JsonResponse(
        error_body(*DEFAULT_MESSAGES[status]), status=status, headers=HEADERS.get(status)
    )
