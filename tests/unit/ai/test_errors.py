"""The kit's door: whatever comes in, the answer has the one error body and is never a crash."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI
from pydantic import Field
from starlette.exceptions import HTTPException

from ai.kit import error_responses, errors
from ai.kit.auth import CurrentCaller, Tokens
from ai.kit.bodies import read_json
from ai.kit.guard import BODY_MAX, Guard
from ai.kit.head import HeadAsGet
from ai.kit.trace import Trace
from ongoza_contracts.http.base import Request
from ongoza_contracts.http.errors import Problem
from ongoza_ops.trace import current_traceparent
from tests.bad_input import BODIES, JSON, MEDIA
from tests.tokens import SECRET, bearer


class Order(Request):
    user_id: int = Field(ge=1, le=2**31 - 1)
    weight: float = 1.0
    names: list[str] = Field(default_factory=list, max_length=2)


def create_app() -> FastAPI:
    app = FastAPI(redirect_slashes=False)
    app.state.tokens = Tokens(SECRET)
    error_responses.install(app)
    app.add_middleware(Guard)
    app.add_middleware(Trace)
    app.add_middleware(HeadAsGet)

    @app.post("/api/orders")
    async def order(body: Annotated[Order, Depends(read_json(Order))]) -> Order:
        return body

    @app.post("/api/only-post")
    async def only_post() -> None: ...

    @app.get("/api/orders")
    async def orders(limit: int = 5) -> int:
        return limit

    @app.get("/api/me")
    async def me(caller: CurrentCaller) -> dict[str, Any]:
        return {"user_id": caller.user_id, "traceparent": current_traceparent()}

    @app.get("/api/items/{number}")
    async def item(number: int) -> int:
        return number

    @app.get("/api/crash")
    async def crash() -> None:
        raise RuntimeError("a secret detail")

    @app.get("/api/teapot")
    async def teapot() -> None:
        raise HTTPException(418, "Short and stout.", {"X-Handle": "here"})

    @app.get("/api/later")
    async def later() -> None:
        raise errors.ServiceUnavailable

    return app


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://ai.test") as client:
        yield client


def refused(response: httpx.Response, status: int, code: str) -> Problem:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == JSON
    assert set(response.json()) == {"detail", "code", "errors", "request_id"}
    error = Problem.model_validate_json(response.content)
    assert error.code == code
    assert error.request_id == response.headers["X-Request-ID"]
    return error


@pytest.mark.parametrize(("body", "status", "code"), BODIES.values(), ids=BODIES)
async def test_a_bad_body_is_refused(
    http: httpx.AsyncClient, body: bytes, status: int, code: str
) -> None:
    response = await http.post("/api/orders", content=body, headers={"Content-Type": JSON})
    refused(response, status, code)


@pytest.mark.parametrize(("headers", "body"), MEDIA.values(), ids=MEDIA)
async def test_what_is_not_json_is_refused(
    http: httpx.AsyncClient, headers: dict[str, str], body: bytes
) -> None:
    response = await http.post("/api/orders", content=body, headers=headers)
    refused(response, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type", [JSON, f"{JSON}; charset=utf-8", f'{JSON};charset="UTF-8"', JSON.upper()]
)
async def test_json_in_utf8_is_read(http: httpx.AsyncClient, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    response = await http.post("/api/orders", content=b'{"user_id": 7}', headers=headers)
    assert response.json() == {"user_id": 7, "weight": 1.0, "names": []}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("user_id", "7", "wrong_type"),
        ("user_id", 7.0, "wrong_type"),
        ("user_id", True, "wrong_type"),
        ("user_id", None, "wrong_type"),
        ("user_id", 0, "out_of_range"),
        ("user_id", -1, "out_of_range"),
        ("user_id", 2**31, "out_of_range"),
        ("user_id", 2**63 - 1, "out_of_range"),
        ("weight", "1", "wrong_type"),
        ("weight", True, "wrong_type"),
        ("names", ["a", 5], "wrong_type"),
        ("names", ["a"] * 3, "too_long"),
        ("is_staff", True, "unknown_field"),
    ],
)
async def test_each_wrong_field_is_named(
    http: httpx.AsyncClient, field: str, value: Any, code: str
) -> None:
    response = await http.post("/api/orders", json={"user_id": 7, field: value})
    error = refused(response, 400, "unknown_field" if code == "unknown_field" else "invalid")
    (problem,) = error.errors
    assert problem.field.split(".")[0] == field
    assert problem.code == code


async def test_a_missing_field_is_named(http: httpx.AsyncClient) -> None:
    (problem,) = refused(await http.post("/api/orders", json={}), 400, "invalid").errors
    assert (problem.field, problem.code) == ("user_id", "required")


async def test_a_large_body_without_its_length_is_refused(http: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(BODY_MAX // 1024 + 1):
            yield b" " * 1024

    response = await http.post("/api/orders", content=chunks(), headers={"Content-Type": JSON})
    refused(response, 413, "payload_too_large")


async def test_a_body_of_just_the_limit_is_read(http: httpx.AsyncClient) -> None:
    body = b'{"user_id": 7}'.ljust(BODY_MAX)
    response = await http.post("/api/orders", content=body, headers={"Content-Type": JSON})
    assert response.status_code == 200


@pytest.mark.parametrize("slash", ["", "/"])
async def test_a_path_is_the_same_with_a_slash(http: httpx.AsyncClient, slash: str) -> None:
    assert (await http.get(f"/api/items/5{slash}")).json() == 5
    assert (await http.post(f"/api/orders{slash}", json={"user_id": 7})).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/nowhere", "//evil/..", "/api/items/x", "/api/items/1%00", "/api/items/1%20OR%201=1"],
)
async def test_what_is_not_there_is_not_found(http: httpx.AsyncClient, path: str) -> None:
    refused(await http.get(path), 404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_another_method_is_told_which_there_are(http: httpx.AsyncClient, method: str) -> None:
    response = await http.request(method, "/api/orders")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, POST"
    refused(response, 405, "method_not_allowed")


async def test_head_of_a_path_without_get_is_refused(http: httpx.AsyncClient) -> None:
    response = await http.request("HEAD", "/api/only-post")
    assert (response.status_code, response.content) == (405, b"")
    assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize("query", ["limit=x", "limit=", "limit=1&limit=2", "limit=1e9"])
async def test_a_bad_parameter_is_refused(http: httpx.AsyncClient, query: str) -> None:
    assert "limit" in refused(await http.get(f"/api/orders?{query}"), 400, "bad_parameter").detail


async def test_a_crash_says_nothing_of_its_cause(http: httpx.AsyncClient) -> None:
    response = await http.get("/api/crash")
    refused(response, 500, "internal_error")
    assert "secret" not in response.text


async def test_refusals_of_the_framework_have_our_shape(http: httpx.AsyncClient) -> None:
    response = await http.get("/api/teapot")
    assert refused(response, 418, "refused").detail == "Short and stout."
    assert response.headers["X-Handle"] == "here"


async def test_a_temporary_refusal_says_when_to_come_back(http: httpx.AsyncClient) -> None:
    response = await http.get("/api/later")
    refused(response, 503, "unavailable")
    assert response.headers["Retry-After"] == "1"


async def test_a_request_keeps_the_id_it_came_with(http: httpx.AsyncClient) -> None:
    response = await http.get("/nowhere", headers={"X-Request-ID": "trace-me.12345"})
    assert refused(response, 404, "not_found").request_id == "trace-me.12345"


@pytest.mark.parametrize("odd", ["short", "x" * 65, "a b c d e f", "<script>alert(1)"])
async def test_an_odd_request_id_is_replaced(http: httpx.AsyncClient, odd: str) -> None:
    response = await http.get("/nowhere", headers={"X-Request-ID": odd})
    assert len(refused(response, 404, "not_found").request_id) == 32


async def test_a_good_trace_goes_on_and_a_bad_one_does_not(http: httpx.AsyncClient) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    good = {**bearer(), "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    passed_on = (await http.get("/api/me", headers=good)).json()["traceparent"]
    assert passed_on.startswith(f"00-{trace}-")
    assert "00f067aa0ba902b7" not in passed_on
    bad = {**bearer(), "traceparent": f"00-{'0' * 32}-00f067aa0ba902b7-01"}
    assert "0" * 32 not in (await http.get("/api/me", headers=bad)).json()["traceparent"]


async def test_answers_of_the_api_are_not_kept_by_caches(http: httpx.AsyncClient) -> None:
    response = await http.get("/api/me", headers=bearer())
    assert response.headers["Cache-Control"] == "no-store"


AUTHORIZATIONS = [
    [],
    [("Authorization", "")],
    [("Authorization", "Bearer")],
    [("Authorization", "Bearer ")],
    [("Authorization", "Bearer a b")],
    [("Authorization", "Token x")],
    [("Authorization", "bearer x")],
    [("Authorization", b"Bearer \xff\xfe")],
    [("X-User-ID", "7")],
    [("x_user_id", "7")],
    [("Authorization", f"Bearer  {bearer()['Authorization'][7:]}")],
    [("Authorization", bearer()["Authorization"]), ("Authorization", "Bearer x")],
    [("Authorization", bearer(token_type="refresh")["Authorization"])],
    [("Authorization", "Bearer " + "A" * 5000 + ".A.A")],
]


@pytest.mark.parametrize("headers", AUTHORIZATIONS)
async def test_without_a_good_token_nobody_is_let_in(
    http: httpx.AsyncClient, headers: list[tuple[str, Any]]
) -> None:
    raw = [(name.encode(), v if isinstance(v, bytes) else v.encode()) for name, v in headers]
    response = await http.get("/api/me", headers=raw)
    refused(response, 401, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("X-User-ID", "7")], 200),
        ([("X-User-ID", "8")], 403),
        ([("x_user_id", "8")], 403),
        ([("X-User-ID", "7"), ("X-User-ID", "7")], 400),
        ([("X-User-ID", "7"), ("x_user_id", "7")], 400),
        ([("X-User-ID", "07")], 400),
        ([("X-User-ID", "seven")], 400),
        ([("X-User-ID", "7,8")], 400),
        ([("X-User-ID", "")], 400),
        ([("X-User-ID", "-7")], 400),
    ],
)
async def test_the_user_header_may_only_agree(
    http: httpx.AsyncClient, headers: list[tuple[str, str]], status: int
) -> None:
    response = await http.get("/api/me", headers=[*bearer().items(), *headers])
    assert response.status_code == status
