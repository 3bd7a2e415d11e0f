"""A stranger gets the same answer for somebody else's object as for an id that nothing has."""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.openapi import from_url

from ongoza_contracts.vocabulary import Role
from scripts.stack.health import SSL_CONTEXT
from scripts.stack.stack import Stack
from tests.integration.accounts import API, Account, add_organization
from tests.integration.object_cache import ObjectCache
from tests.integration.objects import (
    HINTS,
    MAKERS,
    NAMES,
    QUESTIONS,
    RUBRIC,
    WEBHOOK,
    World,
    absent,
    discard_parked,
    maker_of,
    up_to_last_parameter,
)
from tests.integration.reached import REACHED
from tests.integration.story import ANSWER_SECONDS, DOCUMENT_SECONDS, eventually
from tests.random_cases import SEED

pytestmark = pytest.mark.slow

IDS = ("user", "user_id", "learner", "organization")
"""The names of ids in queries and bodies."""
EVENT = {
    "organization": 1,
    "title": "Kick-off",
    "starts_at": "2027-03-01T07:00:00Z",
    "ends_at": "2027-03-01T08:30:00Z",
    "time_zone": "Africa/Nairobi",
}
BODIES: Mapping[str, dict[str, Any]] = {
    "POST calendar/events": EVENT,
    "POST cohorts": {
        "organization": 1,
        "program_version": "018f0000-0000-7000-8000-00000000dead",
        "name": "Evening class",
        "starts_on": "2030-01-07",
        "ends_on": "2030-06-28",
    },
    "POST conduct/queue/{report_id}/transitions": {"action": "take"},
    "PATCH content/{content_id}/bodies/{body_id}": {"markdown": "## A"},
    "POST content/{content_id}/bodies": {"language": "sw", "markdown": "## A"},
    "POST cohorts/{cohort_id}/enrolments/bulk": {"emails": ["a@b.example"], "pool": "paid"},
    "PUT cohorts/{cohort_id}/pools": {"pools": [{"kind": "paid", "size": 1}]},
    "POST entitlements": {"user": 1, "feature": "mentorship", "source": "manual"},
    "POST memberships": {"user": 1, "role": "learner", "scope": "organization", "organization": 1},
    "POST missions/{mission_id}/extensions": {"user": 1, "until": "2999-01-01T00:00:00Z"},
    "PUT missions/{mission_id}/hints": HINTS,
    "PUT missions/{mission_id}/rubric": RUBRIC,
    "POST quizzes/{quiz_id}/versions": {"questions": QUESTIONS},
    "POST users": {"email": "of-both@ongoza.example", "role": "learner", "organization": 1},
    "POST users/{user_id}/progress": {
        "content_id": "course-999999999",
        "content_type": "course",
        "status": "in_progress",
    },
    "POST webhook-subscriptions": {"organization": 1, **WEBHOOK},
}
"""Good ones where generated ones hardly are."""
CASES = 2
OF_EACH_ANSWER = ("date",)
CLIENT = httpx.Client(timeout=ANSWER_SECONDS, verify=SSL_CONTEXT)

Ids = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """A generated request, into which ids are put."""

    operation: str
    case: Case[Any]
    query: dict[str, Any]
    body: Any

    @property
    def names(self) -> list[str]:
        """Of the ids in it."""
        in_path = [name for name in self.case.path_parameters or {} if name not in NAMES]
        fields = {*self.query, *(self.body if isinstance(self.body, dict) else {})}
        return [*in_path, *(name for name in IDS if name in fields and name not in in_path)]

    @property
    def reads(self) -> bool:
        return self.case.method == "GET"

    def send(self, caller: Account, base_url: str, ids: Ids) -> httpx.Response:
        path = self.case.operation.path.format(**{**(self.case.path_parameters or {}), **ids})
        query = {n: ids.get(n, value) for n, value in self.query.items()}
        body = self.body
        if isinstance(body, dict):
            body = {n: ids.get(n, value) for n, value in body.items()}
        return CLIENT.request(
            self.case.method,
            f"{base_url}{path}",
            params=query,
            headers={"Authorization": f"Bearer {caller.token}", "X-Request-ID": "of-both-requests"},
            **({} if body is None else {"json": body}),
        )


@dataclass(frozen=True)
class Operation:
    """An operation of a service, with what is sent to it."""

    base_url: str
    path: str
    requests: list[Request]


@pytest.fixture(scope="module")
def shared_world(whole_stack: tuple[Stack, Any]) -> World:
    return World.new(whole_stack[0])


@pytest.fixture
def world(stack: Stack, shared_world: World) -> Iterator[World]:
    yield shared_world
    discard_parked(shared_world)


@pytest.fixture(scope="module")
def objects(shared_world: World) -> ObjectCache:
    """Shared by the tests of all roles."""
    return ObjectCache(shared_world)


@pytest.fixture(scope="module")
def operations(whole_stack: tuple[Stack, Any]) -> list[Operation]:
    """Every operation of the documents: what is sent is generated once for all roles."""
    stack, _ = whole_stack
    documents = {
        f"{stack.core_url}/api/schema/": stack.core_url,
        f"{stack.core_url}/api/schema/internal/": stack.core_url,
        f"{stack.ai_url}/openapi.json": stack.ai_url,
    }
    found = []
    for document, base_url in documents.items():
        for described in from_url(document, timeout=DOCUMENT_SECONDS).get_all_operations():
            assert isinstance(described, Ok), described
            operation = described.ok()
            found.append(Operation(base_url, operation.path, generated(operation)))
    return found


