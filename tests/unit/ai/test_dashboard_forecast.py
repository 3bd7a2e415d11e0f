"""`GET /api/v1/student/dashboard/forecast` on real rows, and while a neighbour is down."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from ai.dashboard.pace import DEFAULT_PRIOR
from ai.dashboard.queries import load_active_enrolment
from ai.dashboard.service import PriorCache
from ai.kit.settings import Settings
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ongoza_contracts.cohorts import EnrolmentUpdated
from ongoza_contracts.event import Fact
from ongoza_contracts.programs import ProgramVersionPublished
from tests.ai_double import DatabaseDown, app_over, learner_seven
from tests.facts import erased, example, membership, progress, published, record, user
from tests.tokens import bearer

PATH = "/api/v1/student/dashboard/forecast"
VERSION = UUID("018f0000-0000-7000-8000-0000000000aa")
ENROLMENT = UUID("018f0000-0000-7000-8000-0000000000bb")
NOW = datetime.now(UTC)
BEGAN = NOW - timedelta(weeks=10)
MODULES = {f"module-1-{number}": "course-1" for number in (1, 2, 3)}
COURSES = [f"course-{number}" for number in range(1, 9)]


def version(*optional: str) -> ProgramVersionPublished:
    """Of eight courses, the first with three modules, one of them not required."""
    items = [*COURSES, *MODULES]
    return ProgramVersionPublished.model_validate(
        {
            **{"program_version_id": VERSION, "version": 1, "program_id": 1, "number": 1},
            "items": [
                {"content_id": one, "milestone": 1, "required": one not in optional}
                for one in items
            ],
            **{"published_at": BEGAN, "updated_at": BEGAN},
        }
    )


def enrolment(**changes: Any) -> EnrolmentUpdated:
    given = {
        **{"enrolment_id": ENROLMENT, "user_id": 7, "program_version_id": VERSION},
        **{"state": "active", "activated_at": BEGAN, "completed_at": None, "version": 1},
        **{"expires_at": None, "confirmed_by": None, "previous_id": None},
    }
    fields = {**example(EnrolmentUpdated).model_dump(), **given, **changes}
    return EnrolmentUpdated.model_validate(fields)


def done(content_id: str, weeks: float, source: str = "review", user_id: int = 7) -> Fact:
    """Completed so many weeks after the enrolment began, and confirmed now."""
    state: dict[str, Any] = {"status": "completed", "completion_percentage": 100.0}
    times: dict[str, Any] = {
        "first_completed_at": BEGAN + timedelta(weeks=weeks),
        "updated_at": NOW,
    }
    return progress(user_id, content_id, completion_source=source, **state, **times)


CONTENT: Sequence[Fact] = [
    *(published(one) for one in COURSES),
    *(published(one, course_id=course) for one, course in MODULES.items()),
]
HALF_WAY: Sequence[Fact] = [
    *CONTENT,
    user(),
    version("module-1-3"),
    enrolment(),
    done("course-2", -1),
    done("module-1-1", 2),
    done("course-3", 5),
    done("course-4", 8),
    done("course-5", 9, "self"),
    done("module-1-3", 9),
]


async def apply(applier: Applier, facts: Sequence[Fact]) -> None:
    await applier.apply(read_batch(record(fact) for fact in facts))


async def asked(
    pool: Any,
    settings: Settings,
    core: Any = None,
    headers: dict[str, str] | None = None,
    path: str = PATH,
) -> httpx.Response:
    """The answer while core answers with these bodies by path, and 503 where there is none."""

    def answer(request: httpx.Request) -> httpx.Response:
        body = (core or {}).get(request.url.path)
        return httpx.Response(503) if body is None else httpx.Response(200, json=body)

    app = app_over(pool, settings, core=httpx.MockTransport(answer))
    async with learner_seven(app) as http:
        return await http.get(path, headers=headers)


async def test_a_forecast_comes_from_the_completions_that_count(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    await apply(applier, HALF_WAY)
    response = await asked(vector_pool, ai_settings)
    assert (response.status_code, response.headers["X-Source"]) == (200, "projection")
    body = response.json()
    assert (body["state"], body["enrolment_id"]) == ("forecast", str(ENROLMENT))
    # Seven courses without modules and two required modules.
    assert (body["required_total"], body["required_done"], body["unconfirmed"]) == (9, 4, 1)
    assert body["ahead"]["weeks"] == 8
    assert 0 <= body["ahead"]["low"] < body["ahead"]["high"] <= 5
    assert NOW.date() < datetime.fromisoformat(body["earliest"]).date()
    assert body.get("latest") is None
    assert 0.1 < body["probability"] < 0.9
    assert (body["learners"], body["missing"]) == (0, [])


async def test_the_pace_is_that_since_the_enrolment_began(
    vector_pool: asyncpg.Pool, applier: Applier
) -> None:
    await apply(applier, HALF_WAY)
    found = await load_active_enrolment(vector_pool, 7)
    assert found is not None
    history = found.history(NOW)
    assert (history.required, history.done_before) == (9, 1)
    assert history.completions == pytest.approx((2.0, 5.0, 8.0))
    assert history.observed == pytest.approx(10.0)


async def test_the_modules_of_a_course_that_is_completed_are_done(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    await apply(applier, [*HALF_WAY, done("course-1", 1)])
    body = (await asked(vector_pool, ai_settings)).json()
    assert (body["required_total"], body["required_done"]) == (9, 5)


@pytest.mark.parametrize(
    ("facts", "state", "more"),
    [
        ([user()], "no_enrolment", {}),
        ([user(), version(), enrolment(state="withdrawn")], "no_enrolment", {}),
        ([user(), enrolment()], "unavailable", {"missing": ["requirements"]}),
        ([user(), version(*COURSES, *MODULES), enrolment()], "nothing_required", {}),
        (
            [*CONTENT, user(), version(), enrolment(), done("course-2", 1)],
            "not_enough_data",
            {"needed": {"completions": 2, "days": 0}},
        ),
        (
            [
                *(*CONTENT, user(), version()),
                enrolment(activated_at=NOW - timedelta(days=2.5)),
            ],
            "not_enough_data",
            {"needed": {"completions": 3, "days": 12}},
        ),
        (
            [*CONTENT, user(), version(), enrolment(), *(done(one, 3) for one in COURSES)],
            "requirements_met",
            {"required_total": 10, "required_done": 10},
        ),
    ],
)
async def test_without_a_forecast_the_state_says_why(
    facts: Sequence[Fact],
    state: str,
    more: dict[str, Any],
    vector_pool: asyncpg.Pool,
    applier: Applier,
    ai_settings: Settings,
) -> None:
    await apply(applier, facts)
    body = (await asked(vector_pool, ai_settings)).json()
    assert (body["state"], "likely" in body, "ahead" in body) == (state, False, False)
    assert {**body, **more} == body


LIST = {
    **{"count": 1, "next": None, "previous": None},
    "results": [
        {
            **{"id": str(ENROLMENT), "user": 7, "program_version": str(VERSION)},
            **{"state": "active", "activated_at": BEGAN.isoformat()},
        }
    ],
}
DETAIL = {"required_total": 9, "required_done": 4}
ONE = f"/api/v1/enrolments/{ENROLMENT}/"
OF_CORE = {"/api/v1/enrolments/": LIST, ONE: DETAIL}


@pytest.mark.parametrize("is_down", [False, True], ids=["unknown", "database down"])
async def test_core_knows_the_requirements_of_a_learner_without_facts(
    is_down: bool, vector_pool: asyncpg.Pool, ai_settings: Settings
) -> None:
    response = await asked(DatabaseDown() if is_down else vector_pool, ai_settings, OF_CORE)
    assert (response.status_code, response.headers["X-Source"]) == (200, "core")
    body = response.json()
    assert (body["state"], body["missing"]) == ("unavailable", ["completions"])
    assert (body["required_total"], body["required_done"]) == (9, 4)


@pytest.mark.parametrize(
    ("core", "state", "missing"),
    [
        ({**OF_CORE, ONE: {**DETAIL, "required_done": 9}}, "requirements_met", []),
        ({"/api/v1/enrolments/": {**LIST, "results": []}}, "no_enrolment", []),
        ({"/api/v1/enrolments/": LIST}, "unavailable", ["requirements", "completions"]),
        ({}, "unavailable", ["enrolment"]),
    ],
)
async def test_a_partial_answer_names_what_is_missing(
    core: dict[str, Any], state: str, missing: list[str], ai_settings: Settings
) -> None:
    response = await asked(DatabaseDown(), ai_settings, core)
    assert response.status_code == 200
    assert response.headers["X-Source"] == ("core" if core else "empty")
    body = response.json()
    assert (body["state"], body["missing"]) == (state, missing)


async def test_a_mentor_reads_the_forecast_of_an_assigned_learner_alone(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    headers = bearer(user_id=8, role="mentor")
    path = f"{PATH}?user_id=7"
    await apply(applier, [*HALF_WAY, user(8, role="mentor")])
    assert (await asked(vector_pool, ai_settings, OF_CORE, headers, path)).status_code == 404
    await apply(applier, [membership(8, learner_id=7)])
    response = await asked(vector_pool, ai_settings, OF_CORE, headers, path)
    assert (response.status_code, response.json()["required_done"]) == (200, 4)


async def test_admins_get_404_for_a_learner_who_does_not_exist(
    vector_pool: asyncpg.Pool, ai_settings: Settings
) -> None:
    headers = bearer(user_id=8, role="admin")
    response = await asked(vector_pool, ai_settings, OF_CORE, headers, f"{PATH}?user_id=99")
    assert response.status_code == 404


async def test_a_caller_who_was_erased_gets_nothing(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    await apply(applier, [*HALF_WAY, erased()])
    assert (await asked(vector_pool, ai_settings, OF_CORE)).status_code == 401


@pytest.mark.parametrize("query", ["user_id=0", "user_id=x", "user=7", "user_id=7&user_id=8"])
async def test_a_query_that_is_no_learner_is_refused(query: str, ai_settings: Settings) -> None:
    response = await asked(DatabaseDown(), ai_settings, path=f"{PATH}?{query}")
    assert response.status_code == 400


async def test_the_prior_is_fitted_to_all_enrolments_whose_requirements_are_known(
    vector_pool: asyncpg.Pool, applier: Applier, ai_settings: Settings
) -> None:
    priors = PriorCache(vector_pool)
    assert await priors.refresh()
    assert priors.last == DEFAULT_PRIOR
    others = [
        enrolment(enrolment_id=UUID(int=number), user_id=number, state=state)
        for number, state in ((11, "completed"), (12, "withdrawn"), (13, "suspended"))
    ]
    unknown = enrolment(enrolment_id=UUID(int=14), program_version_id=UUID(int=1))
    await apply(applier, [*HALF_WAY, *others, unknown, done("course-2", 1, user_id=11)])
    assert not await priors.refresh()
    assert priors.last.learners == 4
    assert priors.last != DEFAULT_PRIOR


SHAPE = """
SELECT table_schema, column_name, data_type, is_nullable, column_default, ordinal_position
FROM information_schema.columns WHERE table_name = 'progress' ORDER BY 1, 6
"""


async def test_a_migrated_generation_equals_a_new_one_and_reads_progress_again(
    vector_pool: asyncpg.Pool, applier: Applier
) -> None:
    made_now = await vector_pool.fetch(SHAPE)
    newest = done("course-2", 1).model_copy(update={"version": 2})
    await apply(applier, [user(), newest])
    rows = await vector_pool.fetch("SELECT * FROM progress")
    await vector_pool.execute(
        "DROP VIEW live.progress; "
        "ALTER TABLE progress DROP completion_source, DROP completed_at, DROP activity; "
        "CREATE VIEW live.progress AS SELECT * FROM progress; "
        "DELETE FROM consumed; "
        "INSERT INTO consumed VALUES ('ongoza.progress', 0, 9), ('ongoza.users', 0, 9)"
    )
    for name in ("0018_completions.sql", "0022_activity.sql"):
        await vector_pool.execute(files("ai.migrations").joinpath(name).read_text())
    assert (
        await vector_pool.fetchval("SELECT string_agg(topic, ' ') FROM consumed") == "ongoza.users"
    )
    # An older fact of the topic takes nothing back.
    await apply(applier, [progress(7, "course-2", 1, status="in_progress")])
    assert await vector_pool.fetchval("SELECT status FROM progress") == "completed"
    await apply(applier, [newest])
    assert await vector_pool.fetch("SELECT * FROM progress") == rows
    assert [row[1:5] for row in await vector_pool.fetch(SHAPE)] == [row[1:5] for row in made_now]
