"""The JSON Schemas that are published of the facts."""

from typing import Any

from ongoza_contracts.event import Fact
from ongoza_contracts.topics import FACT_TYPES
from scripts.contracts import sunsets


def schemas() -> dict[str, dict[str, Any]]:
    return {name: schema(fact) for name, fact in FACT_TYPES.items()}


def schema(fact: type[Fact]) -> dict[str, Any]:
    """The fact's JSON Schema as consumers should use it: open, for fields to come.

    That core sends no unknown field is held by the class itself, which is closed.
    """
    document = fact.model_json_schema(mode="serialization")
    _open(document)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ongoza:schema:{fact.type}",
        **sunsets.marked(fact.type, document),
    }


def _open(node: Any) -> None:
    if isinstance(node, dict):
        if node.get("additionalProperties") is False:
            del node["additionalProperties"]
        for item in node.values():
            _open(item)
    elif isinstance(node, list):
        for item in node:
            _open(item)
