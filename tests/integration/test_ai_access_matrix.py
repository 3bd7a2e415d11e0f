"""Every route of ai's OpenAPI document, called by every role in every relation to a learner; and
when a change of memberships takes effect."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from ai.access.service import require_reach
from ai.kit.auth import Caller
from ai.kit.errors import NotFound
from ai.kit.settings import Settings
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ongoza_contracts.access import SCOPES, Permission, ScopeKind
from ongoza_contracts.event import Fact
from ongoza_contracts.memberships import MembershipUpdated
from ongoza_contracts.vocabulary import Role
from tests.access_matrix import CALLERS, For, Relation, Route, matches, roles, statuses
from tests.ai_double import DatabaseDown, app_over, learner_seven
from tests.facts import (
    erased,
    membership,
    progress,
    published,
    record,
    sign_in_started,
    user,
)
from tests.tokens import SIGN_IN, bearer

LEARNER, CALLER = 7, 8
COHORT = UUID("018f0000-0000-7000-8000-000000000020")
ABSENT = "018f0000-0000-7000-8000-00000000dead"
ADMINS = roles(Role.ADMIN)
SESSION = f"profiling/session/{ABSENT}"
ASKED = {"user_id": LEARNER}
REASON = {"reason": "broken"}

ROUTES: dict[str, Route] = {
    "POST /embeddings": Route(For.USERS, body={}),
    "POST /personality/analyze": Route(For.REACHING, body=ASKED),
    "POST /profiling/session/start": Route(For.USERS),
    "GET /profiling/session/{session_id}/progress": Route(For.USERS, f"{SESSION}/progress"),
    "GET /profiling/questions": Route(For.USERS),
    "POST /profiling/session/{session_id}/respond": Route(For.USERS, f"{SESSION}/respond", {}),
    "POST /profiling/session/{session_id}/complete": Route(For.USERS, f"{SESSION}/complete"),
    "GET /profiling/session/{session_id}/results": Route(For.USERS, f"{SESSION}/results"),
    "GET /profiling/session/{session_id}/comparison": Route(For.USERS, f"{SESSION}/comparison"),
    "GET /profiling/results": Route(For.USERS),
    "GET /profiling/tracks": Route(For.USERS),
    "DELETE /profiling/session/{session_id}": Route(For.USERS, SESSION),
    "GET /recommendations": Route(For.REACHING, f"recommendations?user_id={LEARNER}"),
    "POST /recommendations": Route(For.REACHING, body=ASKED),
    "GET /recommendations/debug": Route(For.REACHING, f"recommendations/debug?user_id={LEARNER}"),
    "GET /curriculum/path": Route(For.REACHING, f"curriculum/path?user_id={LEARNER}"),
    "GET /curriculum/gaps": Route(For.REACHING, f"curriculum/gaps?user_id={LEARNER}"),
    "GET /curriculum/next": Route(For.REACHING, f"curriculum/next?user_id={LEARNER}"),
    "GET /ai/missions/recommended": Route(
        For.REACHING, f"ai/missions/recommended?user_id={LEARNER}"
    ),
    "GET /ai/missions/{mission_id}/readiness": Route(
        For.REACHING, f"ai/missions/mission-1/readiness?user_id={LEARNER}"
    ),
    "GET /ai/missions/{mission_id}/similar": Route(For.USERS, "ai/missions/mission-99/similar"),
    "POST /ai/missions/{mission_id}/feedback": Route(
        For.USERS, f"ai/missions/{ABSENT}/feedback", {"submission_id": ABSENT}
    ),
    "GET /search": Route(For.USERS),
    "GET /student/coaching/overview": Route(For.USERS),
    "GET /student/coaching/ai-coach": Route(
        For.REACHING, f"student/coaching/ai-coach?user_id={LEARNER}"
    ),
    "GET /student/coaching/nudges": Route(For.USERS),
    **{
        f"GET /student/dashboard/{name}": Route(
            For.REACHING, f"student/dashboard/{name}?user_id={LEARNER}"
        )
        for name in ("forecast", "insights", "trends")
    },
    "GET /search/similar/{content_id}": Route(For.USERS, "search/similar/course-99"),
    "GET /operations/parked": Route(ADMINS),
    "GET /operations/parked/{parked_id}": Route(ADMINS, "operations/parked/1"),
    "POST /operations/parked/{parked_id}/retry": Route(ADMINS, "operations/parked/1/retry"),
    "POST /operations/parked/{parked_id}/accept": Route(
        ADMINS, "operations/parked/1/accept", REASON
    ),
    "POST /operations/parked/{parked_id}/discard": Route(
        ADMINS, "operations/parked/1/discard", REASON
    ),
    "GET /health/live": Route(For.ANYONE, "/health/live"),
    "GET /health": Route(For.ANYONE, "/health"),
    "GET /health/details": Route(ADMINS, "/health/details"),
}


@pytest.fixture
def app(vector_pool: asyncpg.Pool, ai_settings: Settings) -> FastAPI:
    core = httpx.MockTransport(lambda request: httpx.Response(503))
    return app_over(vector_pool, ai_settings, core=core)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with learner_seven(app) as client:
        yield client


async def apply(applier: Applier, *facts: Fact) -> None:
    await applier.apply(read_batch(record(fact) for fact in facts))


def test_every_route_has_a_row(app: FastAPI) -> None:
    described = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    }
    assert described == ROUTES.keys()


async def ask(http: httpx.AsyncClient, name: str, headers: dict[str, str]) -> httpx.Response:
    method, path = name.split(" ")
    target = ROUTES[name].path or path[1:]
    target = target if target.startswith("/") else f"/api/v1/{target}"
    return await http.request(method, target, json=ROUTES[name].body, headers=headers)


def world_of(role: Role, relation: Relation) -> tuple[list[Fact], int]:
    """The facts of a learner and a caller in this relation, and the caller's id."""
    in_school: dict[str, Any] = {"scope": "organization", "organization_id": 1}
    facts: list[Fact] = [
        published("course-1"),
        published("mission-1"),
        user(LEARNER),
        progress(LEARNER),
        membership(LEARNER, role="learner", **in_school),
        membership(LEARNER, role="learner", scope="cohort", cohort_id=COHORT),
    ]
    if relation is Relation.OWN:
        return [*facts, user(LEARNER, 2, role=role), sign_in_started(LEARNER)], LEARNER
    organization_id = 1 if relation is Relation.ORGANIZATION else 2
    facts += [user(CALLER, role=role), sign_in_started(CALLER)]
    facts += [membership(CALLER, role=role, **{**in_school, "organization_id": organization_id})]
    if relation is Relation.ASSIGNED and ScopeKind.LEARNER in SCOPES[role]:
        facts += [membership(CALLER, role=role, scope="learner", learner_id=LEARNER)]
    if relation is Relation.COHORT and ScopeKind.COHORT in SCOPES[role]:
        facts += [membership(CALLER, role=role, scope="cohort", cohort_id=COHORT)]
    return facts, CALLER


