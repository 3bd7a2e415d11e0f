"""Processes are killed at the worst moment; acknowledged writes take effect once and in order."""

import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from confluent_kafka import Message

from ongoza_contracts.codec import decode, encode
from ongoza_contracts.progress import ProgressUpdated
from scripts.stack.stack import Stack
from tests.integration.story import (
    Learner,
    applied_version,
    counter,
    eventually,
    headers_of,
    outbox_depth,
    parked,
    records,
    rows,
    send,
    send_raw,
)

pytestmark = [pytest.mark.faults, pytest.mark.slow]

PROGRESS = "ongoza.progress"


@pytest.fixture
def learner(stack: Stack) -> Learner:
    return Learner.signed_up(stack)


@pytest.fixture
def items(learner: Learner) -> list[str]:
    return learner.recommended()


def version_of(message: Message) -> int:
    return int(headers_of(message)["ce_sequence"])


def die_at(stack: Stack, name: str, failpoint: str) -> None:
    """Start a stopped service so that it kills itself at `failpoint`; wait until it has."""
    stack.start(name, environment={"ONGOZA_FAILPOINT": failpoint})
    eventually(lambda: stack.register.alive(name) is None)


def test_a_relay_killed_between_ack_and_delete_sends_harmless_duplicates(
    stack: Stack, learner: Learner, items: list[str]
) -> None:
    eventually(lambda: outbox_depth(stack) == 0)
    stack.stop("relay")
    assert learner.report(items[0], 40) == 201
    ignored = counter(stack, "ignored")
    die_at(stack, "relay", "relay.post_ack")
    # Acknowledged by the broker, still in the outbox.
    key = f"{learner.user_id}:{items[0]}"
    assert len(records(stack, PROGRESS, key)) == 1
    assert outbox_depth(stack) == 1
    # The next relay sends it again; the worker applies the first and ignores the second.
    stack.run("relay")
    eventually(lambda: outbox_depth(stack) == 0)
    first, second = records(stack, PROGRESS, key)
    assert first.value() == second.value()
    assert headers_of(first)["ce_id"] == headers_of(second)["ce_id"]
    eventually(lambda: counter(stack, "ignored") == ignored + 1)
    assert applied_version(stack, learner.user_id, items[0]) == 1


def test_writes_succeed_while_the_broker_is_down_longer_than_a_consumer_session(
    stack: Stack, learner: Learner, items: list[str]
) -> None:
    stack.kill("kafka")
    acknowledged = dict.fromkeys(items[:3], 0)
    until = time.monotonic() + 12
    percentage = 0
    while time.monotonic() < until:
        percentage += 1
        for item in acknowledged:
            assert learner.report(item, percentage) in {200, 201}
            acknowledged[item] += 1
        time.sleep(0.5)
    assert outbox_depth(stack) >= sum(acknowledged.values())
    stack.run("kafka")
    eventually(lambda: outbox_depth(stack) == 0)
    for item, writes in acknowledged.items():
        eventually(lambda i=item, n=writes: applied_version(stack, learner.user_id, i) == n)  # type: ignore[misc]
        versions = [version_of(m) for m in records(stack, PROGRESS, f"{learner.user_id}:{item}")]
        # Records that the broker appended but did not acknowledge are sent again.
        assert list(dict.fromkeys(versions)) == list(range(1, writes + 1))


@pytest.mark.parametrize("failpoint", ["worker.mid_batch", "worker.post_commit"])
def test_a_worker_killed_in_a_batch_applies_it_wholly_or_not_at_all(
    stack: Stack, learner: Learner, items: list[str], failpoint: str
) -> None:
    stack.stop("worker")
    for item in items[:5]:
        assert learner.report(item, 30) == 201
    eventually(lambda: outbox_depth(stack) == 0)
    die_at(stack, "worker", failpoint)
    stack.run("worker")
    for item in items[:5]:
        eventually(lambda i=item: applied_version(stack, learner.user_id, i) == 1)  # type: ignore[misc]
    eventually(lambda: learner.source() == "precomputed")


