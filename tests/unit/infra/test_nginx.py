"""The one door leads each path to the service that has it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ai.app import create_app
from ai.kit.settings import Settings
from core.kit.openapi import InternalDocument, PublicDocument
from tests.openapi_documents import core_document
from tests.tokens import SECRET

FILE = Path(__file__).parents[3] / "infra" / "nginx" / "nginx.conf"
LOCATION = re.compile(r"location (~ )?(\S+) \{\s*(?:return (\d+)|proxy_pass http://(\w+))")


def ends_at(path: str) -> str:
    """The service or the status, as nginx finds it: the first regex that fits, else a prefix."""
    locations: list[tuple[str, str, str, str]] = LOCATION.findall(FILE.read_text())
    for regex, pattern, status, service in locations:
        if regex and re.search(pattern, path):
            return service or status
    fitting = [one for one in locations if not one[0] and path.startswith(one[1])]
    _, _, status, service = max(fitting, key=lambda one: len(one[1]))
    return service or status


def ai_paths() -> Iterator[str]:
    settings = Settings(vector_db_password="unused", jwt_secret_key=SECRET)
    yield from create_app(settings).openapi()["paths"]


def test_ais_paths_lead_to_ai() -> None:
    paths = list(ai_paths())
    assert "/api/v1/search/similar/{content_id}" in paths
    assert {path: ends_at(path) for path in paths} == dict.fromkeys(paths, "ai")


def test_cores_paths_lead_to_core_or_are_for_services_alone() -> None:
    public = {path: ends_at(path) for path in core_document(PublicDocument)["paths"]}
    internal = {path: ends_at(path) for path in core_document(InternalDocument)["paths"]}
    assert len(public) > len(internal) > 0
    assert public == dict.fromkeys(public, "core")
    of_ai = "/api/v1/student/coaching/overview/"  # whose path at core is for ai alone
    assert internal == {**dict.fromkeys(internal, "404"), of_ai: "ai"}
    del internal[of_ai]
    assert {"/api/v1/internal/", "/api/v1/profiling/"} == {
        "/".join(path.split("/")[:4]) + "/" for path in internal
    }


def test_paths_below_ai_are_passed_on_as_those_of_its_api() -> None:
    assert ends_at("/ai/missions/recommended") == "ai"
    assert "location /ai/ {\n            proxy_pass http://ai/api/v1/ai/;" in FILE.read_text()


def test_failures_at_addresses_with_tokens_are_not_logged() -> None:
    location = r"location ~ (\S+) \{[^}]*error_log /dev/null emerg;"
    feed, invitation = re.findall(location, FILE.read_text())
    assert re.search(feed, "/api/v1/calendar/a-token.ics")
    assert not re.search(feed, "/api/v1/calendar/events/")
    assert re.search(invitation, "/invitations/a-token")
    assert not re.search(invitation, "/api/v1/invitations/")


@pytest.mark.parametrize(
    "path", ["/api/docs/", "/api/schema/", "/admin/", "/admin", "/docs", "/openapi.json"]
)
def test_what_is_for_developers_and_operators_is_not_public(path: str) -> None:
    assert ends_at(path) == "404"


@pytest.mark.parametrize(
    "path", ["/", "/log-in", "/bff/api/v1/users/me/", "/_next/static/chunks/a.js", "/administer"]
)
def test_everything_else_is_the_web_clients(path: str) -> None:
    assert ends_at(path) == "web"
