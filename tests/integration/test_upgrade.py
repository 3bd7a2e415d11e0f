"""A release is installed, and rolled back, while learners write and read: no request fails."""

import logging
from collections.abc import Iterator
from secrets import token_hex, token_urlsafe

import httpx
import pytest

from scripts.chaos.balanced import BalancedLoad
from scripts.chaos.load import running
from scripts.chaos.verdict import final_verdict
from scripts.stack.health import SSL_CONTEXT
from scripts.stack.stack import Stack
from scripts.stack.temporary import connect, temporary_stack
from scripts.upgrade.release import UnknownRelease, last_release
from tests.integration.releases import OtherRelease, release_of
from tests.integration.story import ANSWER_SECONDS, eventually
from tests.missing import skip_but_fail_in_ci

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow]

log = logging.getLogger(__name__)

SERVERS = ("postgres-relational", "postgres-vector", "kafka", "valkey")
STEPS = ("migrate-core", "migrate-ai", "topics")
PROCESSES = ("core", "ai", "relay", "worker")
ANSWERS, FACTS, PAUSE = 20, 10, 0.2
"""How many answers of each API, and applied facts, each part of the upgrade has to show."""


@pytest.fixture
def installed() -> Iterator[tuple[OtherRelease, Stack]]:
    """The last release at work, and the stack of this one, whose servers both use."""
    try:
        commit = last_release()
    except UnknownRelease as error:
        skip_but_fail_in_ci(str(error))
    with (
        temporary_stack(SERVERS, patience=5) as stack,
        release_of(commit, stack.folder / "last-release", stack) as old,
    ):
        stack.extra_environment["KAFKA_FETCH_WAIT_MS"] = "200"  # two processors, two workers
        for name in STEPS:
            old.step(name)
        old.start(PROCESSES)
        old.python("-m", "core.manage", "seed", "--learners", "12")
        eventually(old.answers)
        yield old, stack


def test_no_request_fails_while_a_release_is_installed_and_rolled_back(
    installed: tuple[OtherRelease, Stack],
) -> None:
    old, new = installed
    load = BalancedLoad(new, pause=PAUSE)
    load.add(old)
    eventually(lambda: applied_facts(new) > 0)
    with running(load, old.sign_in()):
        serve(load)

        for name in STEPS:
            new.run(name)
        serve(load)  # the last release alone, on the new schema

        for name in PROCESSES:
            new.run(name)
        load.add(new)
        serve(load)  # both

        take_away(load, old)
        old.stop()
        serve(load)  # the new release alone

        old.start(PROCESSES)
        eventually(old.answers)
        load.add(old)
        take_away(load, new)
        for name in PROCESSES:
            new.stop(name)
        serve(load)  # the last release again

    assert load.failures == []
    verdict = final_verdict(load)
    assert (verdict.lost, verdict.doubled, verdict.inverted) == ([], [], [])
    assert verdict.acknowledged > 100
    log.info("%d requests, %d writes", load.answered.total(), verdict.acknowledged)


def serve(load: BalancedLoad) -> None:
    """Waits until each API that serves has answered, and facts were applied. Fails as soon as a
    request does. Then somebody joins at each."""
    with load.lock:
        before = load.answered.copy()
    urls = [url for urls in load.serving.values() for url in urls]
    facts = applied_facts(load.stack)
    eventually(
        lambda: load.failures or all(load.answered[url] - before[url] >= ANSWERS for url in urls)
    )
    eventually(lambda: load.failures or applied_facts(load.stack) - facts >= FACTS)
    assert load.failures == []
    for core, ai in zip(load.serving["core"], load.serving["ai"], strict=True):
        join(core, ai)


def join(core: str, ai: str) -> None:
    """A new learner signs up, reports progress and reads a list: the load only changes rows."""
    identity = {"first_name": "Amina", "last_name": "Otieno", "password": token_urlsafe(16)}
    report = {
        "content_id": "course-101",
        "content_type": "course",
        "status": "in_progress",
        "completion_percentage": 10,
    }
    with httpx.Client(timeout=ANSWER_SECONDS, trust_env=False, verify=SSL_CONTEXT) as http:
        address = {"email": f"{token_hex(8)}@ongoza.example"}
        joined = http.post(f"{core}/api/v1/auth/signup", json={**identity, **address})
        assert joined.status_code == 201, joined.text
        http.headers["Authorization"] = f"Bearer {joined.json()['access_token']}"
        reported = http.post(f"{core}/api/v1/progress/", json=report)
        assert reported.status_code == 201, reported.text
        listed = http.get(f"{ai}/api/v1/recommendations")
        assert listed.status_code == 200, listed.text


def take_away(load: BalancedLoad, release: OtherRelease | Stack) -> None:
    """As a load balancer does before a process is stopped."""
    load.remove(release)
    eventually(lambda: load.is_drained(release))


def applied_facts(stack: Stack) -> int:
    """How many facts of progress ai has applied."""
    with connect(stack, "vector") as connection:
        row = connection.execute("SELECT coalesce(sum(version), 0) FROM live.progress").fetchone()
    return int(row[0]) if row else 0
