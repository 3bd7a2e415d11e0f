"""The routes of a learner's way to a role, over published facts, over core, and without either."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import httpx
import pytest

from ai.curriculum import service
from ai.kit.settings import Settings
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ongoza_contracts.cohorts import EnrolmentState, EnrolmentUpdated
from ongoza_contracts.event import Fact
from ongoza_contracts.programs import ProgramVersionItem, ProgramVersionPublished
from tests.ai_double import DatabaseDown, app_over, learner_seven
from tests.facts import NOW, erased, example, membership, progress, published, record, user
from tests.tokens import bearer

ROUTES = ["path", "gaps", "next"]
ROLE = "ongoza:soc-analyst"
USER = {
    "id": 7,
    "email": None,
    "first_name": "",
    "last_name": "",
    "role": "learner",
    "track": "builders",
    "organization": None,
    "created_at": NOW.isoformat(),
    "updated_at": NOW.isoformat(),
}


def page(*results: Mapping[str, Any]) -> dict[str, Any]:
    return {"count": len(results), "next": None, "previous": None, "results": [*results]}


class Core:
    """Answers as core does, from `answers` by path, else with 503; `asked` has the requests."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        body = self.answers.get(request.url.path)
        return httpx.Response(503) if body is None else httpx.Response(200, json=body)

    def has_role(self, *content_ids: str) -> None:
        """Of two competencies whose code or name contains that of the role."""
        codes = ("soc-analyst-2", "soc-analyst")
        named = [{"framework": "ongoza", "code": one, "name": one.upper()} for one in codes]
        self.answers["/api/v1/competencies/"] = page(*named)
        items = [published(one).model_dump(mode="json") for one in content_ids]
        self.answers["/api/v1/content/"] = page(*items)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no database that is unavailable."""
    for name in ("DATABASE_SECONDS", "CATALOGUE_SECONDS", "CORE_SECONDS"):
        monkeypatch.setattr(service, name, 20.0)


@pytest.fixture
def core() -> Core:
    return Core()


@pytest.fixture
async def http(
    vector_pool: asyncpg.Pool, ai_settings: Settings, core: Core
) -> AsyncIterator[httpx.AsyncClient]:
    app = app_over(vector_pool, ai_settings, core=httpx.MockTransport(core))
    async with learner_seven(app) as client:
        yield client


async def apply(applier: Applier, *facts: Fact) -> None:
    await applier.apply(read_batch(record(fact) for fact in facts))


CATALOGUE = (
    published("course-1", skills=["linux"]),
    published("course-2", skills=["logs"], prerequisites=["course-1"], duration_minutes=45),
    published("course-3", skills=["pitching"], track="leaders"),
)


async def asked(http: httpx.AsyncClient, route: str, **query: Any) -> dict[str, Any]:
    answer = await http.get(f"/api/v1/curriculum/{route}", params=query)
    assert answer.status_code == 200, answer.text
    return {**answer.json(), "source": answer.headers["X-Source"]}


def ids(found: dict[str, Any]) -> list[str]:
    return [one["content_id"] for one in found.get("steps") or found["items"]]


async def test_the_path_to_a_track_is_made_of_published_facts(
    http: httpx.AsyncClient, applier: Applier, core: Core
) -> None:
    await apply(applier, *CATALOGUE, user(), progress(status="completed"))
    found = await asked(http, "path", role="builders")
    assert (ids(found), found["minutes"], found["done"]) == (["course-2"], 45, ["course-1"])
    assert (found["source"], found["missing"], found["state"]) == ("projection", [], "known")
    gaps = await asked(http, "gaps", role="builders")
    held = {one["skill"]: [shown["facts"] for shown in one["shown_by"]] for one in gaps["skills"]}
    assert held == {"logs": [], "linux": [["progress:course-1@1"]]}
    assert core.asked == []


async def test_without_a_role_the_program_of_the_enrolment_counts_else_the_track(
    http: httpx.AsyncClient, applier: Applier
) -> None:
    await apply(applier, *CATALOGUE, user())
    found = await asked(http, "next")
    assert (found["state"], found["items"], "role" in found) == ("not_enough_data", [], False)
    await apply(applier, user(version=2, track="builders"))
    assert (await asked(http, "next"))["role"] == {"kind": "track", "role": "builders"}
    item = ProgramVersionItem(content_id="course-3", milestone=1, required=True)
    version = example(ProgramVersionPublished).model_copy(update={"items": (item,)})
    enrolment = example(EnrolmentUpdated).model_copy(
        update={
            "user_id": 7,
            "program_version_id": version.program_version_id,
            "state": EnrolmentState.ACTIVE,
        }
    )
    await apply(applier, version, enrolment)
    found = await asked(http, "next")
    assert (found["role"]["kind"], ids(found)) == ("program", ["course-3"])


async def test_what_a_role_of_a_framework_needs_is_asked_of_core_with_the_callers_token(
    http: httpx.AsyncClient, applier: Applier, core: Core
) -> None:
    await apply(applier, *CATALOGUE, user())
    core.has_role("course-2")
    found = await asked(http, "path", role=ROLE)
    assert found["role"] == {"kind": "competency", "role": ROLE, "name": "SOC-ANALYST"}
    assert ids(found) == ["course-1", "course-2"]
    assert {one.headers["Authorization"] for one in core.asked} == {http.headers["Authorization"]}
    assert core.asked[-1].url.params["competency"] == ROLE


async def test_a_role_that_no_framework_has_is_not_found(
    http: httpx.AsyncClient, applier: Applier, core: Core
) -> None:
    await apply(applier, *CATALOGUE, user())
    core.has_role()
    for route in ROUTES:
        answer = await http.get(f"/api/v1/curriculum/{route}?role=ongoza:soc")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_role")


@pytest.mark.parametrize("route", ROUTES)
async def test_while_core_is_down_the_answer_says_that_the_role_is_missing(
    route: str, http: httpx.AsyncClient, applier: Applier
) -> None:
    await apply(applier, *CATALOGUE, user())
    found = await asked(http, route, role=ROLE)
    assert (found["missing"], found["state"]) == (["role"], "not_enough_data")
    assert found["role"] == {"kind": "competency", "role": ROLE}


async def test_a_core_that_does_not_answer_in_time_is_not_waited_for(
    vector_pool: asyncpg.Pool,
    ai_settings: Settings,
    applier: Applier,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    await apply(applier, *CATALOGUE, user())
    monkeypatch.setattr(service, "CORE_SECONDS", 0.05)
    app = app_over(vector_pool, ai_settings, core=httpx.MockTransport(never))
    async with learner_seven(app) as http:
        found = await asked(http, "path", role=ROLE)
    assert (found["source"], found["missing"]) == ("projection", ["role"])


async def test_a_learner_whom_ai_does_not_know_yet_is_asked_of_core(
    http: httpx.AsyncClient, applier: Applier, core: Core
) -> None:
    await apply(applier, *CATALOGUE)
    found = await asked(http, "path", role="builders")
    assert (found["source"], found["missing"]) == ("empty", ["learner"])
    assert ids(found) == ["course-1", "course-2"]
    done = progress(status="completed").model_dump(mode="json")
    of_core = {**done, "id": 1, "user": 7, "score": None, "metadata": {}}
    core.answers = {"/api/v1/users/7": USER, "/api/v1/progress/": page(of_core)}
    found = await asked(http, "path")
    assert (found["source"], found["missing"], ids(found)) == ("core", [], ["course-2"])


@pytest.mark.parametrize("route", ROUTES)
async def test_without_database_and_core_the_answer_says_that_everything_is_missing(
    route: str, ai_settings: Settings, core: Core
) -> None:
    app = app_over(DatabaseDown(), ai_settings, core=httpx.MockTransport(core))
    async with learner_seven(app) as http:
        found = await asked(http, route, role=ROLE)
    assert found["missing"] == ["catalogue", "learner", "role"]
    assert (found["source"], found["state"]) == ("empty", "not_enough_data")


@pytest.mark.parametrize("route", ROUTES)
async def test_only_who_reaches_the_learner_reads_it(
    route: str, http: httpx.AsyncClient, applier: Applier
) -> None:
    await apply(applier, *CATALOGUE, user(), user(8, role="mentor"))
    address = f"/api/v1/curriculum/{route}?user_id=7&role=builders"
    mentor = bearer(user_id=8, role="mentor")
    assert (await http.get(address, headers=mentor)).status_code == 404
    await apply(applier, membership(8, learner_id=7))
    answer = await http.get(address, headers=mentor)
    assert (answer.status_code, answer.json()["user_id"]) == (200, 7)


async def test_a_learner_who_was_erased_gets_nothing(
    http: httpx.AsyncClient, applier: Applier
) -> None:
    await apply(applier, *CATALOGUE, user(), erased())
    assert (await http.get("/api/v1/curriculum/path")).status_code == 401
    admin = bearer(user_id=9, role="admin")
    answer = await http.get("/api/v1/curriculum/path?user_id=7", headers=admin)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "role=builder",
        "role=",
        "role=ongoza:",
        "role=:x",
        "role=ongoza:%20",
        "user_id=0",
        "track=builders",
    ],
)
async def test_a_malformed_query_is_refused(query: str, http: httpx.AsyncClient) -> None:
    answer = await http.get(f"/api/v1/curriculum/path?{query}")
    assert answer.status_code == 400