def name_of(operation: Any) -> str:
    path = operation.path.removeprefix(f"{API}/").rstrip("/")
    return f"{operation.method.upper()} {path}"


def generated(operation: Any) -> list[Request]:
    """Good requests; and with an empty body and none, where a body is read."""
    cases: list[Case[Any]] = []

    @settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=[*HealthCheck],
    )
    @seed(SEED)
    @given(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def collect(case: Case[Any]) -> None:
        cases.append(case)

    collect()
    name = name_of(operation)
    bodies = [case.body if isinstance(case.body, dict) else None for case in cases]
    queries = [dict(case.query or {}) for case in cases]
    with_ids = dict.fromkeys(_queried_ids(operation), 1)
    further: list[tuple[Any, Any]] = (
        [({}, {}), ({}, None)] if any(body is not None for body in bodies) else []
    )
    further += [({}, BODIES[name])] if name in BODIES else []
    further += [(with_ids, None)] if with_ids else []
    sent = [*zip(queries, bodies, strict=True), *further]
    unlike = {json.dumps(one, sort_keys=True, default=str): one for one in sent}
    return [Request(name, cases[0], query, body) for query, body in unlike.values()]


def _queried_ids(operation: Any) -> list[str]:
    described = operation.definition.raw.get("parameters", ())
    return [one["name"] for one in described if one["in"] == "query" and one["name"] in IDS]


def foreign_ids(world: World, objects: ObjectCache, path: str) -> Ids:
    """The ids of an object that belongs to the world's learner or school."""
    of_learner = dict.fromkeys(("user", "user_id", "learner"), world.learner.user_id)
    return of_learner | {"organization": world.organization_id} | objects.get(path)


def own_ids(caller: Account) -> Ids:
    own = dict.fromkeys(("user", "user_id", "learner"), caller.user_id)
    school = caller.organization_id or 2147483000
    return own | {"organization": school, "organization_id": school}


def pairs(names: list[str], foreign: Ids, own: Ids) -> Iterator[tuple[Ids, Ids]]:
    """Ids that differ in one: a foreign one and one that nothing has. The others are foreign, the
    caller's own, or of nothing."""
    nothing = {name: absent(name, value) for name, value in foreign.items()}
    fixed = {name: value for name, value in foreign.items() if name in NAMES}
    for name in names:
        others = [one for one in names if one != name]
        for values in product((foreign, own, nothing), repeat=len(others)):
            rest = {
                one: ids.get(one, foreign[one]) for one, ids in zip(others, values, strict=True)
            }
            yield fixed | rest | {name: foreign[name]}, fixed | rest | {name: nothing[name]}


def seen(response: httpx.Response) -> tuple[int, dict[str, str], bytes]:
    headers = {n: v for n, v in response.headers.items() if n not in OF_EACH_ANSWER}
    return response.status_code, headers, response.content


def answered(request: Request, caller: Account, base_url: str, ids: Ids) -> Any:
    """On a busy machine core may not answer ai in time at first."""

    def unless_busy() -> httpx.Response | None:
        response = request.send(caller, base_url, ids)
        return None if response.status_code == 503 else response

    response = eventually(unless_busy)
    assert response is not None
    return seen(response)


def first_difference(
    caller: Account, operation: Operation, world: World, objects: ObjectCache
) -> Any:
    """The first two answers that are not equal, with their request; None if all are."""
    foreign = foreign_ids(world, objects, operation.path)
    for request in operation.requests:
        for one, other in pairs(request.names, foreign, own_ids(caller)):
            answers = [answered(request, caller, operation.base_url, ids) for ids in (one, other)]
            if not request.reads and any(status < 400 for status, *_ in answers):
                objects.invalidate(operation.path)
            if answers[0] != answers[1]:
                return (one, request.body, *answers)
    return None


def stranger(world: World, role: Role) -> Account:
    """Of another school."""
    school = None if role == Role.ADMIN else add_organization(world.admin)
    return Account.of_role(world.admin, role, school)


@pytest.mark.parametrize("role", list(Role))
def test_a_foreign_object_is_answered_like_one_that_does_not_exist(
    world: World, operations: list[Operation], objects: ObjectCache, role: Role
) -> None:
    caller = stranger(world, role)
    found: dict[str, Any] = {}
    for operation in operations:
        if difference := first_difference(caller, operation, world, objects):
            found[operation.requests[0].operation] = difference
        if not operation.requests[0].reads and not caller.is_signed_in():
            caller = stranger(world, role)
    reached = {name for name, roles in REACHED.items() if role in roles}
    assert {name: found[name] for name in found.keys() - reached} == {}
    assert reached - found.keys() == set()


def test_an_object_is_made_for_every_route_that_exists_and_no_other(
    operations: list[Operation],
) -> None:
    paths = {operation.path for operation in operations if "{" in operation.path}
    assert {up_to_last_parameter(path) for path in paths} == MAKERS.keys()


def test_an_unknown_route_has_no_maker() -> None:
    with pytest.raises(KeyError):
        maker_of(f"{API}/secrets/{{secret_id}}/{secrets.token_hex(2)}/")
