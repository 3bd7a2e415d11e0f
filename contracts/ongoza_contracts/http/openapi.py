"""What the OpenAPI documents of both services have in common: the error body and the headers."""

from collections.abc import Iterator
from typing import Any

from ongoza_contracts.http.errors import Problem

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
}
_DEFAULT_DESCRIPTIONS = ("", "Successful Response")
EXAMPLE = {
    "detail": "Not found.",
    "code": "not_found",
    "errors": [],
    "request_id": "0191a7b2c3d4e5f60718293a4b5c6d7e",
}


def add_problems(document: dict[str, Any]) -> None:
    """Describe the refusals and failures of every operation, and the headers of all answers."""
    components = document.setdefault("components", {})
    components["headers"] = {
        name: {"description": description, "schema": schema}
        for name, (description, schema) in _HEADERS.items()
    }
    schemas = components.setdefault("schemas", {})
    schema = Problem.model_json_schema(ref_template=SCHEMAS + "{model}", mode="serialization")
    drop_titles(schema)
    del schema["properties"]["errors"]["default"]  # it is always there
    schemas.update(schema.pop("$defs"))
    schemas["Problem"] = {**schema, "required": [*schema["properties"]], "examples": [EXAMPLE]}
    for operation in operations(document):
        responses = operation["responses"]
        for response in responses.values():
            if response["description"] in _DEFAULT_DESCRIPTIONS:
                response["description"] = "Done."
            response["headers"] = response.get("headers", {}) | _headers("X-Request-ID")
        responses["4XX"] = _problem(
            "The request is refused; `code` says why.", "Retry-After", "WWW-Authenticate"
        )
        responses["5XX"] = _problem("The service cannot answer now.", "Retry-After")


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
