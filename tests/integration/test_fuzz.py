"""Thousands of valid and invalid requests to ai's HTTP API on the whole stack: every answer is in
the API description, and none is a 5xx."""

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from scripts.stack.stack import Stack
from tests.integration.story import Learner

pytestmark = pytest.mark.slow

CASES = int(os.environ.get("FUZZ_CASES", "30"))
"""Of each route; `make fuzz` asks more."""
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_every_answer_is_in_the_api_description(stack: Stack) -> None:
    api = schemathesis.openapi.from_url(f"{stack.ai_url}/openapi.json")
    learner = Learner.signed_up(stack)
    headers = {"Authorization": f"Bearer {learner.token}"}
    asked: Counter[str] = Counter()
    for found in api.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()

        @settings(
            max_examples=CASES,
            deadline=None,
            database=None,
            derandomize="FUZZ_CASES" not in os.environ,
            suppress_health_check=[*HealthCheck],
        )
        @given(st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in MODES)))
        def ask(case: Case[Any]) -> None:
            asked[case.operation.label] += 1
            case.call_and_validate(headers=headers, checks=CHECKS, timeout=30)

        ask()
    print(f"{asked.total()} cases over {len(asked)} routes: {dict(asked)}")  # noqa: T201 - figures
    assert {"GET /api/v1/recommendations", "GET /api/v1/search"} <= asked.keys()
