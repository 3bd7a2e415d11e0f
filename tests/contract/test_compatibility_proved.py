"""The checker's word held against jsonschema's, over schemas and documents that chance made."""

from collections.abc import Mapping
from typing import Any

import jsonschema
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from scripts.contracts.compatibility import FORMATS, Break, compare, refused_by_chance
from scripts.contracts.needs import Needs
from scripts.contracts.samples import NotUnderstood, samples

Schema = dict[str, Any]

OLD = "old facts do not read in new code"
SLUG, CODE = "^[a-z]+(-[a-z]+)*$", "^[A-Z]{2,4}$"
INSTANTS = ("2026-01-06T08:00:00Z", "2027-02-28T23:59:59.5+03:00")


def between(kind: str, least: int, most: int) -> st.SearchStrategy[Schema]:
    """No bound, one of them, or both: `minimum` and `maximum` of numbers, `minItems` of lists..."""
    names = {"": ("minimum", "maximum")}.get(kind, (f"min{kind}", f"max{kind}"))
    number = st.integers(least, most)
    both = st.tuples(number, number).map(lambda two: dict(zip(names, sorted(two), strict=True)))
    one = st.tuples(st.sampled_from(names), number).map(lambda it: dict([it]))
    return st.one_of(st.just({}), one, both)


def exclusive(bounds: Schema) -> Schema:
    if "minimum" not in bounds or bounds["minimum"] == bounds.get("maximum"):
        return bounds
    rest = {name: bound for name, bound in bounds.items() if name != "minimum"}
    return {**rest, "exclusiveMinimum": bounds["minimum"]}


