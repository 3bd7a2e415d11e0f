"""The web client has a sentence for each refusal that its users meet, in each of its languages."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache

import pytest

from scripts.stack.stack import PROJECT

SERVICES = [PROJECT / "services", PROJECT / "contracts" / "ongoza_contracts" / "http"]
CODE = re.compile(r"[a-z][a-z0-9_]+")
NAMES = {"code", "default_code"}
CALLS = {"ValidationError": 1, "ErrorDetail": 1, "InvalidJson": 0, "error_body": 0}
"""Where calls of these names are given a code by position."""
TABLES = {"CODES", "_CODES"}
"""Dicts from the codes of DRF and pydantic to ours."""
NEVER_MET = {
    # what services or no browser meet
    *("user_mismatch", "bad_header", "malformed_request", "core_refused", "client_disconnected"),
    *("headers_too_large", "method_not_allowed"),
    # what operators meet
    *("still_refused", "job_running", "job_done", "other_job_open", "version_too_far"),
}
OF_THE_CLIENT = {
    # what its own server says
    *("failed", "form_expired", "challenge_ended", "invitation_ended", "no_answer", "choose_one"),
    *("other_user", "other_origin", "fields"),
    # what Django, DRF and the guard of a restore say
    *("throttled", "empty", "restore_pending", "password_too_short", "password_too_common"),
    *("password_too_similar", "password_entirely_numeric"),
}


@cache
def declared_codes() -> frozenset[str]:
    """The codes of core's and ai's classes of errors, and those that calls are given."""
    return frozenset(
        code
        for root in SERVICES
        for path in root.rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        for value in _values(node)
        if isinstance(value, ast.Constant) and CODE.fullmatch(code := str(value.value))
    )


def _values(node: ast.AST) -> Iterator[ast.expr | None]:
    """What a class or a table assigns to codes, or a call is given as one."""
    if isinstance(node, ast.ClassDef):
        for line in node.body:
            if isinstance(line, ast.Assign | ast.AnnAssign) and _targets(line) & NAMES:
                yield line.value
    elif isinstance(node, ast.Assign) and _targets(node) & TABLES:
        yield from getattr(node.value, "values", [])
    elif isinstance(node, ast.Call):
        yield from (keyword.value for keyword in node.keywords if keyword.arg in NAMES)
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        yield from node.args[CALLS.get(name, len(node.args)) :][:1]


def _targets(line: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = line.targets if isinstance(line, ast.Assign) else [line.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


@pytest.mark.parametrize("language", ["en", "sw", "fr"])
def test_each_code_that_a_user_meets_has_a_sentence(language: str) -> None:
    sentences = json.loads((PROJECT / f"web/messages/{language}/errors.json").read_text())
    assert {*declared_codes()} - NEVER_MET - {*sentences} == set()


def test_what_no_user_meets_is_declared() -> None:
    assert NEVER_MET - declared_codes() == set()


def test_each_sentence_has_a_code() -> None:
    sentences = json.loads((PROJECT / "web/messages/en/errors.json").read_text())
    assert {*sentences} - declared_codes() - OF_THE_CLIENT == set()
