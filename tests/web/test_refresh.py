"""A refresh of a session's tokens happens once, over all processes, and survives a lost answer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from scripts.embedded.ports import free_ports
from scripts.stack import processes
from scripts.stack.services import BY_NAME
from scripts.stack.stack import PROJECT, Stack
from tests.integration.story import eventually
from tests.web.caller import SESSION, WebCaller
from tests.web.lossy_core import LossyCore, lossy_core
from tests.web.session_store import key_of, replace_access_token, sessions_of

ME = "/bff/api/v1/users/me/"


@pytest.fixture
def core_seen(web: Stack) -> Iterator[LossyCore]:
    """The client's way to core, watched."""
    with lossy_core(web.core_url) as watched:
        web.stop("web")
        web.run("web", environment={"DJANGO_API_URL": watched.url})
        yield watched
    web.stop("web")


@pytest.fixture
def second_process(web: Stack, core_seen: LossyCore) -> Iterator[str]:
    """The address of another process that serves the same sessions."""
    (port,) = free_ports(1)
    ports = {"WEB_PORT": str(port), "DJANGO_API_URL": core_seen.url}
    started = processes.start(
        "web-2",
        [*BY_NAME["web"].command],
        environment={**web.environment, **ports},
        cwd=PROJECT,
        log=web.log("web-2"),
    )
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: _answers(url))
        yield url
    finally:
        started.stop()


def _answers(url: str) -> bool:
    import httpx

    try:
        return httpx.get(f"{url}/bff/health").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("seconds", [-5, 3600], ids=["expired", "refused"])
def test_twenty_requests_over_two_processes_refresh_once(
    web: Stack, core_seen: LossyCore, second_process: str, seconds: int
) -> None:
    caller = WebCaller.signed_up(web)
    replace_access_token(web, caller.cookies[SESSION], seconds)
    callers = [caller, replace(caller, url=second_process)] * 10
    with ThreadPoolExecutor(20) as pool:
        found = [*pool.map(lambda one: one.call("GET", ME).status_code, callers)]
    assert found == [200] * 20
    assert core_seen.refreshes == [200]


def test_a_lost_answer_of_a_refresh_signs_nobody_out(web: Stack, core_seen: LossyCore) -> None:
    caller = WebCaller.signed_up(web)
    replace_access_token(web, caller.cookies[SESSION], -5)
    core_seen.lose = 1
    assert caller.call("GET", ME).status_code == 200
    assert core_seen.refreshes == [200, 200]
    assert caller.call("GET", ME).status_code == 200


def test_a_post_that_was_refused_for_its_token_is_sent_again_once(
    web: Stack, core_seen: LossyCore
) -> None:
    caller = WebCaller.signed_up(web)
    replace_access_token(web, caller.cookies[SESSION], 3600)
    goal = {"title": "Pass the first exam", "target_date": "2030-01-01"}
    answer = caller.call("POST", "/bff/api/v1/coaching/goals/", json=goal)
    assert answer.status_code == 201
    assert caller.call("GET", "/bff/api/v1/coaching/goals/").json()["count"] == 1


def test_a_sign_in_that_was_ended_elsewhere_ends_the_session(
    web: Stack, core_seen: LossyCore
) -> None:
    caller = WebCaller.signed_up(web)
    (own,) = caller.call("GET", "/bff/api/v1/auth/sessions/").json()["results"]
    other = replace(caller, cookies=dict(caller.cookies))
    assert caller.call("DELETE", f"/bff/api/v1/auth/sessions/{own['id']}/").status_code == 204
    answer = other.call("GET", ME)
    assert answer.status_code == 401
    with sessions_of(web) as store:
        assert store.exists(key_of(other.cookies[SESSION])) == 0
