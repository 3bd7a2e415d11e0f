"""The OpenAPI documents of both services: complete, readable, and the same words for the same."""

import inspect
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import EndpointEnumerator
from jsonschema import Draft202012Validator

from ai.app import create_app
from ai.kit.settings import Settings
from core.kit.openapi import InternalDocument, PublicDocument
from ongoza_contracts.http.errors import Problem
from ongoza_contracts.http.examples import EXAMPLES
from ongoza_contracts.http.openapi import SCHEMAS
from scripts.contracts.__main__ import CONTRACTS
from tests.openapi_documents import core_document
from tests.tokens import SECRET

Document = dict[str, Any]
JSON = "application/json"
KEYWORDS = {
    *("$ref", "allOf", "anyOf", "oneOf", "type", "enum", "const", "format", "pattern"),
    *("properties", "required", "additionalProperties", "items", "prefixItems"),
    *("propertyNames", "minProperties", "maxProperties"),
    *("minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum"),
    *("default", "description", "examples", "deprecated", "contentEncoding", "readOnly", "x-unit"),
}
REFUSALS = {"400", "401", "403", "404", "409", "412", "413", "415", "429", "431", "503", "5XX"}
HEADERS_OF_REFUSALS = {"401": "WWW-Authenticate", "429": "Retry-After", "5XX": "Retry-After"}
SAYS_A_TYPE = {"$ref", "allOf", "anyOf", "oneOf", "type", "enum", "const"}


DOCUMENT_NAMES = ("core", "core for services", "ai")
each = pytest.mark.parametrize("document", DOCUMENT_NAMES, indirect=True)


@cache
def documents() -> dict[str, Document]:
    """Made when first used: it takes seconds, and each process of a run imports this module."""
    ai = create_app(Settings(vector_db_password="unused", jwt_secret_key=SECRET))
    of_core = map(core_document, (PublicDocument, InternalDocument))
    return dict(zip(DOCUMENT_NAMES, (*of_core, ai.openapi()), strict=True))


@pytest.fixture
def document(request: pytest.FixtureRequest) -> Document:
    return documents()[request.param]


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def contents(document: Document) -> Iterator[tuple[str, Document]]:
    """The schema of every body, in and out."""
    for name, operation in operations(document):
        bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for place, body in bodies.items():
            for content in body.get("content", {}).values():
                yield f"{name} {place}", content["schema"]


def parameters(document: Document) -> Iterator[tuple[str, Document]]:
    for name, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            yield f"{name} ?{parameter['name']}", parameter["schema"]


def parts(where: str, schema: Document) -> Iterator[tuple[str, Document]]:
    """A schema and all within it."""
    yield where, schema
    inner = {**schema.get("properties", {}), "items": schema.get("items")}
    inner["values"] = schema.get("additionalProperties")
    for union in ("allOf", "anyOf", "oneOf", "prefixItems"):
        inner |= {f"{union}{n}": one for n, one in enumerate(schema.get(union, ()))}
    for name, one in inner.items():
        if isinstance(one, dict):
            yield from parts(f"{where}.{name}", one)


def schemas(document: Document) -> Iterator[tuple[str, Document]]:
    components = document["components"]["schemas"].items()
    for where, schema in (*components, *contents(document), *parameters(document)):
        yield from parts(where, schema)


def test_drf_spectacular_has_nothing_to_warn_of() -> None:
    for generator in (PublicDocument, InternalDocument):
        core_document.__wrapped__(generator)
        assert not GENERATOR_STATS, (GENERATOR_STATS._warn_cache, GENERATOR_STATS._error_cache)


@each
def test_it_is_openapi_3_1_with_the_same_security_scheme(document: Document) -> None:
    assert document["openapi"] == "3.1.0"
    (scheme,) = document["components"]["securitySchemes"].items()
    assert (scheme[0], scheme[1]["scheme"], scheme[1]["type"]) == ("bearer", "bearer", "http")


def test_every_operation_has_a_readable_id_of_its_own() -> None:
    for names in (("core", "core for services"), ("ai",)):
        ids = Counter(
            operation["operationId"] for n in names for _, operation in operations(documents()[n])
        )
        assert {one for one, n in ids.items() if n > 1} == set()
        assert {one for one in ids if not re.fullmatch(r"[a-z]+(_[a-z]+)+", one)} == set()
        derived = re.compile(r"api|_v1|_(partial_update|destroy|retrieve|one)$")
        assert {one for one in ids if derived.search(one)} == set()