def test_core_answers_503_while_its_database_is_down_and_loses_nothing(
    stack: Stack, learner: Learner, items: list[str]
) -> None:
    assert learner.report(items[0], 10) == 201
    stack.kill("postgres-relational")
    assert learner.report(items[0], 20) == 503
    assert learner.core("GET", "/api/v1/health/").status_code == 200
    assert learner.core("GET", "/api/v1/health/ready/").status_code == 503
    stack.run("postgres-relational")
    eventually(lambda: learner.report(items[0], 30) == 200)
    sql = "SELECT version FROM progress_progress WHERE user_id = %s"
    ((version,),) = rows(stack, "relational", sql, learner.user_id)
    eventually(lambda: applied_version(stack, learner.user_id, items[0]) == version)


def test_the_worker_survives_a_crash_of_its_database(
    stack: Stack, learner: Learner, items: list[str]
) -> None:
    stack.kill("postgres-vector")
    for item in items[:3]:
        assert learner.report(item, 50) == 201
    assert learner.source() == "fallback"  # from core, and the catalogue in memory
    assert learner.recommended()
    stack.run("postgres-vector")
    for item in items[:3]:
        eventually(lambda i=item: applied_version(stack, learner.user_id, i) == 1)  # type: ignore[misc]
    eventually(lambda: learner.source() == "precomputed")
    assert not set(items[:3]) & set(learner.recommended())


def test_a_failing_background_job_stops_no_ingestion_and_shows_in_health(
    stack: Stack, learner: Learner, items: list[str]
) -> None:
    (table,) = rows(
        stack, "vector", "SELECT name || '.item_neighbour_settings' FROM generation LIMIT 1"
    )[0]
    stack.stop("worker")
    change(stack, f"ALTER TABLE {table} RENAME COLUMN facts TO hidden")
    try:
        stack.run("worker")
        eventually(lambda: failures_in_a_row(stack, "tuning") >= 2)
        worker = newest_worker(stack)
        assert learner.report(items[0], 30) == 201
        eventually(lambda: applied_version(stack, learner.user_id, items[0]) == 1)
        assert newest_worker(stack) == worker
        assert learner.ai("GET", "/health").json()["status"] == "degraded"
        assert failed_jobs(stack) == {"tuning": "UndefinedColumnError"}
    finally:
        change(stack, f"ALTER TABLE {table} RENAME COLUMN hidden TO facts")
    eventually(lambda: failures_in_a_row(stack, "tuning") == 0)
    eventually(lambda: learner.ai("GET", "/health").json()["status"] == "ok")


def change(stack: Stack, sql: str) -> None:
    with psycopg.connect(stack.servers["postgres-vector"].url()) as db:  # type: ignore[union-attr]
        db.execute(sql)


def newest_worker(stack: Stack) -> str:
    sql = "SELECT worker FROM worker_status ORDER BY started_at DESC LIMIT 1"
    return str(rows(stack, "vector", sql)[0][0])


def failures_in_a_row(stack: Stack, job: str) -> int:
    sql = """SELECT coalesce((failed_jobs -> %s ->> 'failures_in_a_row')::integer, 0)
        FROM worker_status ORDER BY heartbeat_at DESC LIMIT 1"""
    return int(rows(stack, "vector", sql, job)[0][0])


def failed_jobs(stack: Stack) -> dict[str, str]:
    """By job, its last error."""
    sql = """SELECT key, value ->> 'last_error' FROM worker_status, jsonb_each(failed_jobs)
        WHERE heartbeat_at = (SELECT max(heartbeat_at) FROM worker_status)"""
    return {str(job): str(error) for job, error in rows(stack, "vector", sql)}


def test_a_list_is_answered_while_core_is_down(stack: Stack, learner: Learner) -> None:
    eventually(lambda: learner.source() == "precomputed")
    stack.stop("relay")
    unknown = Learner.signed_up(stack)  # unknown to ai: nothing was relayed
    stack.kill("core", signal.SIGKILL)
    began = time.monotonic()
    assert learner.source() == "precomputed"
    assert unknown.source() == "popular"
    assert unknown.recommended()
    assert time.monotonic() - began < 5
    stack.run("core")
    stack.run("relay")
    eventually(lambda: unknown.source() == "precomputed")


def fact(learner: Learner, content_id: str, version: int, percentage: float) -> ProgressUpdated:
    now = datetime.now(UTC)
    return ProgressUpdated.model_validate(
        {
            "version": version,
            "user_id": learner.user_id,
            "content_id": content_id,
            "content_type": content_id.split("-")[0],
            "status": "in_progress",
            "completion_percentage": percentage,
            "created_at": now,
            "updated_at": now,
        }
    )


