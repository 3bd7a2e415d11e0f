"""The web client's table of routes agrees with nginx and with both OpenAPI documents."""

import json
from typing import Any

import pytest

from scripts.web.build import WEB
from scripts.web.clients import documents
from scripts.web.node import NODE, run
from tests.unit.infra.test_nginx import ends_at

PROGRAM = """
import { routeOf } from "./server/routing.ts";
const paths = JSON.parse(process.argv[1]);
console.log(JSON.stringify(Object.fromEntries(paths.map((path) => [path, routeOf(path)]))));
"""
BEGINNING = "/api/v1/"
NOT_FOR_BROWSERS = {"auth/token/refresh/", "auth/token/exchange/", "auth/logout/"}


def routes(paths: list[str]) -> dict[str, dict[str, Any]]:
    """What the table says of each path below `/api/v1/`."""
    command = [NODE, "--input-type=module-typescript", "--eval", PROGRAM, json.dumps(paths)]
    found: dict[str, dict[str, Any]] = json.loads(run(command, WEB))
    return found


@pytest.fixture(scope="module")
def operations() -> dict[str, dict[str, Any]]:
    """The operations of both services by their path below `/api/v1/`, with the service."""
    return {
        path.removeprefix(BEGINNING): {"service": service, "methods": methods, "document": document}
        for service, document in documents().items()
        for path, methods in document["paths"].items()
        if path.startswith(BEGINNING)
    }


def test_each_path_leads_where_nginx_leads_it(operations: dict[str, dict[str, Any]]) -> None:
    found = routes([*operations])
    for path, route in found.items():
        if route["to"] is not None:
            assert route["to"] == operations[path]["service"] == ends_at(BEGINNING + path), path
    closed = {path for path, route in found.items() if route["to"] is None}
    assert closed == {*NOT_FOR_BROWSERS, "users/{user_id}/view-as/"}


def test_what_services_ask_each_other_is_not_found() -> None:
    assert {
        one["to"] for one in routes(["internal/versions/users/", "profiling/sessions/"]).values()
    } == {None}


def test_answers_with_tokens_keep_them_in_the_session(
    operations: dict[str, dict[str, Any]],
) -> None:
    with_tokens = {
        path for path, operation in operations.items() if "access_token" in _answers(operation)
    }
    assert len(with_tokens) > len(NOT_FOR_BROWSERS)
    for path, route in routes(sorted(with_tokens)).items():
        assert route["to"] is None or route.get("signsIn"), path


def _answers(operation: dict[str, Any]) -> set[str]:
    """The names of the fields of the operation's answers, however deep."""
    schemas = operation["document"]["components"]["schemas"]
    seen: set[str] = set()
    fields: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, list):
            for one in value:
                walk(one)
        elif isinstance(value, dict):
            fields.update(value.get("properties", ()))
            name = str(value.get("$ref", "")).rsplit("/", 1)[-1]
            if name in schemas and name not in seen:
                seen.add(name)
                walk(schemas[name])
            for one in value.values():
                walk(one)

    for method in operation["methods"].values():
        walk(method.get("responses", {}) if isinstance(method, dict) else {})
    return fields
