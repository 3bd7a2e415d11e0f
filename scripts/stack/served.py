"""Waits until ai serves what core was seeded with, which takes a second or two."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx

from scripts.stack.health import rows
from scripts.stack.lag import Lag, consumer_lag
from scripts.stack.services import AI, CORE

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
    core, ai = stack.servers[CORE], stack.servers[AI]
    sent = rows(core, CONTENT)
    return (
        bool(sent and sent[0][1])
        and sent == rows(ai, PROJECTED)
        and set(consumer_lag(stack).values()) == {Lag()}
        # What was applied in between may have made lists stale again.
        and sent == rows(ai, PROJECTED)
    )


def _is_served(stack: "Stack", http: httpx.Client, deadline: float) -> bool:
    """True as well where the demo learner cannot log in, for instance with a new password."""
    login = {"email": LEARNER, "password": stack.secrets["DEMO_PASSWORD"]}
    accounts = f"{stack.core_url}/api/v1/auth"
    with suppress(httpx.TransportError):
        signed_in = http.post(f"{accounts}/login/", json=login)
        if signed_in.is_error:
            return True
        tokens = signed_in.json()
        http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        served = _wait(lambda: _have_entries(stack, http), deadline)
        http.post(f"{accounts}/logout/", json={"refresh_token": tokens["refresh_token"]})
        return served
    return False


def _have_entries(stack: "Stack", http: httpx.Client) -> bool:
    with suppress(httpx.TransportError):
        found = {path: http.get(stack.ai_url + path) for path in ROUTES_WITH_ENTRIES}
        return all(
            answer.is_success and answer.json()[ROUTES_WITH_ENTRIES[path]]
            for path, answer in found.items()
        )
    return False
