"""Kafka's data is lost or a topic is created again: nothing is skipped, and core fills it again."""

import httpx
import pytest
from confluent_kafka.admin import AdminClient

from ongoza_contracts.topics import PROGRESS
from scripts.stack.stack import Stack
from tests.integration.commands import output_of, run
from tests.integration.story import (
    Learner,
    applied_version,
    eventually,
    outbox_depth,
    rows,
)

pytestmark = pytest.mark.slow

LOST = "SELECT topic, cause FROM live.lost_topic"
WORKERS = "SELECT worker FROM worker_status WHERE heartbeat_at > now() - interval '10 seconds'"
PAGE = "docs/operate-replay.md"


def delete_topic(stack: Stack) -> None:
    admin = AdminClient({**stack.kafka_client()})
    (deleted,) = admin.delete_topics([PROGRESS.name]).values()
    deleted.result(30)
    eventually(lambda: PROGRESS.name not in admin.list_topics(timeout=10).topics)


def refill(stack: Stack) -> None:
    output_of(stack, "core.manage", "refill_topic", PROGRESS.name)
    eventually(lambda: outbox_depth(stack) == 0)


def busy_learner(stack: Stack) -> tuple[Learner, str]:
    """A learner with six records on the topic, and an item that has none yet."""
    learner = Learner.signed_up(stack)
    first, second, third = learner.recommended()[:3]
    for percentage in (10, 20, 30):
        assert {learner.report(one, percentage) for one in (first, second)} <= {200, 201}
    eventually(lambda: applied_version(stack, learner.user_id, second) == 3)
    return learner, third


@pytest.mark.parametrize("worker", ["running", "stopped"])
@pytest.mark.parametrize("records", ["fewer", "more"])
def test_a_topic_that_was_created_again_is_read_from_its_beginning(
    stack_to_break: Stack, worker: str, records: str
) -> None:
    learner, item = busy_learner(stack_to_break)
    if worker == "stopped":
        stack_to_break.stop("worker")
    delete_topic(stack_to_break)
    stack_to_break.run("topics")
    # The first record of the partition, at an offset that was consumed in the old topic.
    assert learner.report(item, 40) == 201
    eventually(lambda: outbox_depth(stack_to_break) == 0)
    if records == "more":
        refill(stack_to_break)
    if worker == "stopped":
        stack_to_break.run("worker")
    eventually(lambda: applied_version(stack_to_break, learner.user_id, item) == 1)
    eventually(lambda: rows(stack_to_break, "vector", LOST) == [(PROGRESS.name, "recreated")])
    answer = httpx.get(f"{stack_to_break.ai_url}/health", timeout=30)
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    if records == "fewer":
        refill(stack_to_break)
    assert "0 differ" in output_of(stack_to_break, "ai", "reconcile", "--patience", "20")
    # A new generation has everything, so it is equal; nothing is left to say.
    output_of(stack_to_break, "ai", "rebuild")
    assert rows(stack_to_break, "vector", LOST) == []


def test_a_rebuild_from_a_lost_topic_ends_and_names_the_page(stack_to_break: Stack) -> None:
    busy_learner(stack_to_break)
    stack_to_break.stop("worker")
    delete_topic(stack_to_break)
    done = run(stack_to_break, "ai", "rebuild")
    assert (done.returncode, PAGE in done.stderr) == (1, True), done.stdout + done.stderr
    stack_to_break.run("topics")
    done = run(stack_to_break, "ai", "rebuild")
    assert done.returncode == 2, done.stdout + done.stderr
    assert f'{PROGRESS.name} lost records: see "A topic was lost"' in " ".join(done.stdout.split())
    refill(stack_to_break)
    eventually(lambda: not rows(stack_to_break, "vector", WORKERS))
    assert "no worker is running" in output_of(stack_to_break, "ai", "rebuild")
    stack_to_break.run("worker")
    assert "0 differ" in output_of(stack_to_break, "ai", "reconcile", "--patience", "20")
