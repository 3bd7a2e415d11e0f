"""The web client has a sentence for each refusal that its users meet, in each of its languages."""

import ast
import json
import re
from collections.abc import Iterator

import pytest

from scripts.stack.stack import PROJECT

SERVICES = PROJECT / "services"
CODE = re.compile(r"[a-z][a-z0-9_]+")
NAMES = {"code", "default_code"}
OF_SERVICES = """
user_mismatch bad_header malformed_request core_refused headers_too_large method_not_allowed
client_disconnected
"""
"""Of services among each other, and of what is no browser."""
OF_OPERATORS = """
still_refused job_running job_done other_job_open version_too_far
"""
OF_AUTHORS = """
unreadable_text no_code unknown_format no_body draft_exists not_a_draft unknown_file
hints_too_expensive code_taken mission_exists program_fixed unknown_competency external_id_taken
unknown_program milestone_retired milestone_title_taken stands_with_its_course repeated_item
slug_taken content_id_taken circular_prerequisites not_its_course not_reviewed follows_from_quiz
nothing_to_publish nothing_changed too_many_items own_progress quiz_exists not_quizzed
too_few_questions
"""
"""Of authors of content, who have no page in the client."""
NEVER_MET = {*OF_SERVICES.split(), *OF_OPERATORS.split(), *OF_AUTHORS.split()}


def declared_codes() -> set[str]:
    """The codes of core's and ai's classes of errors, and those that calls are given."""
    return {
        code
        for path in SERVICES.rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        for value in _values(node)
        if isinstance(value, ast.Constant) and CODE.fullmatch(code := str(value.value))
    }


def _values(node: ast.AST) -> Iterator[ast.expr | None]:
    """What a class assigns to the names of codes, or a call is given by them."""
    if isinstance(node, ast.ClassDef):
        for line in node.body:
            if isinstance(line, ast.Assign | ast.AnnAssign):
                targets = line.targets if isinstance(line, ast.Assign) else [line.target]
                if any(isinstance(one, ast.Name) and one.id in NAMES for one in targets):
                    yield line.value
    elif isinstance(node, ast.Call):
        yield from (keyword.value for keyword in node.keywords if keyword.arg in NAMES)


@pytest.mark.parametrize("language", ["en", "sw", "fr"])
def test_each_code_that_a_user_meets_has_a_sentence(language: str) -> None:
    sentences = json.loads((PROJECT / f"web/messages/{language}/errors.json").read_text())
    assert declared_codes() - NEVER_MET - {*sentences} == set()


def test_what_no_user_meets_is_declared() -> None:
    assert NEVER_MET - declared_codes() == set()
