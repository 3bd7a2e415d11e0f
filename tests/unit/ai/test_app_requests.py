"""What the application without its neighbours accepts and answers, to the byte."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ai.kit.settings import Settings
from tests.tokens import bearer
from tests.unit.ai.app_alone import app_alone, client_of, settings_alone


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    return settings_alone(monkeypatch)


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return app_alone(settings)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


# --- one spelling -------------------------------------------------------------------------------
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_of_a_token_is_the_same_in_any_case(
    http: httpx.AsyncClient, scheme: str
) -> None:
    token = bearer()["Authorization"].removeprefix("Bearer ")
    response = await http.get(
        "/api/v1/profiling/tracks", headers={"Authorization": f"{scheme} {token}"}
    )
    assert response.status_code == 200


@pytest.mark.parametrize("number", ["01", "%2B1", "1.0", "%201", "+1"])
async def test_a_number_has_one_spelling(http: httpx.AsyncClient, number: str) -> None:
    admin = bearer(role="admin")
    for query in (f"recommendations?user_id={number}", f"search?q=x&level={number}"):
        response = await http.get(f"/api/v1/{query}", headers=admin)
        assert (response.status_code, response.json()["code"]) == (400, "bad_parameter"), query


@pytest.mark.parametrize("moment", [1700000000, "1700000000", "20240101T000000Z", "2024-01-01"])
async def test_a_time_has_one_form(http: httpx.AsyncClient, moment: Any) -> None:
    row = {"content_id": "course-1", "status": "completed", "completion_percentage": 100.0}
    body = {"user_id": 7, "progress_data": [{**row, "created_at": moment}]}
    response = await http.post("/api/v1/personality/analyze", json=body, headers=bearer())
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "progress_data.0.created_at"


@pytest.mark.parametrize("host", ["evil", "evil:8001", "localhost.evil", "localhost@evil"])
async def test_a_foreign_host_is_refused(http: httpx.AsyncClient, host: str) -> None:
    response = await http.get("/health/live", headers={"Host": host})
    assert (response.status_code, response.json()["code"]) == (400, "bad_request")


async def test_a_nul_in_the_query_is_refused(http: httpx.AsyncClient) -> None:
    response = await http.get("/api/v1/search?q=a%00b", headers=bearer())
    assert (response.status_code, response.json()["code"]) == (400, "bad_parameter")


@pytest.mark.parametrize(
    "headers", [{"X": "x" * 17_000}, {f"X-{number}": "y" for number in range(65)}]
)
async def test_long_headers_are_refused(http: httpx.AsyncClient, headers: dict[str, str]) -> None:
    response = await http.get("/health/live", headers=headers)
    assert (response.status_code, response.json()["code"]) == (431, "headers_too_large")


# --- embeddings ---------------------------------------------------------------------------------
async def embed(http: httpx.AsyncClient, texts: Any) -> httpx.Response:
    return await http.post("/api/v1/embeddings", json={"texts": texts}, headers=bearer())


async def test_each_text_comes_back_with_its_vector_in_order(http: httpx.AsyncClient) -> None:
    response = await embed(http, ["  Introduction to Cybersecurity ", "a"])
    found = response.json()
    assert [one["text"] for one in found["embeddings"]] == ["Introduction to Cybersecurity", "a"]
    assert [one["embedding"].index(1.0) for one in found["embeddings"]] == [29, 1]
    assert (found["model"], found["dimension"]) == ("double", 384)


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""],
        ["  \t\n "],
        ["a", ""],
        ["a"] * 65,
        ["x" * 8193],
        [7],
        [None],
        [["a"]],
        "one text",
        {"0": "a"},
        None,
    ],
    ids=lambda texts: str(texts)[:20],
)
async def test_texts_that_cannot_be_embedded_are_refused(
    http: httpx.AsyncClient, texts: Any
) -> None:
    response = await embed(http, texts)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert response.json()["errors"][0]["field"].split(".")[0] == "texts"


@pytest.mark.parametrize(
    "text",
    [
        "🔐",
        "مرحبا بالعالم",
        "\u200b\u200d",
        "e\u0301",
        "\u202eabc",
        "x" * 8192,
        "{{7*7}}",
        "1 OR 1=1",
    ],
    ids=lambda text: ascii(text)[:20],
)
async def test_any_valid_text_is_embedded(http: httpx.AsyncClient, text: str) -> None:
    response = await embed(http, [text])
    assert response.status_code == 200
    assert response.json()["embeddings"][0]["text"] == text


async def test_64_texts_are_embedded_at_once(http: httpx.AsyncClient) -> None:
    assert len((await embed(http, ["a"] * 64)).json()["embeddings"]) == 64


# --- compression --------------------------------------------------------------------------------
async def test_long_json_is_compressed_for_who_accepts_it(http: httpx.AsyncClient) -> None:
    plain = await http.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    packed = await http.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert int(packed.headers["Content-Length"]) * 3 < len(plain.content)
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert "Content-Encoding" not in plain.headers


async def test_answers_to_texts_of_the_caller_are_never_compressed(http: httpx.AsyncClient) -> None:
    headers = {**bearer(), "Accept-Encoding": "gzip"}
    for path in ("/api/v1/embeddings", "/api/v1/embeddings/"):
        answer = await http.post(path, json={"texts": ["a", "b"]}, headers=headers)
        assert (answer.status_code, len(answer.content) > 1024) == (200, True)
        assert "Content-Encoding" not in answer.headers
    answer = await http.get("/api/v1/profiling/tracks", headers=headers)
    assert answer.headers["Content-Encoding"] == "gzip"
