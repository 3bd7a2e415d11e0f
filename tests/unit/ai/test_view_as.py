"""A token of an admin who views an account as its user: what ai opens to it."""

import logging
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.tokens import VIEW
from tests.unit.ai.test_app import OPEN_PATHS, app, http, operations, scoped, settings

__all__ = ["app", "http", "settings"]
SESSION = "/api/v1/profiling/session"
PRIVATE = (SESSION, "/api/v1/profiling/results", "/api/v1/student/coaching/")
OUT_OF_SCOPE = "The scope of the token does not allow this."


async def test_it_reads_but_for_what_is_private_and_changes_nothing(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    for method, path, _ in operations(app):
        if path in OPEN_PATHS:
            continue
        response = await http.request(method, path, headers=scoped(**VIEW))
        body = response.json() if response.status_code == 403 else {}
        refused = method != "GET" or path.startswith(PRIVATE)
        assert (body.get("detail") == OUT_OF_SCOPE) is refused, (method, path)


async def test_a_scope_that_reads_opens_profiling_sessions(http: httpx.AsyncClient) -> None:
    session = f"{SESSION}/018f0000-0000-7000-8000-00000000dead/progress"
    assert (await http.get(session, headers=scoped("read"))).status_code != 403


async def test_a_view_without_its_admin_is_no_token(http: httpx.AsyncClient) -> None:
    response = await http.get("/api/v1/profiling/tracks", headers=scoped("view"))
    assert response.status_code == 401


async def test_every_request_is_logged_with_the_admin(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "ai.kit.auth"):
        response = await http.get("/api/v1/profiling/tracks", headers=scoped(**VIEW))
    assert response.status_code == 200
    (line,) = [one.message for one in caplog.records if one.message.startswith("viewed as")]
    assert line == "viewed as: actor=5 user_id=7"


async def test_the_line_of_a_request_names_the_admin_as_in_core(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[dict[str, Any]] = []
    monkeypatch.setattr("ai.kit.trace.AccessLog.add", lambda _, fields: lines.append(fields))
    await http.get("/api/v1/profiling/tracks", headers=scoped(**VIEW))
    await http.get("/api/v1/profiling/tracks", headers=scoped("read"))
    assert [line["user_id"] for line in lines] == [5, 7]
