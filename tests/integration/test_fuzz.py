"""Valid and invalid requests to the HTTP APIs of the whole stack, with the token of each role:
every answer is in the API description, and none is a 5xx."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
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
from tests.integration.accounts import Account
from tests.integration.object_cache import ObjectCache
from tests.integration.objects import (
    Values,
    World,
    discard_parked,
    known_values,
    replaced,
)
from tests.integration.story import DOCUMENT_SECONDS
from tests.random_cases import CASES, SEED

pytestmark = [pytest.mark.slow, pytest.mark.random]

MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
READ = ("GET", "HEAD")
DEMO_IDS = 100_000
"""Rows of the demo have lower ids."""

DOCUMENTS = {
    "ai": "{0.ai_url}/openapi.json",
    "core": "{0.core_url}/api/schema/",
    "core for services": "{0.core_url}/api/schema/internal/",
}
CALLERS = [
    *((name, role) for name in DOCUMENTS for role in Role),
    ("core for services", "service"),
]


@dataclass
class Caller:
    """Somebody of a role, who gets a new account when a request ended the one before."""

    world: World
    role: str
    account: Account | None = None
    cache: ObjectCache | None = None
    statuses: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Of the answers, by operation."""

    def headers(self) -> dict[str, str]:
        """A service's token is new for each request, because it lives for seconds."""
        if self.role == "service":
            key = self.world.stack.environment["JWT_SECRET_KEY"]
            return {"Authorization": f"Bearer {mint_service_token(key, now=time.time())}"}
        return {"Authorization": f"Bearer {self._account().token}"}

    def known(self) -> Values:
        return {} if self.role == "service" else known_values(self._account())

    def objects(self) -> ObjectCache:
        """A learner's objects are the caller's."""
        if self.cache is None:
            of_service = self.role == "service"
            world = self.world if of_service else replace(self.world, learner=self._account())
            self.cache = ObjectCache(world)
        return self.cache

    def sign_in_again(self) -> None:
        """No-op while the access token is valid."""
        if self.account is not None and not self.account.is_signed_in():
            self.account = self.cache = None

    def _account(self) -> Account:
        if self.account is None:
            school = None if self.role == Role.ADMIN else self.world.organization_id
            self.account = Account.of_role(self.world.admin, Role(self.role), school)
        return self.account


@pytest.mark.parametrize(("document", "role"), CALLERS)
def test_every_answer_is_in_the_api_description(stack: Stack, document: str, role: str) -> None:
    caller = Caller(World.new(stack), role)
    described, needing_a_token = set(), set()
    for operation, cases in operations(DOCUMENTS[document].format(stack)):
        described.add(operation.label)
        if _needs_token(operation.definition.raw):
            needing_a_token.add(operation.label)
        requests(operation, cases, caller)()
    discard_parked(caller.world)
    asked = caller.statuses
    print(f"{sum(map(len, asked.values()))} cases over {len(asked)} routes: {dict(asked)}")  # noqa: T201 - figures
    assert asked.keys() == described
    assert len(asked) >= 10
    assert {name for name in needing_a_token if {*asked[name]} == {401}} == set()


@cache
def operations(url: str) -> list[tuple[Any, st.SearchStrategy[Case[Any]]]]:
    """With generators of requests, which take longer to make than a request: once for all roles."""
    found = []
    for described in schemathesis.openapi.from_url(
        url, timeout=DOCUMENT_SECONDS
    ).get_all_operations():
        assert isinstance(described, Ok), described
        operation = described.ok()
        of_modes = [operation.as_strategy(generation_mode=mode) for mode in MODES]
        found.append((operation, st.one_of(*of_modes)))
    return found


def _needs_token(operation: dict[str, Any]) -> bool:
    security = operation.get("security", [])
    return bool(security) and {} not in security


def requests(
    operation: Any, cases: st.SearchStrategy[Case[Any]], caller: Caller
) -> Callable[[], None]:
    """Sends generated requests, a part of them about objects that exist and with the caller's own
    credentials."""

    @settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=[*HealthCheck],
    )
    @given(cases, st.sampled_from((True, False)))
    def request(case: Case[Any], about_existing: bool) -> None:
        if about_existing:
            existing = caller.objects().get(operation.path)
            case.path_parameters = {**(case.path_parameters or {}), **existing}
            case.body = replaced(case.body, caller.known())
            case.query = replaced(case.query, caller.known())
        elif case.method not in READ:
            case.path_parameters = _spare_the_demo(case.path_parameters or {})
        answer = case.call_and_validate(headers=caller.headers(), checks=CHECKS, timeout=30)
        caller.statuses[operation.label].append(answer.status_code)
        if case.method not in READ and answer.status_code < 300:
            caller.objects().invalidate(operation.path)
            caller.sign_in_again()

    return seed(SEED)(request) if CASES == 1 else request


def _spare_the_demo(ids: Values) -> Values:
    """Other tests use the demo's accounts, which an admin could deactivate here."""
    return {
        name: value + DEMO_IDS if isinstance(value, int) and 0 < value < DEMO_IDS else value
        for name, value in ids.items()
    }
