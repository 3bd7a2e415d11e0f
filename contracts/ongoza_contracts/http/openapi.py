"""What the OpenAPI documents of both services have in common: the error body and the headers."""

from collections.abc import Iterable, Iterator
from typing import Any

from ongoza_contracts.http.errors import Problem
from ongoza_contracts.http.examples import EXAMPLES

SCHEMAS = "#/components/schemas/"
_HEADERS = {
    "X-Request-ID": (
        "The request's id in logs and in error bodies: the client's own where it sent one.",
        {"type": "string"},
    ),
    "Retry-After": (
        "With 429 and 503: the seconds after which another attempt may succeed.",
        {"type": "integer", "minimum": 1},
    ),
    "WWW-Authenticate": ("With 401.", {"type": "string", "const": "Bearer"}),
    "ETag": ("The state of the object, for `If-Match` and `If-None-Match`.", {"type": "string"}),
    "Idempotency-Replayed": (
        "With the stored response to an earlier request of the same `Idempotency-Key`.",
        {"type": "string", "const": "true"},
    ),
    "RateLimit-Limit": ("How many requests are let through at once.", {"type": "integer"}),
    "RateLimit-Remaining": ("How many are let through now.", {"type": "integer"}),
    "RateLimit-Reset": ("The seconds until the whole limit is there again.", {"type": "integer"}),
}
_REFUSALS = {
    400: "The request is malformed; `errors` says which field.",
    401: "There is no valid token, or the credentials are wrong.",
    403: "The caller may not do this.",
    404: "The object does not exist, or the caller may not see it.",
    409: "The request contradicts the present state.",
    412: "The object has changed since, or the route takes no `If-Match`.",
    413: "The body is too large.",
    415: "The body is not what the route reads: JSON in UTF-8, or bytes where it says so.",
    429: "Too many requests; `Retry-After` says when to try again.",
    431: "The headers and the query are too long.",
}
_HEADERS_OF_REFUSALS = {401: ("WWW-Authenticate",), 429: ("Retry-After",)}
_RATE_LIMIT = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
_DEFAULT_DESCRIPTIONS = ("", "Successful Response")


def complete(document: dict[str, Any]) -> None:
    """Describe how operations refuse and fail, the headers of all answers, and add examples."""
    components = document.setdefault("components", {})
    _complete_schemas(components.setdefault("schemas", {}))
    for operation in operations(document):
        _complete_responses(operation["responses"])
    used = {str(one.get("$ref", "")) for one in mappings(document["paths"])}
    components["headers"] = {
        name: {"description": description, "schema": schema}
        for name, (description, schema) in _HEADERS.items()
        if f"#/components/headers/{name}" in used
    }


def _complete_schemas(schemas: dict[str, Any]) -> None:
    problem = Problem.model_json_schema(ref_template=SCHEMAS + "{model}", mode="serialization")
    drop_titles(problem)
    del problem["properties"]["errors"]["default"]  # it is always there
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = {**problem, "required": [*problem["properties"]]}
    for name in schemas.keys() & EXAMPLES.keys():
        schemas[name]["examples"] = [EXAMPLES[name]]


def _complete_responses(responses: dict[str, Any]) -> None:
    for response in responses.values():
        if response["description"] in _DEFAULT_DESCRIPTIONS:
            response["description"] = "Done."
        response["headers"] = response.get("headers", {}) | _headers("X-Request-ID")
    if "401" in responses:  # also where a route has a body of its own for it
        responses["401"]["headers"] |= _headers("WWW-Authenticate")
    responses["5XX"] = _problem("The service cannot answer now.", "Retry-After")


def add_refusals(operation: dict[str, Any], statuses: Iterable[int]) -> None:
    """Describe the statuses with which an operation refuses, but for those it describes itself."""
    for status in sorted(statuses):
        headers = _HEADERS_OF_REFUSALS.get(status, ())
        operation["responses"].setdefault(str(status), _problem(_REFUSALS[status], *headers))


def add_etag(operation: dict[str, Any], *, is_read: bool) -> None:
    """Describe the ETag of the answer, and 304 for a reader who has this state already."""
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            response["headers"] = response.get("headers", {}) | _headers("ETag")
    if is_read:
        add_header_parameter(operation, "If-None-Match", "The ETag of the state the client has.")
        unchanged = {"description": "The client has this state.", "headers": _headers("ETag")}
        operation["responses"]["304"] = unchanged


def add_idempotency_key(operation: dict[str, Any], pattern: str, max_length: int) -> None:
    """Describe the header with which a request may be repeated, and that of a repeated answer."""
    add_header_parameter(
        operation,
        "Idempotency-Key",
        "A key of the client for this request: repeated with it, the request has the first answer.",
        pattern=f"^{pattern}$",
        minLength=1,
        maxLength=max_length,
    )
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            response["headers"] = response.get("headers", {}) | _headers("Idempotency-Replayed")


def add_header_parameter(
    operation: dict[str, Any], name: str, description: str, **limits: Any
) -> None:
    parameter = {"in": "header", "name": name, "schema": {"type": "string", **limits}}
    operation.setdefault("parameters", []).append({**parameter, "description": description})


def add_rate_limit(operation: dict[str, Any]) -> None:
    """Describe the headers of an operation that counts its requests."""
    for response in operation["responses"].values():
        response["headers"] = response.get("headers", {}) | _headers(*_RATE_LIMIT)


def drop_titles(node: Any) -> None:
    """Remove the titles that pydantic derives from names: clients would repeat them as comments."""
    for mapping in mappings(node):
        if isinstance(mapping.get("title"), str):
            del mapping["title"]


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document.get("paths", {}).values():
        yield from path.values()


def mappings(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a JSON document, the outer before the inner."""
    if isinstance(node, dict):
        yield node
        node = [*node.values()]
    if isinstance(node, list):
        for inner in node:
            yield from mappings(inner)


def _problem(description: str, *headers: str) -> dict[str, Any]:
    return {
        "description": description,
        "headers": _headers("X-Request-ID", *headers),
        "content": {"application/json": {"schema": {"$ref": SCHEMAS + "Problem"}}},
    }


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
