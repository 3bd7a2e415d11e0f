"""Rows that a projection lost are found by comparison with core and restored by republishing."""

import json
import re
import subprocess
import sys

import psycopg
import pytest

from scripts.stack.stack import PROJECT, Stack
from tests.integration.story import (
    Learner,
    applied_version,
    eventually,
    headers_of,
    records,
    send_raw,
)

pytestmark = pytest.mark.slow

FROM_NOWHERE = """
INSERT INTO live.learner SELECT 2000000000, 1, 'learner', NULL, NULL, 'active', now(), now()
"""


def reconcile(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "ai", "reconcile", *arguments],
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
    said = reconcile(stack, "--patience", "5").stdout
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
    done = reconcile(stack, "--patience", "20")
    assert done.returncode == 0, done.stdout + done.stderr
    # One row is missing, one is older than core's, and one is unknown to core.
    mine = f"user_id = {learner.user_id} AND content_id"
    damage(stack, f"DELETE FROM live.progress WHERE {mine} = '{second}'")  # noqa: S608
    damage(stack, f"UPDATE live.progress SET version = 1 WHERE {mine} = '{first}'")  # noqa: S608
    damage(stack, FROM_NOWHERE)
    done = reconcile(stack, "--patience", "1")
    assert done.returncode == 2
    assert "3 differ" in done.stdout
    for what in ("missing here", "older here", "unknown to core"):
        assert what in done.stdout
    # Core republishes its entities; an entity it does not know is left to the operator.
    done = reconcile(stack, "--repair", "--patience", "5")
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
        done = reconcile(stack)
    finally:
        stack.run("core")
    assert done.returncode == 1
    assert "could not be compared" in done.stderr
