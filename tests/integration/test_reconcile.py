"""Rows that a projection lost are found by comparison with core and restored by republishing."""

import json
import re
import subprocess
import sys
from dataclasses import replace

import psycopg
import pytest

from ongoza_contracts.codec import decode, encode
from ongoza_contracts.users import UserErased
from scripts.stack.stack import PROJECT, Stack
from tests.facts import NOW, progress
from tests.integration.story import (
    Learner,
    applied_version,
    eventually,
    headers_of,
    parked,
    records,
    rows,
    send,
    send_raw,
    settled,
)

pytestmark = pytest.mark.slow

FROM_NOWHERE = """
INSERT INTO live.learner SELECT 2000000000, 1, 'learner', NULL, NULL, 'active', now(), now()
"""


def reconcile(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command(stack, "reconcile", *arguments)


def command(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "ai", *arguments],
        env={**stack.environment, "COLUMNS": "160"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def damage(stack: Stack, sql: str) -> None:
    url = stack.servers["postgres-vector"].url()  # type: ignore[union-attr]
    with psycopg.connect(url) as db:
        db.execute(sql)


def forget_foreign_rows(stack: Stack) -> None:
    """Other tests put records on the topics past core; these rows are unknown to core."""
    said = reconcile(stack).stdout
    for learner, item in re.findall(r"progress +│ (\d+):(\S+) .*unknown to core", said):
        row = f"user_id = {learner} AND content_id = '{item}'"
        damage(stack, f"DELETE FROM live.progress WHERE {row}")  # noqa: S608


def test_missing_and_older_entities_are_found_and_repaired(stack: Stack) -> None:
    learner = Learner.signed_up(stack)
    first, second = learner.recommended()[:2]
    assert [learner.report(first, percentage) for percentage in (10, 20)] == [201, 200]
    assert learner.report(second, 30) == 201
    eventually(lambda: applied_version(stack, learner.user_id, second) == 1)
    forget_foreign_rows(stack)
    done = reconcile(stack)
    assert done.returncode == 0, done.stdout + done.stderr
    # One row is missing, one is older than core's, and one is unknown to core.
    mine = f"user_id = {learner.user_id} AND content_id"
    damage(stack, f"DELETE FROM live.progress WHERE {mine} = '{second}'")  # noqa: S608
    damage(stack, f"UPDATE live.progress SET version = 1 WHERE {mine} = '{first}'")  # noqa: S608
    damage(stack, FROM_NOWHERE)
    done = reconcile(stack)
    assert done.returncode == 2
    assert "3 differ" in done.stdout
    for what in ("missing here", "older here", "unknown to core"):
        assert what in done.stdout
    # Core republishes its entities; an entity it does not know is left to the operator.
    done = reconcile(stack, "--repair")
    assert (done.returncode, "2 repaired, 1 differ" in done.stdout) == (2, True), done.stdout
    assert applied_version(stack, learner.user_id, first) == 2
    assert applied_version(stack, learner.user_id, second) == 1
    damage(stack, "DELETE FROM live.learner WHERE user_id = 2000000000")
    assert reconcile(stack).returncode == 0


def test_an_older_record_behind_a_newer_one_is_followed_by_the_newest_again(stack: Stack) -> None:
    """Compaction keeps the last record, whatever its version."""
    learner = Learner.signed_up(stack)
    item = learner.recommended()[0]
    assert [learner.report(item, percentage) for percentage in (10, 20, 30)] == [201, 200, 200]
    eventually(lambda: applied_version(stack, learner.user_id, item) == 3)
    key = f"{learner.user_id}:{item}"
    late = records(stack, "ongoza.progress", key)[1]
    send_raw(
        stack,
        "ongoza.progress",
        late.partition() or 0,
        key.encode(),
        late.value(),
        [*headers_of(late).items()],
    )
    assert versions(stack, key) == [1, 2, 3, 2]
    done = reconcile(stack, "--repair", "--patience", "20")
    assert "were published again" in done.stdout, done.stdout + done.stderr
    assert "; 0 of them" in done.stdout
    assert versions(stack, key) == [1, 2, 3, 2, 3]
    assert "published again" not in reconcile(stack, "--repair", "--patience", "20").stdout


def versions(stack: Stack, key: str) -> list[int]:
    found = records(stack, "ongoza.progress", key)
    return [json.loads(one.value() or b"")["version"] for one in found]


def test_nothing_is_reported_as_equal_while_core_is_down(stack: Stack) -> None:
    stack.stop("core")
    try:
        done = reconcile(stack, "--patience", "3")
    finally:
        stack.run("core")
    assert done.returncode == 1
    assert "could not be compared" in done.stderr


def test_records_on_the_way_are_told_from_differences(stack: Stack) -> None:
    learner = Learner.signed_up(stack)
    item = learner.recommended()[0]
    assert learner.report(item, 10) == 201
    eventually(lambda: applied_version(stack, learner.user_id, item) == 1)
    forget_foreign_rows(stack)
    for stopped in ("worker", "relay"):
        stack.stop(stopped)
        try:
            assert learner.report(item, 20 if stopped == "worker" else 30) == 200
            done = reconcile(stack, "--patience", "3")
        finally:
            stack.run(stopped)
        assert done.returncode == 3, done.stdout + done.stderr
        assert "0 differ, 1 on the way" in done.stdout
        # Started while the worker catches up, it waits.
        assert reconcile(stack).returncode == 0


def test_entities_with_a_version_of_their_own_follow_core_again(stack: Stack) -> None:
    learner = Learner.signed_up(stack)
    far, near = learner.recommended()[:2]
    assert [learner.report(item, 10) for item in (far, near)] == [201, 201]
    eventually(lambda: applied_version(stack, learner.user_id, near) == 1)
    forget_foreign_rows(stack)
    mine = f"user_id = {learner.user_id} AND content_id"
    for item, version in ((far, 2**62), (near, 1000)):
        damage(stack, f"UPDATE live.progress SET version = {version} WHERE {mine} = '{item}'")  # noqa: S608
    done = reconcile(stack)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout.count("newer here than in core") == 2
    done = reconcile(stack, "--repair")
    assert (done.returncode, "2 repaired, 0 differ" in done.stdout) == (0, True), done.stdout
    # Core moved its version past the near one, and kept it where no consumer would follow.
    for item, version in ((far, 1), (near, 1001)):
        assert applied_version(stack, learner.user_id, item) == version
        assert learner.report(item, 50) == 200
        eventually(lambda: applied_version(stack, learner.user_id, item) == version + 1)  # noqa: B023
    assert versions_on_the_topic(stack, f"{learner.user_id}:{near}") == [1, 1001, 1002]
    assert [cause for cause, _ in parked(stack) if cause == "far_version"] == []


def versions_on_the_topic(stack: Stack, key: str) -> list[int]:
    found = []
    for message in records(stack, "ongoza.progress", key):
        fact = decode(message.headers() or [], message.value())  # type: ignore[arg-type]
        found.append(fact.fact.version)  # type: ignore[union-attr]
    return found


def test_a_forged_erasure_of_a_living_learner_is_taken_back(stack: Stack) -> None:
    learner = Learner.signed_up(stack)
    item = learner.recommended()[0]
    assert learner.report(item, 40) == 201
    eventually(lambda: applied_version(stack, learner.user_id, item) == 1)
    send(stack, encode(UserErased(user_id=learner.user_id, version=50), time=NOW))
    erased = "SELECT count(*) FROM live.erased_learner WHERE user_id = %s"
    eventually(lambda: rows(stack, "vector", erased, learner.user_id) == [(1,)])
    assert applied_version(stack, learner.user_id, item) == 0
    forget_foreign_rows(stack)
    done = reconcile(stack, "--repair")
    assert done.returncode == 2
    assert "erased here" in done.stdout
    done = command(stack, "unerase", str(learner.user_id), "--reason", "a forged record")
    assert done.returncode == 0, done.stdout + done.stderr
    eventually(lambda: applied_version(stack, learner.user_id, item) == 1)
    done = reconcile(stack)
    assert done.returncode == 0, done.stdout + done.stderr
    version = "SELECT version FROM live.learner WHERE user_id = %s"
    assert rows(stack, "vector", version, learner.user_id) == [(51,)]
    # The learner is served again, and a true erasure still erases.
    eventually(lambda: settled(stack))
    eventually(lambda: learner.ai("GET", "/api/v1/recommendations").status_code == 200)


def test_nobody_is_taken_back_whom_core_does_not_know(stack: Stack) -> None:
    done = command(stack, "unerase", "2000000001", "--reason", "a mistake")
    assert done.returncode == 2
    assert "the erasure holds" in done.stderr


def test_a_flood_is_scanned_and_decided_on_at_once(stack: Stack) -> None:
    learner = Learner.signed_up(stack)
    item = learner.recommended()[0]
    assert learner.report(item, 10) == 201
    eventually(lambda: applied_version(stack, learner.user_id, item) == 1)
    which = ("--topic", "ongoza.progress", "--cause", "bad_payload", "--reason", "a test")
    assert command(stack, "parked", "discard", *which).returncode == 0  # of other tests
    stack.stop("worker")
    try:
        bad = replace(encode(progress(learner.user_id, item), time=NOW), payload=b"{")
        send(stack, *[bad] * 120)
        assert learner.report(item, 20) == 200
        assert "120 records would be refused" in command(stack, "parked", "scan").stdout
        done = command(stack, "parked", "discard", *which)
        assert "120 of 120 records discarded" in done.stdout, done.stdout + done.stderr
    finally:
        stack.run("worker")
    eventually(lambda: applied_version(stack, learner.user_id, item) == 2)
    assert stack.register.alive("worker")
    assert [cause for cause, _ in parked(stack) if cause == "bad_payload"] == []
