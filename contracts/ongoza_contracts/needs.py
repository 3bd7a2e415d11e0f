"""What a team uses of our facts, as its file needs.yaml says, and whether it is published."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict

Schema: TypeAlias = Mapping[str, Any]


class FactNeeds(BaseModel):
    model_config = ConfigDict(extra="forbid")

    fields: tuple[str, ...]
    """Paths: `status`, `result.primary`."""
    values: Mapping[str, tuple[str, ...]] = {}
    """By field, the enumeration's values the team acts on."""


class TeamNeeds(BaseModel):
    model_config = ConfigDict(extra="forbid")

    team: str
    contact: str
    needs: Mapping[str, FactNeeds]

    def unmet(self, published: Mapping[str, Schema]) -> Iterator[str]:
        """The needs that are not in the published schemas, with the team's name."""
        for fact, wanted in self.needs.items():
            if fact not in published:
                yield f"{self.team} needs {fact}, which is not published ({self.contact})"
                continue
            for path in wanted.fields:
                found = _field(published[fact], path)
                if found is None:
                    yield f"{self.team} needs {fact} {path}, which was removed ({self.contact})"
                    continue
                allowed = _values(found)
                for value in wanted.values.get(path, ()):
                    if value not in allowed:
                        yield f"{self.team} needs {fact} {path} = {value} ({self.contact})"


def resolve(node: Schema, root: Schema) -> Schema:
    """The definition a `$ref` of this document points to, with the keywords beside the `$ref`."""
    while "$ref" in node:
        definition = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
        node = {**definition, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def _field(schema: Schema, path: str) -> Schema | None:
    node: Any = schema
    for name in path.split("."):
        node = _item(resolve(node, schema), schema)
        node = node.get("properties", {}).get(name)
        if node is None:
            return None
    return _item(resolve(node, schema), schema)


def _item(node: Schema, root: Schema) -> Schema:
    """The schema of a list's items, and of a nullable field's other value."""
    if node.get("type") == "array":
        return _item(resolve(node["items"], root), root)
    for option in node.get("anyOf", ()):
        if option.get("type") != "null":
            return _item(resolve(option, root), root)
    return node


def _values(node: Schema) -> tuple[Any, ...]:
    """Those of a closed enumeration, or those an open one is known to have."""
    const = [node["const"]] if "const" in node else []
    return (*node.get("enum", const), *node.get("x-extensible-enum", ()))