def typed(name: str, *parts: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.tuples(*parts).map(lambda found: {"type": name, **dict(_pairs(found))})


def _pairs(parts: tuple[Schema, ...]) -> list[tuple[str, Any]]:
    return [pair for part in parts for pair in part.items()]


numbers = typed("number", between("", -3, 3) | between("", -3, 3).map(exclusive))
integers = typed("integer", between("", -3, 3))
words = typed(
    "string",
    st.sampled_from([{}, {"pattern": SLUG}, {"pattern": SLUG}]),
    between("Length", 1, 6),
)
scalars = st.one_of(
    numbers,
    integers,
    words,
    st.just({"type": "string", "pattern": CODE}),
    st.just({"type": "string", "format": "date-time"}),
    st.just({"type": "boolean"}),
    st.sets(st.sampled_from("abcd"), min_size=1).map(lambda s: {"enum": sorted(s)}),
    st.sampled_from("ab").map(lambda value: {"const": value}),
)
nullable = scalars.map(lambda schema: {"anyOf": [schema, {"type": "null"}]})
unions = st.tuples(numbers | integers, words | integers).map(lambda two: {"anyOf": [*two]})


def objects(fields: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.tuples(
        st.dictionaries(st.sampled_from("pqr"), fields, min_size=1),
        st.sets(st.sampled_from("pqr")),
    ).map(
        lambda it: {
            "type": "object",
            "properties": it[0],
            "required": sorted(it[1] & it[0].keys()),
        }
    )


def lists(items: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return typed("array", items.map(lambda it: {"items": it}), between("Items", 0, 3))


maps = st.tuples(scalars, between("Properties", 0, 3)).map(
    lambda it: {
        "type": "object",
        "propertyNames": {"enum": ["a", "b", "c"]},
        "additionalProperties": it[0],
        **it[1],
    }
)
leaves = scalars | nullable | unions


kinds = [leaves, lists(leaves), maps, objects(leaves)]
fields = st.sampled_from(kinds).flatmap(lambda kind: kind)  # each as often as the others
documents_of_facts = objects(fields)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Schema, Schema]:
    """A schema, and what a change makes of it: of one field's bounds, more often than its type, or
    of which fields there are."""
    if draw(st.integers(0, 3)) == 0:
        return draw(documents_of_facts), draw(documents_of_facts)
    field = draw(fields)
    changed = draw(_like(field))
    beside = draw(st.dictionaries(st.just("r"), scalars))
    required = draw(st.sampled_from([["p"], []]))
    old, new = (
        {"type": "object", "properties": {"p": one, **beside}, "required": required}
        for one in (field, changed)
    )
    return old, new


def _like(field: Schema) -> st.SearchStrategy[Schema]:
    """Of the same kind."""
    match field.get("type"):
        case "number" | "integer":
            return numbers | integers
        case "string":
            return words
        case "array":
            return lists(st.just(field["items"]) | _like(field["items"]))
        case "object" if "propertyNames" in field:
            return maps
        case "object":
            return objects(leaves)
    if "anyOf" in field:
        return unions | nullable
    return leaves


@st.composite
def documents(draw: st.DrawFn, node: Schema) -> Any:
    """Any document a producer of this schema may write; nothing here knows of edges."""
    if "anyOf" in node:
        return draw(st.sampled_from(node["anyOf"]).flatmap(documents))
    if "enum" in node:
        return draw(st.sampled_from(node["enum"]))
    if "const" in node:
        return node["const"]
    return draw(WRITERS[node["type"]](node))


def _number(node: Schema) -> st.SearchStrategy[float]:
    least = node.get("minimum", node.get("exclusiveMinimum", -9))
    floats = st.floats(
        least, node.get("maximum", 9), exclude_min="exclusiveMinimum" in node, width=16
    )
    return floats | st.integers(-9, 9).filter(lambda value: holds(node, value))


def _text(node: Schema) -> st.SearchStrategy[str]:
    if "format" in node:
        return st.sampled_from(INSTANTS)
    if "pattern" not in node:
        return st.text("aB-:", min_size=node.get("minLength", 0), max_size=node.get("maxLength", 9))
    pattern: str = node["pattern"]
    texts = st.from_regex(pattern, fullmatch=True)
    return texts.filter(lambda text: not text.endswith("\n") and holds(node, text))


def _object(node: Schema) -> st.SearchStrategy[Any]:
    if "properties" not in node:
        return st.dictionaries(
            st.sampled_from(node["propertyNames"]["enum"]),
            documents(node["additionalProperties"]),
            min_size=node.get("minProperties", 0),
            max_size=node.get("maxProperties", 3),
        )
    fields = {name: documents(field) for name, field in node["properties"].items()}
    required = {name: field for name, field in fields.items() if name in node["required"]}
    optional = {name: field for name, field in fields.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional)


WRITERS: Mapping[str, Any] = {
    "number": _number,
    "integer": lambda node: st.integers(node.get("minimum", -9), node.get("maximum", 9)),
    "string": _text,
    "boolean": lambda node: st.booleans(),
    "null": lambda node: st.none(),
    "array": lambda node: st.lists(
        documents(node["items"]), min_size=node.get("minItems", 0), max_size=node.get("maxItems", 4)
    ),
    "object": _object,
}


def holds(schema: Schema, document: Any) -> bool:
    return jsonschema.Draft202012Validator(schema, format_checker=FORMATS).is_valid(document)


def told(old: Schema, new: Schema) -> list[Break]:
    try:
        return list(compare("a.fact.v1", "0001", old, new, Needs()))
    except NotUnderstood:
        assume(False)
        raise


slow = settings(max_examples=300, deadline=None, suppress_health_check=[*HealthCheck])


@slow
@given(pairs())
def test_every_counter_example_is_written_by_one_side_and_refused_by_the_other(
    pair: tuple[Schema, Schema],
) -> None:
    old, new = pair
    for one in told(old, new):
        writer, reader = (old, new) if one.direction == OLD else (new, old)
        assert holds(writer, one.sample.document)
        by_chance = any(refused_by_chance(one.sample, reader))
        assert not holds(reader, one.sample.document) or by_chance


@slow
@given(pairs(), st.data())
def test_where_no_break_is_told_every_document_is_read(
    pair: tuple[Schema, Schema], data: st.DataObject
) -> None:
    old, new = pair
    broken = {one.direction == OLD for one in told(old, new)}
    for is_old, writer, reader in ((True, old, new), (False, new, old)):
        if is_old not in broken:
            event("a pair without a break")
            for _ in range(8):
                document = data.draw(documents(writer))
                assert holds(writer, document)
                assert holds(reader, document)


@slow
@given(documents_of_facts)
def test_a_schema_has_no_break_with_itself_and_its_samples_are_its_own(schema: Schema) -> None:
    assert told(schema, schema) == []
    for sample in samples(schema):
        assert holds(schema, sample.document)