@each
def test_every_operation_says_how_it_refuses_and_fails(document: Document) -> None:
    for name, operation in operations(document):
        answers = operation["responses"]
        refusals = {status for status in answers if status[0] in "45"}
        assert {"400", "5XX"} <= refusals, name
        assert refusals <= REFUSALS, name
        for status in refusals - {"401", "503"}:  # they have a challenge and a health report
            body = answers[status]["content"][JSON]["schema"]
            assert body == {"$ref": SCHEMAS + "Problem"}, name
        for status in refusals & HEADERS_OF_REFUSALS.keys():
            assert HEADERS_OF_REFUSALS[status] in answers[status]["headers"], name
        assert all("X-Request-ID" in answer["headers"] for answer in answers.values()), name
        assert any(status.startswith("2") for status in answers), name


@each
def test_every_operation_is_described(document: Document) -> None:
    assert [name for name, one in operations(document) if not one.get("description")] == []


@each
def test_every_body_is_a_named_schema(document: Document) -> None:
    assert {where for where, schema in contents(document) if schema.keys() != {"$ref"}} == set()
    answering = {
        status
        for _, operation in operations(document)
        for status, answer in operation["responses"].items()
        if "content" not in answer
    }
    assert answering <= {"204", "304"}


@each
def test_statuses_follow_from_what_an_operation_needs(document: Document) -> None:
    for name, operation in operations(document):
        answers, needs_token = operation["responses"].keys(), operation.get("security", [{}])
        if {} not in needs_token:
            assert {"401", "403"} <= answers, name
        if "{" in name:
            assert "404" in answers, name
        if "requestBody" in operation:
            assert {"413", "415"} <= answers, name


@each
def test_preconditions_and_their_answers_are_documented_together(document: Document) -> None:
    for name, operation in operations(document):
        headers = _header_names(operation)
        answers = operation["responses"]
        tagged = {s for s, one in answers.items() if "ETag" in one.get("headers", {})}
        assert ("304" in answers) == ("If-None-Match" in headers) == ("304" in tagged), name
        assert "If-Match" not in headers or "412" in answers, name
    everywhere = {n for _, one in operations(document) for n in _header_names(one)}
    assert "If-None-Match" in everywhere


def test_limited_operations_say_what_is_left_of_their_limit() -> None:
    document = documents()["core"]
    for name, operation in operations(document):
        limited = "429" in operation["responses"]
        for answer in operation["responses"].values():
            assert ("RateLimit-Remaining" in answer["headers"]) <= limited, name
    log_in = document["paths"]["/api/v1/auth/login/"]["post"]["responses"]
    assert {"RateLimit-Limit", "RateLimit-Reset"} <= log_in["200"]["headers"].keys()
    assert {"RateLimit-Limit", "Retry-After"} <= log_in["429"]["headers"].keys()


def _header_names(operation: Document) -> set[str]:
    return {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}


def test_every_body_that_core_reads_is_documented() -> None:
    reading, documented = set(), set()
    for path, _, method, callback in EndpointEnumerator().get_api_endpoints():  # type: ignore[no-untyped-call]
        handler = getattr(callback.cls, method.lower())
        if re.search(
            r"\.(raw_)?body\(|request\.body\b|_above\(", inspect.getsource(inspect.unwrap(handler))
        ):
            reading.add(f"{method} {path}")
    for name in ("core", "core for services"):
        documented |= {n for n, one in operations(documents()[name]) if "requestBody" in one}
    assert documented == reading
    assert "DELETE /api/v1/users/me/" in documented


@each
def test_every_reference_leads_to_a_component_and_every_component_is_referred_to(
    document: Document,
) -> None:
    references = {*re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(document))}
    assert references == document["components"]["schemas"].keys()


@each
def test_every_schema_says_a_type_in_words_of_json_schema(document: Document) -> None:
    for where, schema in schemas(document):
        assert schema.keys() & SAYS_A_TYPE, where
        assert schema.keys() <= KEYWORDS, where


@each
def test_no_parameter_is_null_and_ids_of_rows_are_numbers(document: Document) -> None:
    for where, schema in parameters(document):
        assert "null" not in json.dumps(schema), where
        if where.endswith(
            ("?user_id", "?organization_id", "?program_id", "?progress_id", "?parked_id")
        ):
            assert schema["type"] == "integer", where


@each
def test_no_name_comes_from_a_generator(document: Document) -> None:
    names = document["components"]["schemas"].keys()
    odd = re.compile(r"RequestRequest|Enum$|Enum[0-9]|Serializer|^Error$|-")
    assert {name for name in names if odd.search(name)} == set()


