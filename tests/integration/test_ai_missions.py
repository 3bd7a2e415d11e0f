"""Missions for a learner: recommended, readiness for one, and similar ones, on a real database."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from ai.curriculum import service as curriculum
from ai.embeddings.backfill import Backfill
from ai.embeddings.cache import CachedEncoder
from ai.embeddings.queue import EncoderQueue
from ai.kit.settings import Settings
from ai.missions import service as missions
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.recommendations import service as recommendations
from ai.search import service as search
from ai.vectorstore.pgvector import PgVectorStore
from ongoza_contracts.event import Fact
from ongoza_contracts.missions import MissionUpdated
from tests.ai_double import DatabaseDown, app_over, learner_seven
from tests.facts import example, membership, progress, published, record, retired, user
from tests.tokens import bearer
from tests.unit.ai.app_alone import EncoderDouble

MISSION = UUID("018f0000-0000-7000-8000-000000000301")
ABSENT = "018f0000-0000-7000-8000-00000000dead"
PATH = "/api/v1/ai/missions"


def mission(**changes: Any) -> MissionUpdated:
    """Of mission-1, with two attempts and no date."""
    fields = {"mission_id": MISSION, "content_id": "mission-1", "max_attempts": 2, "due_at": None}
    return example(MissionUpdated).model_copy(update={**fields, **changes})


CATALOGUE = (
    published("course-1", skills=["linux"], level=2),
    published("course-2", skills=["logs"]),
    published("mission-1", skills=["linux", "logs"], level=3, prerequisites=["course-1"]),
    published("mission-2"),
    published("mission-3"),
    mission(),
    retired("mission-3"),
)


async def apply(applier: Applier, *facts: Fact) -> None:
    await applier.apply(read_batch(record(fact) for fact in facts))


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no database that is unavailable."""
    for module in (curriculum, missions, recommendations):
        monkeypatch.setattr(module, "DATABASE_SECONDS", 20.0)
        monkeypatch.setattr(module, "CATALOGUE_SECONDS", 20.0)
    monkeypatch.setattr(search, "NEIGHBOURS_SECONDS", 20.0)


@pytest.fixture
async def http(
    vector_pool: asyncpg.Pool, ai_settings: Settings, applier: Applier
) -> AsyncIterator[httpx.AsyncClient]:
    await apply(applier, *CATALOGUE, user())
    queue = EncoderQueue(EncoderDouble())
    while await Backfill(vector_pool, CachedEncoder(vector_pool, queue)).embed_some():
        pass
    core = httpx.MockTransport(lambda _: httpx.Response(503))
    app = app_over(
        vector_pool, ai_settings, core=core, encoder=queue, vectors=PgVectorStore(vector_pool)
    )
    async with learner_seven(app) as client:
        yield client


async def asked(http: httpx.AsyncClient, path: str, **query: Any) -> dict[str, Any]:
    answer = await http.get(f"{PATH}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_recommended_missions_are_those_of_the_learners_list(
    http: httpx.AsyncClient, applier: Applier
) -> None:
    found = await asked(http, "recommended")
    assert [one["content_id"] for one in found["missions"]] == ["mission-2"]
    await apply(applier, progress(status="completed"))
    found = await asked(http, "recommended")
    missions = {one["content_id"]: one for one in found["missions"]}
    assert ({*missions}, found["total"]) == ({"mission-1", "mission-2"}, 2)
    assert missions["mission-1"]["mission_id"] == str(MISSION)
    assert missions["mission-1"]["mission"] == {"open": True, "attempts_left": 2}
    assert "mission" not in missions["mission-2"]
    assert (await asked(http, "recommended", limit=1))["total"] == 1


async def test_readiness_names_prerequisites_skills_and_level_with_what_shows_them(
    http: httpx.AsyncClient, applier: Applier
) -> None:
    found = await asked(http, "mission-1/readiness")
    assert (found["state"], found["ready"]) == ("not_enough_data", False)
    assert found["level"] == {"mission": 3, "shown_by": []}
    assert [one["closed_by"][0]["content_id"] for one in found["skills"]] == [
        "course-1",
        "course-2",
    ]
    await apply(applier, progress(status="completed"))
    found = await asked(http, f"{MISSION}/readiness")
    facts = ["progress:course-1@1"]
    assert (found["state"], found["ready"], found["mission_id"]) == ("known", True, str(MISSION))
    assert [(one["completed"], one["facts"]) for one in found["prerequisites"]] == [(True, facts)]
    assert [(one["skill"], one["held"]) for one in found["skills"]] == [
        ("logs", False),
        ("linux", True),
    ]
    assert [one["content_id"] for one in found["skills"][0]["closed_by"]] == ["course-2"]
    assert (found["level"]["shown"], found["level"]["shown_by"][0]["facts"]) == (2, facts)
    assert found["mission"]["open"] is True


async def test_readiness_of_a_learner_of_whom_nothing_can_be_read_says_so(
    http: httpx.AsyncClient,
) -> None:
    found = await http.get(f"{PATH}/mission-1/readiness", headers=bearer(user_id=9))
    assert found.headers["X-Source"] == "empty"
    body = found.json()
    assert (body["missing"], body["state"]) == (["learner"], "not_enough_data")
    assert "ready" not in body


async def test_similar_missions_are_missions_alone(http: httpx.AsyncClient) -> None:
    found = await asked(http, f"{MISSION}/similar")
    assert [one["content_id"] for one in found["results"]] == ["mission-2"]


@pytest.mark.parametrize("name", ["readiness", "similar"])
async def test_missions_that_are_not_on_offer_are_not_found(
    name: str, http: httpx.AsyncClient
) -> None:
    for key in ("mission-3", "mission-99", ABSENT, "course-1"):
        assert (await http.get(f"{PATH}/{key}/{name}")).status_code == 404


@pytest.mark.parametrize("path", ["recommended", "mission-1/readiness"])
async def test_only_who_reaches_the_learner_reads_it(
    path: str, http: httpx.AsyncClient, applier: Applier
) -> None:
    await apply(applier, user(8, role="mentor"))
    mentor = bearer(user_id=8, role="mentor")
    address = f"{PATH}/{path}?user_id=7"
    assert (await http.get(address, headers=mentor)).status_code == 404
    await apply(applier, membership(8, learner_id=7))
    answer = await http.get(address, headers=mentor)
    assert (answer.status_code, answer.json()["user_id"]) == (200, 7)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("recommended", "recommendations_unavailable"),
        ("mission-1/readiness", "missions_unavailable"),
        ("mission-1/similar", "missions_unavailable"),
    ],
)
async def test_without_a_catalogue_the_answer_is_to_try_again(
    path: str, code: str, ai_settings: Settings
) -> None:
    core = httpx.MockTransport(lambda _: httpx.Response(503))
    async with learner_seven(app_over(DatabaseDown(), ai_settings, core=core)) as http:
        answer = await http.get(f"{PATH}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (503, code)
