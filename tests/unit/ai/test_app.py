"""The application as a whole, without its neighbours."""

import re
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ai.app import create_app
from ai.kit.auth import WeakSecret
from ai.kit.settings import Settings
from ongoza_contracts.http.tokens import SCOPED_TOKEN_SECONDS
from tests.bad_input import BODIES, JSON, MEDIA
from tests.tokens import SECRET, bearer
from tests.unit.ai.app_alone import ORIGIN, app_alone, client_of, settings_alone

OPEN_PATHS = {"/health", "/health/live"}


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


IDS = {
    "session_id": "018f6d2e-0000-7000-8000-000000000001",
    "parked_id": "1",
    "content_id": "course-1",
    "mission_id": "mission-1",
}


def operations(app: FastAPI) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path.format_map(IDS), one)
        for path, methods in app.openapi()["paths"].items()
        for method, one in methods.items()
    ]


@pytest.mark.parametrize("slash", ["", "/"])
async def test_every_route_but_health_wants_a_token(
    app: FastAPI, http: httpx.AsyncClient, slash: str
) -> None:
    protected = [(m, p, one) for m, p, one in operations(app) if p not in OPEN_PATHS]
    assert len(protected) >= 9
    for method, path, operation in protected:
        response = await http.request(method, path + slash)
        assert response.status_code == 401, (method, path)
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert operation["security"] == [{"bearer": []}]
        refresh = bearer(token_type="refresh")
        assert (await http.request(method, path, headers=refresh)).status_code == 401


def scoped(scope: str, **changes: Any) -> dict[str, str]:
    now = int(time.time())
    return bearer(scope=scope, iat=now, exp=now + SCOPED_TOKEN_SECONDS, **changes)


@pytest.mark.parametrize(
    ("scope", "refused"),
    [
        ("write", set()),
        ("read", {"POST", "PUT", "PATCH", "DELETE"}),
        ("learner.read", {"GET", "POST", "PUT", "PATCH", "DELETE"}),
    ],
)
async def test_every_route_enforces_the_scope_of_a_token(
    app: FastAPI, http: httpx.AsyncClient, scope: str, refused: set[str]
) -> None:
    for method, path, _ in operations(app):
        if path in OPEN_PATHS:
            continue
        response = await http.request(method, path, headers=scoped(scope, role="admin"))
        body = response.json() if response.status_code == 403 else {}
        out_of_scope = body.get("detail") == "The scope of the token does not allow this."
        assert out_of_scope is (method in refused), (method, path)


async def test_a_scope_that_names_a_permission_allows_the_routes_that_require_it(
    http: httpx.AsyncClient,
) -> None:
    headers = scoped("operations.manage", role="admin")
    parked = await http.post("/api/v1/operations/parked/1/retry", headers=headers)
    assert parked.status_code == 503  # the database is down
    assert (await http.get("/api/v1/search?q=x", headers=headers)).status_code == 403


@pytest.mark.slow
async def test_no_route_chokes_on_a_bad_body(app: FastAPI, http: httpx.AsyncClient) -> None:
    reading = [(m, p) for m, p, one in operations(app) if "requestBody" in one]
    assert len(reading) >= 2
    headers = {**bearer(role="admin"), "Content-Type": JSON}
    for name, (body, status, code) in BODIES.items():
        for method, path in reading:
            response = await http.request(method, path, content=body, headers=headers)
            found = (response.status_code, response.json()["code"])
            assert found == (status, code), (path, name)


@pytest.mark.slow
async def test_no_route_reads_what_is_not_json(app: FastAPI, http: httpx.AsyncClient) -> None:
    reading = [(m, p) for m, p, one in operations(app) if "requestBody" in one]
    for name, (headers, body) in MEDIA.items():
        both = {**bearer(role="admin"), **headers}
        for method, path in reading:
            response = await http.request(method, path, content=body, headers=both)
            assert response.status_code == 415, (path, name)


async def test_another_method_is_refused_everywhere(app: FastAPI, http: httpx.AsyncClient) -> None:
    for path in {path for _, path, _ in operations(app)}:
        allowed = {method for method, same, _ in operations(app) if same == path}
        allowed |= {"HEAD"} if "GET" in allowed else set()
        for method in {"HEAD", "PUT", "PATCH", "TRACE", "OPTIONS"} - allowed:
            response = await http.request(method, path, headers=bearer())
            assert response.status_code == 405
            assert response.headers["Allow"] == ", ".join(sorted(allowed))