@pytest.mark.parametrize(("role", "relation"), CALLERS)
async def test_each_role_gets_the_statuses_of_its_row(
    role: Role, relation: Relation, http: httpx.AsyncClient, applier: Applier
) -> None:
    facts, caller = world_of(role, relation)
    await apply(applier, *facts)
    headers = bearer(user_id=caller, role=role)
    found = {}
    for name, route in ROUTES.items():
        expected = statuses(route, role, relation)
        status = (await ask(http, name, headers)).status_code
        if not matches(expected, status):
            found[name] = (expected, status)
    assert found == {}


@pytest.mark.parametrize("service", [False, True])
async def test_requests_without_a_users_token_are_refused(
    service: bool, app: FastAPI, http: httpx.AsyncClient
) -> None:
    token = app.state.tokens.mint_service_token() if service else ""
    for name, route in ROUTES.items():
        answer = await ask(http, name, {"Authorization": f"Bearer {token}" if service else ""})
        assert (answer.status_code == 401) is (route.allowed is not For.ANYONE), name


async def test_foreign_and_unknown_learners_get_the_same_answer(
    http: httpx.AsyncClient, applier: Applier
) -> None:
    await apply(applier, user(LEARNER), progress(LEARNER))
    mentor = bearer(user_id=CALLER, role="mentor")
    answers = []
    for user_id in (LEARNER, 99):
        for path in ("recommendations", "recommendations/debug"):
            answer = await http.get(f"/api/v1/{path}?user_id={user_id}", headers=mentor)
            assert answer.status_code == 404
            answers.append({**answer.json(), "request_id": ""})
    assert all(one == answers[0] for one in answers)


def caller(role: Role = Role.MENTOR) -> Caller:
    return Caller(
        user_id=CALLER,
        role=role,
        jti="j",
        token="",
        expires_at=0,
        sign_in_id=SIGN_IN,
        generation=0,
    )


async def reaches(pool: Any, role: Role = Role.MENTOR, user_id: int = LEARNER) -> bool:
    try:
        await require_reach(pool, caller(role), Permission.LEARNER_READ, user_id)
    except NotFound:
        return False
    return True


NOW = datetime.now(UTC)
ASSIGNMENT = membership(CALLER, scope="learner", learner_id=LEARNER)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"revoked_at": NOW}, False),
        ({"until": NOW - timedelta(seconds=1)}, False),
        ({"until": NOW + timedelta(days=1)}, True),
        ({"learner_id": None}, False),
    ],
)
async def test_a_membership_is_in_force_as_soon_as_it_is_applied_and_until_it_ends(
    change: dict[str, Any], expected: bool, vector_pool: asyncpg.Pool, applier: Applier
) -> None:
    assert not await reaches(vector_pool)
    await apply(applier, user(LEARNER), user(CALLER, role="mentor"), ASSIGNMENT)
    assert await reaches(vector_pool)
    changed = {**ASSIGNMENT.model_dump(), **change, "version": 2}
    await apply(applier, MembershipUpdated.model_validate(changed))
    assert await reaches(vector_pool) is expected


async def test_an_erased_learner_is_not_assigned_to_anyone(
    vector_pool: asyncpg.Pool, applier: Applier
) -> None:
    await apply(applier, user(LEARNER), user(CALLER, role="mentor"), ASSIGNMENT)
    await apply(applier, erased(LEARNER))
    assert not await reaches(vector_pool)
    await apply(applier, ASSIGNMENT.model_copy(update={"version": 2}))
    assert not await reaches(vector_pool)


class Unasked:
    """A pool that must not be asked anything."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        raise AssertionError(name)


@pytest.mark.parametrize("role", list(Role))
async def test_reading_ones_own_data_needs_no_query(role: Role) -> None:
    assert await reaches(Unasked(), role, CALLER)


async def test_an_admin_reaches_everyone_without_a_query() -> None:
    assert await reaches(Unasked(), Role.ADMIN, LEARNER)


async def test_without_the_database_nobody_reads_another_learner(ai_settings: Settings) -> None:
    app = app_over(DatabaseDown(), ai_settings)
    async with learner_seven(app) as http:
        headers = bearer(user_id=CALLER, role="mentor")
        answer = await http.get(f"/api/v1/recommendations?user_id={LEARNER}", headers=headers)
    assert answer.status_code == 503
