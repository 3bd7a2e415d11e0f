"""The one error body of both services."""

from ongoza_contracts.http.base import Response


class FieldError(Response):
    field: str
    code: str
    detail: str


class Problem(Response):
    detail: str
    """One sentence for a person."""
    code: str
    """Stable: programs may depend on it."""
    errors: tuple[FieldError, ...] = ()
    """What was wrong with each field of a refused body; empty otherwise."""
    request_id: str
