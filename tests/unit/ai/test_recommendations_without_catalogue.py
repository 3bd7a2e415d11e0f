"""A process that has not loaded the catalogue when the database goes away asks core for it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ai.kit.settings import Settings
from ai.recommendations import service
from tests.ai_double import DatabaseDown, app_over, learner_seven
from tests.tokens import SECRET

PATH = "/api/v1/recommendations"
NOW = "2026-11-20T08:00:00Z"
USER = {
    "id": 7,
    "email": "amina@ongoza.example",
    "first_name": "Amina",
    "last_name": "O",
    "role": "learner",
    "track": None,
    "organization": None,
    "created_at": NOW,
    "updated_at": NOW,
}


def offered(number: int) -> dict[str, Any]:
    """An item as core's catalogue shows it; the lower its number, the newer."""
    published = datetime.now(UTC) - timedelta(days=number)
    return {
        "content_id": f"course-{number}",
        "content_type": "course",
        "program": "builders",
        "course_id": None,
        "position": number,
        "title": f"Course {number}",
        "description": "What it is about.",
        "track": "builders",
        "level": 1,
        "skills": ["linux"],
        "prerequisites": [],
        "duration_minutes": 60,
        "retired": False,
        "published_at": published.isoformat(),
        "updated_at": published.isoformat(),
    }


def page(results: list[dict[str, Any]], *, more: bool = False) -> dict[str, Any]:
    following = "http://core.test/next?cursor=2" if more else None
    return {"count": 2, "next": following, "previous": None, "results": results}


class CoreWithContent:
    """Core with a catalogue of two pages; a path in `down` answers 503."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.pages = [page([offered(1)], more=True), page([offered(2)])]
        self.progress: list[dict[str, Any]] = []
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        number = int(request.url.params.get("cursor", 1))
        self.asked.append(path)
        if path in self.down or f"{path}{number}" in self.down:
            return httpx.Response(503)
        answers = {
            "/api/v1/users/7": USER,
            "/api/v1/progress/": page(self.progress),
            "/api/v1/feedback/": page([]),
        }
        if path == "/api/v1/content/":
            return httpx.Response(200, json=self.pages[number - 1])
        return httpx.Response(200, json=answers[path])


def taken(content_id: str, **changes: Any) -> dict[str, Any]:
    """Completed progress as core shows it."""
    return {
        **{"id": 1, "user": 7, "content_id": content_id, "metadata": {}, "score": None},
        **{"content_type": content_id.split("-")[0], "status": "completed"},
        **{"completion_percentage": 100, "created_at": NOW, "updated_at": NOW},
        **{"first_completed_at": NOW, **changes},
    }


@pytest.fixture
def core() -> CoreWithContent:
    return CoreWithContent()


@pytest.fixture
def app(core: CoreWithContent, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    monkeypatch.setenv("VECTOR_DB_PASSWORD", "unused")
    monkeypatch.setenv("JWT_SECRET_KEY", SECRET)
    monkeypatch.setattr(service, "CORE_SECONDS", 60)  # how long it takes is not asked here
    return app_over(DatabaseDown(), Settings(), core=httpx.MockTransport(core))


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with learner_seven(app) as client:
        yield client


def source_and_items(answer: httpx.Response) -> tuple[str, set[str]]:
    assert answer.status_code == 200, answer.text
    items = {one["content_id"] for one in answer.json()["recommendations"]}
    assert answer.headers["X-Source"] == answer.headers["X-Recommendations-Source"]
    return answer.headers["X-Source"], items


async def test_the_list_is_made_of_what_core_offers(http: httpx.AsyncClient) -> None:
    assert source_and_items(await http.get(PATH)) == ("fallback", {"course-1", "course-2"})


async def test_a_prerequisite_that_core_offers_no_more_blocks_nothing(
    http: httpx.AsyncClient, core: CoreWithContent
) -> None:
    core.pages[0]["results"][0]["prerequisites"] = ["course-99"]
    assert source_and_items(await http.get(PATH)) == ("fallback", {"course-1", "course-2"})


async def test_core_is_asked_for_its_catalogue_once(
    http: httpx.AsyncClient, core: CoreWithContent
) -> None:
    for _ in range(2):
        assert source_and_items(await http.get(PATH))[1] == {"course-1", "course-2"}
    assert core.asked.count("/api/v1/content/") == 2  # its two pages


async def test_a_part_of_the_catalogue_is_used_and_the_rest_asked_for_again(
    http: httpx.AsyncClient, core: CoreWithContent
) -> None:
    core.down = {"/api/v1/content/2"}
    assert source_and_items(await http.get(PATH)) == ("fallback", {"course-1"})
    core.down = set()
    assert source_and_items(await http.get(PATH)) == ("fallback", {"course-1", "course-2"})


async def test_a_completed_item_that_is_taken_again_still_opens_what_follows(
    http: httpx.AsyncClient, core: CoreWithContent
) -> None:
    core.pages[1]["results"][0]["prerequisites"] = ["course-1"]
    core.progress = [taken("course-1", status="in_progress", completion_percentage=10, attempt=2)]
    assert source_and_items(await http.get(PATH)) == ("fallback", {"course-2"})


async def test_a_part_of_the_catalogue_does_not_say_that_all_modules_are_completed(
    http: httpx.AsyncClient, core: CoreWithContent
) -> None:
    module = {"content_id": "module-1-1", "content_type": "module", "course_id": "course-1"}
    core.pages[0]["results"].append({**offered(1), **module})
    core.pages[1]["results"] = [{**offered(2), **module, "content_id": "module-1-2"}]
    core.progress = [taken("module-1-1")]
    core.down = {"/api/v1/content/2"}

    answer = await http.get(PATH)

    assert source_and_items(answer) == ("fallback", {"course-1"})
    assert "all its modules" not in answer.text


async def test_a_catalogue_without_items_is_an_empty_list(
    http: httpx.AsyncClient, core: CoreWithContent
) -> None:
    core.pages = [page([])]
    assert source_and_items(await http.get(PATH)) == ("fallback", set())


async def test_without_database_memory_and_core_the_answer_is_to_try_again(
    http: httpx.AsyncClient, core: CoreWithContent
) -> None:
    core.down = {"/api/v1/content/", "/api/v1/users/7"}
    answer = await http.get(PATH)
    assert (answer.status_code, answer.json()["code"]) == (503, "recommendations_unavailable")
    assert answer.headers["Retry-After"] == "1"


async def test_the_catalogue_in_memory_is_used_when_core_is_down(
    http: httpx.AsyncClient, core: CoreWithContent
) -> None:
    await http.get(PATH)
    core.down = {"/api/v1/users/7", "/api/v1/content/"}
    assert source_and_items(await http.get(PATH)) == ("popular", {"course-1", "course-2"})


async def test_search_does_not_take_items_without_vectors_for_no_items(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    await http.get(PATH)
    assert app.state.resources.catalogues.last.items
    answer = await http.get("/api/v1/search/similar/course-1")
    assert (answer.status_code, answer.json()["code"]) == (503, "search_unavailable")