async def test_head_is_answered_as_get_is_without_a_body(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    paths = [path for method, path, _ in operations(app) if method == "GET"]
    assert len(paths) >= 10
    for path in [*paths, "/openapi.json", "/docs", "/docs-assets/favicon.png"]:
        got = await http.get(path, headers=bearer())
        head = await http.request("HEAD", path, headers=bearer())
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert {*head.headers} == {*got.headers}, path
        assert head.headers["Content-Type"] == got.headers["Content-Type"]


async def test_an_unknown_parameter_is_named(app: FastAPI, http: httpx.AsyncClient) -> None:
    for path in [path for method, path, _ in operations(app) if method == "GET"]:
        response = await http.get(f"{path}?limt=1", headers=bearer(role="admin"))
        found = response.json()
        assert (response.status_code, found["code"]) == (400, "bad_parameter"), path
        assert found["detail"] == '"limt" is no query parameter of this route.'


async def test_the_name_of_an_unknown_parameter_is_cut_and_plain(http: httpx.AsyncClient) -> None:
    name = "%3Cb%3E%0A%E2%80%AE" + "x" * 5000
    response = await http.get(f"/api/v1/search?{name}=1", headers=bearer())
    assert response.json()["detail"].startswith('"?b???' + "x" * 35 + '..."')
    assert len(response.content) < 300


@pytest.mark.parametrize("page", ["/docs", "/redoc", "/docs/"])
async def test_the_documentation_loads_nothing_from_elsewhere(
    http: httpx.AsyncClient, page: str
) -> None:
    response = await http.get(page)
    assert response.status_code == 200
    assert "Ongoza CyberHub AI API" in response.text
    assert re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", response.text) == []
    assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assets = re.findall(r'(?:src|href)="(/[^"]+)"', response.text)
    assert len(assets) >= 2
    for asset in assets:
        assert (await http.get(asset)).status_code == 200


async def test_the_openapi_document_says_what_routes_read_and_how_they_refuse(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    document = (await http.get("/openapi.json")).json()
    assert document == app.openapi()
    body = document["paths"]["/api/v1/embeddings"]["post"]["requestBody"]
    assert body["content"][JSON]["schema"] == {"$ref": "#/components/schemas/EmbeddingRequest"}
    schemas = document["components"]["schemas"]
    assert schemas["EmbeddingRequest"]["properties"]["texts"]["maxItems"] == 64
    assert "HTTPValidationError" not in schemas
    for method, path, operation in operations(app):
        assert "422" not in operation["responses"], (method, path)
        refusal = operation["responses"]["400"]["content"][JSON]["schema"]
        assert refusal == {"$ref": "#/components/schemas/Problem"}
    for reference in re.findall(r'"\$ref": ?"#/components/schemas/([^"]+)"', str(document)):
        assert reference in schemas


async def test_the_eight_routes_of_profiling_and_the_comparison_are_there(app: FastAPI) -> None:
    found = {
        (method.upper(), path)
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if "/profiling/" in path
    }
    assert found == {
        ("POST", "/api/v1/profiling/session/start"),
        ("GET", "/api/v1/profiling/session/{session_id}/progress"),
        ("GET", "/api/v1/profiling/questions"),
        ("POST", "/api/v1/profiling/session/{session_id}/respond"),
        ("POST", "/api/v1/profiling/session/{session_id}/complete"),
        ("GET", "/api/v1/profiling/session/{session_id}/results"),
        ("GET", "/api/v1/profiling/session/{session_id}/comparison"),
        ("GET", "/api/v1/profiling/results"),
        ("GET", "/api/v1/profiling/tracks"),
        ("DELETE", "/api/v1/profiling/session/{session_id}"),
    }


async def test_health_says_503_while_the_database_is_down_and_tells_no_secret(
    http: httpx.AsyncClient,
) -> None:
    response = await http.get("/health")
    assert response.status_code == 503
    assert (response.json()["status"], response.json()["database"]) == ("unavailable", "down")
    assert response.json()["model"]["dimension"] == 384
    assert SECRET not in response.text
    assert (await http.get("/health/live")).status_code == 200


async def test_only_origins_on_the_list_are_let_in(http: httpx.AsyncClient) -> None:
    for origin, allowed in ((ORIGIN, ORIGIN), ("http://evil.example", None), ("null", None)):
        response = await http.get("/health/live", headers={"Origin": origin})
        assert response.headers.get("Access-Control-Allow-Origin") == allowed
        ask = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        preflight = await http.options("/api/v1/embeddings", headers=ask)
        assert preflight.headers.get("Access-Control-Allow-Origin") == allowed


async def test_browsers_may_read_where_an_answer_comes_from(http: httpx.AsyncClient) -> None:
    response = await http.get("/health/live", headers={"Origin": ORIGIN})
    exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"X-Source", "X-Recommendations-Source", "X-Search-Source"} <= {*exposed}


@pytest.mark.parametrize(
    "secret", ["", "short", "django-insecure-change-me-in-production", "your-secret-key-here" * 2]
)
def test_a_weak_secret_stops_the_start(settings: Settings, secret: str) -> None:
    weak = settings.model_copy(update={"jwt_secret_key": secret})
    with pytest.raises(WeakSecret):
        create_app(weak)