@pytest.fixture
def clean_park(stack: Stack) -> Iterator[None]:
    rows(stack, "vector", "DELETE FROM parked_record RETURNING id")
    yield
    rows(stack, "vector", "DELETE FROM parked_record RETURNING id")


def test_poison_records_are_parked_or_skipped_and_their_neighbours_applied(
    stack: Stack, learner: Learner, items: list[str], clean_park: None
) -> None:
    eventually(lambda: learner.source() == "precomputed")
    good = encode(fact(learner, items[0], 1, 10), time=datetime.now(UTC))
    unknown, tombstones = counter(stack, "unknown_types"), counter(stack, "tombstones")
    headers = dict(good.headers())
    renamed = {**headers, "ce_type": b"ongoza.progress.paused.v1"}

    def poison(value: bytes | None, given: dict[str, bytes]) -> None:
        send_raw(stack, PROGRESS, good.partition, good.key.encode(), value, list(given.items()))

    poison(b'{"version": 1, "user', headers)
    poison(good.payload, {**headers, "ce_type": b"\xff\xfe\x00"})
    poison(good.payload, {})
    poison(None, headers)
    poison(b"{}", renamed)
    poison(
        (good.payload or b"").replace(b'"version"', b'"from_the_future":{"x":[1]},"version"'),
        headers,
    )
    send(stack, encode(fact(learner, items[1], 1, 20), time=datetime.now(UTC)))
    # The record behind them is applied, and so is the fact with an unknown field.
    eventually(lambda: applied_version(stack, learner.user_id, items[1]) == 1)
    assert applied_version(stack, learner.user_id, items[0]) == 1
    assert parked(stack) == [
        ("bad_payload", b'{"version": 1, "user'),
        ("bad_header", good.payload),
        ("missing_header", good.payload),
    ]
    eventually(lambda: counter(stack, "unknown_types") == unknown + 1)
    eventually(lambda: counter(stack, "tombstones") == tombstones + 1)
    # A restarted worker starts after the poison records.
    stack.kill("worker")
    stack.run("worker")
    send(stack, encode(fact(learner, items[2], 1, 30), time=datetime.now(UTC)))
    eventually(lambda: applied_version(stack, learner.user_id, items[2]) == 1)
    assert len(parked(stack)) == 3


def test_a_lower_version_after_a_higher_one_is_ignored(
    stack: Stack, learner: Learner, items: list[str]
) -> None:
    now = datetime.now(UTC)
    for version, percentage in ((7, 70), (3, 30)):
        send(stack, encode(fact(learner, items[0], version, percentage), time=now))
    send(stack, encode(fact(learner, items[1], 1, 10), time=now))
    eventually(lambda: applied_version(stack, learner.user_id, items[1]) == 1)
    sql = "SELECT completion_percentage FROM live.progress WHERE user_id = %s AND content_id = %s"
    assert rows(stack, "vector", sql, learner.user_id, items[0]) == [(70.0,)]
    assert applied_version(stack, learner.user_id, items[0]) == 7


def test_after_every_fault_the_projection_equals_core(stack: Stack, learner: Learner) -> None:
    """Writers in parallel while processes are killed at random: nothing acknowledged is lost."""
    items = learner.recommended()[:4]
    acknowledged: dict[str, int] = {}
    stop = threading.Event()

    def write(item: str) -> None:
        step = 0
        while not stop.is_set():
            step += 1
            if learner.report(item, step / 1000) in {200, 201}:
                acknowledged[item] = acknowledged.get(item, 0) + 1

    writers = [threading.Thread(target=write, args=(item,)) for item in items]
    for writer in writers:
        writer.start()
    for name in ("relay", "worker", "kafka", "relay", "postgres-vector", "worker"):
        time.sleep(1)
        stack.kill(name)
        stack.run(name)
    stop.set()
    for writer in writers:
        writer.join()
    eventually(lambda: outbox_depth(stack) == 0)
    for item in items:
        sql = "SELECT version FROM progress_progress WHERE user_id = %s AND content_id = %s"
        ((version,),) = rows(stack, "relational", sql, learner.user_id, item)
        assert version >= acknowledged[item]
        eventually(lambda i=item, v=version: applied_version(stack, learner.user_id, i) == v)  # type: ignore[misc]
        messages = records(stack, PROGRESS, f"{learner.user_id}:{item}")
        assert sorted({version_of(m) for m in messages}) == list(range(1, version + 1))
        assert all(decode([*headers_of(m).items()], m.value()) for m in messages)
