"""The error body of every refusal and failure (`ongoza_contracts.http.errors`)."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from pydantic_core import ErrorDetails

from ongoza_contracts.http.errors import FieldError, Problem


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