@each
def test_no_text_is_for_the_authors_of_the_services(document: Document) -> None:
    texts = re.findall(r'"description": "((?:[^"\\]|\\.)*)"', json.dumps(document))
    insider = re.compile(r"ongoza_contracts|DRF|[Ss]erializer|pydantic|Successful Response|spec/")
    assert [text for text in texts if insider.search(text)] == []


def enumerations(document: Document) -> dict[str, tuple[str, ...]]:
    named = document["components"]["schemas"].items()
    return {name: tuple(sorted(schema["enum"])) for name, schema in named if "enum" in schema}


def test_an_enumeration_has_one_name_in_all_documents_and_is_always_called_by_it() -> None:
    names: dict[tuple[str, ...], set[str]] = {}
    values: dict[str, set[tuple[str, ...]]] = {}
    for document in documents().values():
        for name, members in enumerations(document).items():
            names.setdefault(members, set()).add(name)
            values.setdefault(name, set()).add(members)
    assert {n for one in names.values() if len(one) > 1 for n in one} == set()
    assert {name for name, one in values.items() if len(one) > 1} == set()
    for document in documents().values():
        for where, schema in schemas(document):
            members = tuple(sorted(schema.get("enum", ())))
            assert members not in names or where in document["components"]["schemas"], where


def shape(schema: Any) -> Any:
    """A schema without its texts and without the order of what has none."""
    if isinstance(schema, dict):
        kept = {k: shape(v) for k, v in schema.items() if k not in {"description", "examples"}}
        return kept | {k: sorted(kept[k]) for k in ("required", "enum") if k in kept}
    return [shape(one) for one in schema] if isinstance(schema, list) else schema


def test_a_name_means_the_same_in_all_documents() -> None:
    found: dict[str, list[Any]] = {}
    for document in documents().values():
        for name, schema in document["components"]["schemas"].items():
            found.setdefault(name, []).append(shape(schema))
    assert {"Problem", "Track", "ContentType", "Live"} <= {n for n, s in found.items() if s[1:]}
    assert {name for name, same in found.items() if any(one != same[0] for one in same)} == set()


def test_the_same_fields_have_one_name_in_all_documents() -> None:
    names: dict[str, set[str]] = {}
    for document in documents().values():
        for name, schema in document["components"]["schemas"].items():
            if len(schema.get("properties", {})) > 2:
                fields = json.dumps(shape(schema["properties"]), sort_keys=True)
                names.setdefault(fields, set()).add(name.removesuffix("Request"))
    assert {one for same in names.values() if len(same) > 1 for one in same} == set()


def test_a_problem_has_all_its_fields_everywhere() -> None:
    for document in documents().values():
        problem = document["components"]["schemas"]["Problem"]
        assert set(problem["required"]) == Problem.model_fields.keys() == {*problem["properties"]}


@each
def test_every_example_is_what_its_schema_says(document: Document) -> None:
    root = {"$defs": document["components"]["schemas"]}
    text = json.dumps(root).replace(SCHEMAS, "#/$defs/")
    for name in EXAMPLES.keys() & root["$defs"].keys():
        assert root["$defs"][name]["examples"] == [EXAMPLES[name]]
        schema = {**json.loads(text), "$ref": f"#/$defs/{name}"}
        checker = Draft202012Validator.FORMAT_CHECKER
        Draft202012Validator(schema, format_checker=checker).validate(EXAMPLES[name])


def test_examples_are_of_schemas_and_agree_with_the_facts() -> None:
    assert {
        name for document in documents().values() for name in document["components"]["schemas"]
    } >= EXAMPLES.keys()
    facts = {"Content": "content.published", "Progress": "progress.updated"}
    for name, fact in {**facts, "Feedback": "feedback.given"}.items():
        published = json.loads((CONTRACTS / f"examples/ongoza.{fact}.v1/full.json").read_text())
        same = EXAMPLES[name].keys() & published.keys()
        assert len(same) >= 4
        assert {k: EXAMPLES[name][k] for k in same} == {k: published[k] for k in same}


def test_routes_for_services_are_in_a_document_of_their_own() -> None:
    public, internal = (documents()[name]["paths"].keys() for name in ("core", "core for services"))
    assert public & internal == set()
    assert {path for path in public if "/internal/" in path or "profiling/sessions" in path} == (
        set()
    )
    assert "/api/v1/internal/versions/{kind}/" in internal
