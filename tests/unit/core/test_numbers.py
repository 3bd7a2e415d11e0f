"""Every number of a dashboard is defined; `test_demo_academy` counts them again."""

from collections.abc import Iterator
from typing import Any

from core.kit.numbers import numbers
from core.kit.openapi import PublicDocument
from tests.openapi_documents import core_document

DASHBOARDS = ("/api/v1/student/overview/", "/api/v1/director/", "/api/v1/sponsor/")
IDS = {"user", "organization", "version", "count"}


def numeric_fields() -> Iterator[tuple[str, str]]:
    """The name and description of each number in the answers of dashboards."""
    document = core_document(PublicDocument)
    schemas = document["components"]["schemas"]

    def walk(schema: dict[str, Any], name: str) -> Iterator[tuple[str, str]]:
        for part in (schema, *schema.get("allOf", ()), *schema.get("oneOf", ())):
            if "$ref" in part:
                yield from walk(schemas[part["$ref"].rpartition("/")[2]], name)
        if {"integer", "number"} & {*_types(schema)}:
            yield name, schema.get("description", "")
        for field, inner in schema.get("properties", {}).items():
            yield from walk(inner, field)
        for inner in (schema.get("items"), schema.get("additionalProperties")):
            if isinstance(inner, dict):
                yield from walk(inner, name)

    for path, operations in document["paths"].items():
        if path.startswith(DASHBOARDS):
            answer = operations["get"]["responses"]["200"]["content"]["application/json"]
            yield from walk(answer["schema"], path)


def _types(schema: dict[str, Any]) -> list[str]:
    found = schema.get("type", [])
    return found if isinstance(found, list) else [found]


def test_every_number_of_a_dashboard_has_its_definition() -> None:
    found = {*numeric_fields()}
    definitions = {one.definition for one in numbers().values()}
    assert len({name for name, _ in found}) > 20
    undefined = {name for name, text in found if text not in definitions} - IDS
    assert undefined == set()
