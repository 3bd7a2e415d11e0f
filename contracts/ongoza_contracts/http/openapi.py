"""What the OpenAPI documents of both services have in common: the error body and the headers."""

from collections.abc import Iterator
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
}
_DEFAULT_DESCRIPTIONS = ("", "Successful Response")


def complete(document: dict[str, Any]) -> None:
    """Describe how operations refuse and fail, the headers of all answers, and add examples."""
    components = document.setdefault("components", {})
    components["headers"] = {
        name: {"description": description, "schema": schema}
        for name, (description, schema) in _HEADERS.items()
    }
    _complete_schemas(components.setdefault("schemas", {}))
    for operation in operations(document):
        _complete_responses(operation["responses"])


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
