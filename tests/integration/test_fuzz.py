"""Thousands of valid and invalid requests to the HTTP APIs of the whole stack, with the token of
each role: every answer is in the API description, and none is a 5xx."""

import os
import time
from collections import Counter
from typing import Any

import httpx
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

from ai.kit.auth import mint_service_token
from ongoza_contracts.vocabulary import Role
from scripts.stack.stack import Stack
from tests.integration.story import Learner

pytestmark = pytest.mark.slow

CASES = int(os.environ.get("FUZZ_CASES", "30"))
"""Of each route of ai, as a learner; `make fuzz` asks more. Other callers ask fewer."""
CASES_OF_OTHERS = max(1, CASES // 28)
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


DOCUMENTS = {
    "ai": "{0.ai_url}/openapi.json",
    "core": "{0.core_url}/api/schema/",
    "core for services": "{0.core_url}/api/schema/internal/",
}
CALLERS = [
    *((name, role) for name in ("ai", "core") for role in Role),
    *(("core for services", caller) for caller in (Role.LEARNER, "service")),
]


@pytest.mark.parametrize(("document", "caller"), CALLERS)
def test_every_answer_is_in_the_api_description(stack: Stack, document: str, caller: str) -> None:
    api = schemathesis.openapi.from_url(DOCUMENTS[document].format(stack))
    token = signed_in(stack, caller)
    asked: Counter[str] = Counter()
    described = set()
    for found in api.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        described.add(operation.label)

        @settings(
            max_examples=CASES if (document, caller) == ("ai", Role.LEARNER) else CASES_OF_OTHERS,
            deadline=None,
            database=None,
            derandomize="FUZZ_CASES" not in os.environ,
            suppress_health_check=[*HealthCheck],
        )
        @given(st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in MODES)))
        def ask(case: Case[Any]) -> None:
            asked[case.operation.label] += 1
            bearer = service_token(stack) if caller == "service" else token
            headers = {"Authorization": f"Bearer {bearer}"}
            case.call_and_validate(headers=headers, checks=CHECKS, timeout=30)

        ask()
    print(f"{asked.total()} cases over {len(asked)} routes: {dict(asked)}")  # noqa: T201 - figures
    assert asked.keys() == described
    assert len(asked) >= 10


def signed_in(stack: Stack, caller: str) -> str:
    """The access token of a new learner, or of the demo's account of another role."""
    if caller == "service":
        return ""
    if caller == Role.LEARNER:
        return Learner.signed_up(stack).token
    body = {"email": f"{caller}@ongoza.example", "password": stack.environment["DEMO_PASSWORD"]}
    answer = httpx.post(f"{stack.core_url}/api/v1/auth/login/", json=body, timeout=10)
    return str(answer.raise_for_status().json()["access_token"])


def service_token(stack: Stack) -> str:
    """A new one for each request, because it lives for seconds."""
    return mint_service_token(stack.environment["JWT_SECRET_KEY"], now=time.time())
