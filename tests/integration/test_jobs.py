"""Jobs on a real Valkey and a real worker, both of which are killed and wiped."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psutil
import psycopg
import pytest
import redis

from ongoza_contracts.users import UserUpdated
from ongoza_ops.promises import JOB_SECONDS
from scripts.embedded.ports import HOST
from scripts.embedded.valkey import Valkey
from scripts.stack import health
from scripts.stack.health import SSL_CONTEXT
from scripts.stack.services import BY_NAME, CORE
from scripts.stack.stack import PROJECT, Stack
from scripts.stack.status import JOBS
from tests.integration.accounts import API, created, mails_to
from tests.integration.story import ANSWER_SECONDS, TICK_SECONDS, Learner, eventually, rows
from tests.servers import new_stack

pytestmark = pytest.mark.slow

NAMES = ("postgres-relational", "valkey", "migrate-core", "core", "jobs", "webhooks")
OUTAGE_SECONDS = 6
EMAIL, PASSWORD = "ada@ongoza.example", "a-long-passphrase-9"
ADD = "INSERT INTO jobs_job (kind, subject, created_at, due_at, attempts, last_error) "
ADD_DUE = ADD + "VALUES (%s, %s, now(), now() - %s * interval '1 s', 0, '') RETURNING id"
EXPIRE = "UPDATE users_signin SET refreshed_at = now() - interval '90 days' WHERE id <> %s"
ENDED = """
SELECT count(*), count(DISTINCT key), (SELECT count(*) FROM users_signin)
FROM fact_history WHERE type = 'ongoza.signin.ended.v1'
"""
UNDONE = "SELECT kind, attempts, last_error FROM jobs_job WHERE done_at IS NULL AND key IS NULL"
CALLED = "SELECT count(*) FROM webhooks_delivery WHERE claimed_until > now()"
NOTICES = "SELECT count(*) FROM notifications_notification WHERE kind = 'coaching.goal_near'"
NOT_CALLED = "SELECT count(*) FROM webhooks_delivery WHERE attempts = 0"


@pytest.fixture(scope="module")
def jobs_stack() -> Iterator[Stack]:
    stack = new_stack("jobs")
    try:
        stack.up([BY_NAME[name] for name in NAMES])
        command = [sys.executable, "-m", "core.manage", "createsuperuser", "--email", EMAIL]
        environment = {**stack.environment, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
        subprocess.run(command, env=environment, cwd=PROJECT, check=True)  # noqa: S603
        yield stack
    finally:
        stack.down()
        shutil.rmtree(stack.folder, ignore_errors=True)


@pytest.fixture
def running(jobs_stack: Stack) -> Stack:
    """The stack; what an earlier test killed is started again."""
    for name in NAMES:
        if BY_NAME[name].ready != "exit" and not jobs_stack.register.alive(name):
            jobs_stack.run(name)
    return jobs_stack


def valkey(stack: Stack) -> redis.Redis:
    server = stack.servers["valkey"]
    assert isinstance(server, Valkey)
    return server.client()


def jobs_in_status(stack: Stack) -> tuple[int, int] | None:
    """How many are due and how many failed, as `make status` says."""
    found = health.rows(stack.servers[CORE], JOBS, {"late": JOB_SECONDS})
    return (found[0][0], found[0][1]) if found else None


def execute(stack: Stack, sql: str, *values: object) -> None:
    url = stack.servers["postgres-relational"].url()  # type: ignore[union-attr]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql, values)


def add_due(stack: Stack, kind: str, age: int = 0, subject: str = "") -> int:
    """Add a job past the services, so that only the tick can find it."""
    return int(rows(stack, "relational", ADD_DUE, kind, subject, age)[0][0])


def log_in(stack: Stack) -> dict[str, Any]:
    """Also on a database that no relay has compared: core waits for that some seconds."""
    url = f"{stack.core_url}/api/v1/auth/login/"
    body = {"email": EMAIL, "password": PASSWORD}

    def answer() -> dict[str, Any]:
        response = httpx.post(url, json=body, timeout=ANSWER_SECONDS, verify=SSL_CONTEXT)
        return dict(response.json()) if response.is_success else {}

    return eventually(answer)


def retry(stack: Stack, token: str, job_id: int) -> int:
    return httpx.post(
        f"{stack.core_url}/api/v1/jobs/{job_id}/retry/",
        headers={"Authorization": f"Bearer {token}"},
        timeout=ANSWER_SECONDS,
    ).status_code


def is_done(stack: Stack, job_id: int) -> bool:
    sql = "SELECT done_at IS NOT NULL FROM jobs_job WHERE id = %s"
    return bool(rows(stack, "relational", sql, job_id)[0][0])


def test_owed_jobs_are_done_once_when_the_broker_is_wiped_and_workers_are_killed(
    running: Stack,
) -> None:
    stack = running
    stack.stop("jobs")
    for _ in range(4):
        log_in(stack)
    (newest,) = rows(stack, "relational", "SELECT id FROM users_signin ORDER BY created_at")[-1]
    execute(stack, EXPIRE, newest)
    add_due(stack, "retention.purge", age=60, subject="users.sign_ins")
    for _ in range(30):
        add_due(stack, "outbox.partitions")
    # The worker dies when it has ended the sign-ins and not yet committed that.
    stack.start("jobs", environment={"ONGOZA_FAILPOINT": "jobs.before_commit"})
    eventually(lambda: stack.register.alive("jobs") is None)
    assert rows(stack, "relational", ENDED) == [(0, 0, 4)]
    assert ("retention.purge", 1, "") in rows(stack, "relational", UNDONE)
    # The broker forgets what it was sent, and is killed.
    valkey(stack).flushall()
    stack.kill("valkey")
    stack.run("valkey")
    # Worker and beat are started again.
    stack.run("jobs")
    eventually(lambda: rows(stack, "relational", UNDONE) == [], TICK_SECONDS)
    assert rows(stack, "relational", ENDED) == [(3, 3, 1)]
    eventually(lambda: jobs_in_status(stack) == (0, 0))  # a tick may just have scheduled others


def test_a_notice_is_added_once_though_the_worker_dies_before_its_commit(running: Stack) -> None:
    stack = running
    token = log_in(stack)["access_token"]
    learner = Learner(stack, 0, token, "")
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    created(learner, "coaching/goals/", {"title": "Pass", "target_date": str(tomorrow)})
    stack.stop("jobs")
    job = add_due(stack, "coaching.goal_dates", age=60)
    stack.start("jobs", environment={"ONGOZA_FAILPOINT": "jobs.before_commit"})
    eventually(lambda: stack.register.alive("jobs") is None)
    assert (count_of(stack, NOTICES), is_done(stack, job)) == (0, False)
    stack.run("jobs")
    assert retry(stack, token, job) == 200  # without the pause after an attempt
    eventually(lambda: is_done(stack, job), TICK_SECONDS)
    assert count_of(stack, NOTICES) == 1


def test_a_retry_is_stored_while_the_broker_is_away_and_run_when_it_is_back(
    running: Stack,
) -> None:
    stack = running
    token = log_in(stack)["access_token"]
    stack.kill("valkey")
    job = add_due(stack, "outbox.partitions")
    began = time.monotonic()
    assert retry(stack, token, job) == 200
    assert time.monotonic() - began < ANSWER_SECONDS / 2
    stack.run("valkey")
    eventually(lambda: is_done(stack, job), TICK_SECONDS)


def test_a_worker_that_starts_before_the_broker_waits_for_it(running: Stack) -> None:
    running.kill("jobs")
    running.kill("valkey", signal.SIGSTOP)
    try:
        running.start("jobs")
        time.sleep(OUTAGE_SECONDS)
        waiting = running.register.alive("jobs")
    finally:
        running.kill("valkey", signal.SIGCONT)
    assert waiting
    eventually(lambda: running.healthy("jobs"), TICK_SECONDS)
    assert running.register.alive("jobs") == waiting


def test_a_worker_is_woken_without_waiting_for_the_tick(running: Stack) -> None:
    stack = running
    token = log_in(stack)["access_token"]
    execute(stack, "UPDATE jobs_tick SET at = now() - interval '1 hour'")
    eventually(lambda: stack.healthy("jobs"), TICK_SECONDS)  # a tick has just been
    job = add_due(stack, "outbox.partitions")
    assert retry(stack, token, job) == 200
    eventually(lambda: is_done(stack, job), 20)


def organization(name: str, admin: Learner) -> int:
    """Like a log-in, it may have to wait on a database that no relay has compared."""
    body = {"name": name, "kind": "school"}

    def answer() -> int:
        response = admin.core("POST", f"{API}/organizations/", json=body)
        return int(response.json()["id"]) if response.is_success else 0

    return eventually(answer)


def ping_hanging_receivers(stack: Stack, url: str, *names: str) -> None:
    """Of each organization 20, which is the most: a slot hangs for 10 s in each."""
    admin = Learner(stack, 0, log_in(stack)["access_token"], "")
    paths = []
    for name in names:
        body = {"organization": organization(name, admin), "url": url, "types": [UserUpdated.type]}
        for _ in range(20):
            found = created(admin, "webhook-subscriptions/", body)
            paths.append(f"webhook-subscriptions/{found['subscription']['id']}/ping/")
    for path in paths:
        created(admin, path, None)


def count_of(stack: Stack, sql: str) -> int:
    return int(rows(stack, "relational", sql)[0][0])


def test_receivers_that_hang_in_every_slot_do_not_delay_a_mail(running: Stack) -> None:
    stack, command = running, BY_NAME["webhooks"].command
    slots = int(command[command.index("-c") + 1])
    before = len(mails_to(stack, EMAIL))
    with socket.create_server((HOST, 0), backlog=64) as receiver:  # it never answers
        url = f"http://{HOST}:{receiver.getsockname()[1]}/"
        ping_hanging_receivers(stack, url, "Makini School", "Upendo School")
        eventually(lambda: count_of(stack, CALLED) == slots)
        reset = f"{stack.core_url}/api/v1/auth/password/reset/"
        assert httpx.post(reset, json={"email": EMAIL}, timeout=ANSWER_SECONDS).is_success
        eventually(lambda: len(mails_to(stack, EMAIL)) > before)
        assert count_of(stack, NOT_CALLED) > 0  # the mail did not wait for all of them


def test_a_password_is_required(running: Stack) -> None:
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(host=HOST, port=running.ports.valkey).ping()


def test_the_beat_of_a_killed_worker_ends(running: Stack) -> None:
    started = running.register.alive("jobs")
    assert started is not None
    process = started.process()
    assert process is not None
    children = process.children()
    assert children
    os.kill(process.pid, 9)
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
