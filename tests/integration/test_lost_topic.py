"""Kafka's data is lost or a topic is created again: nothing is skipped, and core fills it again."""

import httpx
import pytest
from confluent_kafka.admin import AdminClient

from ongoza_contracts.topics import PROGRESS
from scripts.stack.health import SSL_CONTEXT
from scripts.stack.stack import Stack
from tests.integration.commands import output_of, run
from tests.integration.story import Learner, applied_version, eventually, outbox_depth, rows

pytestmark = pytest.mark.slow

LOST = "SELECT topic, cause FROM live.lost_topic"
WORKERS = "SELECT worker FROM worker_status WHERE heartbeat_at > now() - interval '10 seconds'"
PROGRESS_OF = """
SELECT user_id, content_id, version, completion_percentage FROM {} ORDER BY user_id, content_id
"""
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
    eventually(lambda: len(learner.recommended()) >= 3)  # the catalogue of a new stack arrives
    first, second, third = learner.recommended()[:3]
    for percentage in (10, 20, 30):
        assert {learner.report(one, percentage) for one in (first, second)} <= {200, 201}
    eventually(lambda: applied_version(stack, learner.user_id, second) == 3)
    return learner, third


def create_again(stack: Stack, worker: str, records: str) -> None:
    """Deletes the topic and creates it, with fewer records than the old one or with more, while the
    worker runs or is stopped: it reads from the beginning, and ai says what happened."""
    forget_lost_topics(stack)
    learner, item = busy_learner(stack)
    if worker == "stopped":
        stack.stop("worker")
    delete_topic(stack)
    stack.run("topics")
    # The first record of the partition, at an offset that was consumed in the old topic.
    assert learner.report(item, 40) == 201
    eventually(lambda: outbox_depth(stack) == 0)
    if records == "more":
        refill(stack)
    if worker == "stopped":
        stack.run("worker")
    eventually(lambda: applied_version(stack, learner.user_id, item) == 1)
    eventually(lambda: rows(stack, "vector", LOST) == [(PROGRESS.name, "recreated")])
    answer = httpx.get(f"{stack.ai_url}/health", timeout=30, verify=SSL_CONTEXT)
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


def forget_lost_topics(stack: Stack) -> None:
    rows(stack, "vector", "DELETE FROM live.lost_topic RETURNING topic")


@pytest.mark.parametrize(
    ("worker", "records"), [("running", "more"), ("stopped", "fewer"), ("stopped", "more")]
)
def test_a_topic_that_was_created_again_is_read_from_its_beginning(
    stack_to_break: Stack, worker: str, records: str
) -> None:
    create_again(stack_to_break, worker, records)
    stored = rows(stack_to_break, "relational", PROGRESS_OF.format("progress_progress"))
    projected = PROGRESS_OF.format("live.progress")
    eventually(lambda: rows(stack_to_break, "vector", projected) == stored)


def test_a_topic_created_again_with_fewer_records_is_refilled_and_rebuilt(
    stack_to_break: Stack,
) -> None:
    create_again(stack_to_break, worker="running", records="fewer")
    refill(stack_to_break)
    assert "0 differ" in output_of(stack_to_break, "ai", "reconcile", "--patience", "20")
    # A new generation has everything, so it is equal.
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
