"""Waits until ai serves what core was seeded with, which takes a second or two."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import psycopg

from scripts.stack.lag import consumer_lag, stored_positions

if TYPE_CHECKING:
    from scripts.stack.stack import Stack

WAIT_SECONDS, POLL_SECONDS, ANSWER_SECONDS = 60.0, 0.1, 5.0
LEARNER = "learner@ongoza.example"
ROUTES_WITH_ENTRIES = {
    "/api/v1/recommendations": "recommendations",
    "/api/v1/search?q=phishing": "results",
}
"""Routes of ai, each with the field of its answer that must have entries."""
CONTENT = """
SELECT count(*), (SELECT count(*) FROM outbox_event) = 0 FROM programs_contentitem
"""
PROJECTED = """
SELECT (SELECT count(*) FROM live.content), NOT EXISTS (SELECT FROM live.dirty_learner)
    AND NOT EXISTS (SELECT FROM live.recommendation AS list, live.catalogue_revision AS newest
        WHERE list.revision < newest.revision)
    AND NOT EXISTS (SELECT FROM live.content LEFT JOIN live.content_vector USING (content_id)
        WHERE NOT retired AND embedding IS NULL)
"""


def wait_until_served(stack: "Stack") -> bool:
    """Waits until core's facts have become vectors and lists, and the demo learner gets a list and
    finds content; False if that takes too long."""
    deadline = time.monotonic() + WAIT_SECONDS * stack.patience
    with httpx.Client(timeout=ANSWER_SECONDS, trust_env=False) as http:
        return _wait(lambda: is_projected(stack), deadline) and _is_served(stack, http, deadline)


def _wait(condition: Callable[[], bool], deadline: float) -> bool:
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def is_projected(stack: "Stack") -> bool:
    """Whether ai's database has a list of every learner and a vector of every item, derived from
    all facts of core."""
    sent = _query(stack, "postgres-relational", CONTENT)
    return (
        sent is not None
        and sent[1]
        and sent == _query(stack, "postgres-vector", PROJECTED)
        and _all_is_applied(stack)
        # What was applied in between may have made lists stale again.
        and sent == _query(stack, "postgres-vector", PROJECTED)
    )


def _all_is_applied(stack: "Stack") -> bool:
    positions = stored_positions(stack)
    return positions is not None and set(consumer_lag(stack, positions).values()) == {0}


def _query(stack: "Stack", server: str, sql: str) -> Any:
    url = stack.servers[server].url()  # type: ignore[union-attr]
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            return connection.execute(sql).fetchone()
    except psycopg.Error:  # tables that another process is about to create
        return None


def _is_served(stack: "Stack", http: httpx.Client, deadline: float) -> bool:
    """True as well where the demo learner cannot log in, for instance with a new password."""
    login = {"email": LEARNER, "password": stack.secrets["DEMO_PASSWORD"]}
    try:
        signed_in = http.post(f"{stack.core_url}/api/v1/auth/login/", json=login)
    except httpx.TransportError:
        return False
    if signed_in.is_error:
        return True
    tokens = signed_in.json()
    http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    served = _wait(
        lambda: all(
            _has_entries(http, stack.ai_url + path, ROUTES_WITH_ENTRIES[path])
            for path in ROUTES_WITH_ENTRIES
        ),
        deadline,
    )
    refresh = {"refresh_token": tokens["refresh_token"]}
    with suppress(httpx.TransportError):
        http.post(f"{stack.core_url}/api/v1/auth/logout/", json=refresh)
    return served


def _has_entries(http: httpx.Client, url: str, field: str) -> bool:
    try:
        answer = http.get(url)
    except httpx.TransportError:
        return False
    return answer.is_success and bool(answer.json()[field])
