"""Each of the three stores is put back to an earlier state while it is written to, with the
commands of docs/operate-restore.md as they are printed."""

import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from scripts.stack.health import SSL_CONTEXT
from scripts.stack.stack import PROJECT, Stack
from scripts.stack.status import restore_problems
from tests.integration.commands import output_of
from tests.integration.story import (
    Learner,
    applied_version,
    eventually,
    outbox_depth,
    rows,
)

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.kafka, pytest.mark.postgres]

COMMAND = "python -m core.manage after_restore"
PAGE = (PROJECT / "docs" / "operate-restore.md").read_text()
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
STOPS = re.findall(r"`(stop \w+ .*?)`", SECTIONS["On a local stack"])


def run_in_local_shell(stack: Stack, *commands: str) -> None:
    """Runs commands after the preparation that the page has for a local stack."""
    start, preparation = re.findall(r"```sh\n(.*?)```", SECTIONS["On a local stack"], re.DOTALL)
    assert start == ".venv/bin/python -m scripts.stack run -- bash --norc\n"
    preparation = preparation.replace('"$PWD"/.venv', sys.prefix)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/bash", "-e"],
        input="\n".join((preparation, *commands)),
        cwd=PROJECT,
        env={**stack.environment, "ONGOZA_HOME": str(stack.folder), "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def commands_of(section: str, file: Path) -> tuple[str, list[str]]:
    """The page's commands that write a backup to the file, and those that restore it."""
    lines = re.findall(r"^    (\w.*)", SECTIONS[section], re.MULTILINE)
    tools = ("pg_dump", "dropdb", "createdb", "pg_restore")
    backup, *restore = [
        re.sub(r"\w+\.dump", str(file), line) for line in lines if line.startswith(tools)
    ]
    assert len(restore) == 3
    return backup, restore


@contextmanager
def load(stack: Stack, learner: Learner, content_id: str) -> Iterator[None]:
    """Progress of one learner all the time, whatever the answer."""
    stop = threading.Event()

    def write() -> None:
        step = 0
        while not stop.wait(0.3):
            step += 1
            try:
                learner.report(content_id, step / 1000)
            except httpx.HTTPError:
                continue

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()


def sign_up(stack: Stack) -> httpx.Response:
    body = {
        "email": f"{secrets.token_hex(8)}@ongoza.example",
        "password": secrets.token_urlsafe(16),
        "first_name": "Amani",
        "last_name": "Test",
    }
    return httpx.post(
        f"{stack.core_url}/api/v1/auth/signup", json=body, timeout=30, verify=SSL_CONTEXT
    )


def readiness(stack: Stack) -> str:
    answer = httpx.get(f"{stack.core_url}/api/v1/health/ready/", timeout=30, verify=SSL_CONTEXT)
    return str(answer.json()["status"])


def check_equality(stack: Stack) -> None:
    """ai has what core has."""
    eventually(lambda: outbox_depth(stack) == 0)
    output_of(stack, "ai", "reconcile", "--patience", "60")


def log_in(stack: Stack, learner: Learner, email: str, password: str) -> Learner:
    body = {"email": email, "password": password}
    answer = httpx.post(
        f"{stack.core_url}/api/v1/auth/login", json=body, timeout=30, verify=SSL_CONTEXT
    )
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    return Learner(stack, learner.user_id, tokens["access_token"], tokens["refresh_token"])


def email_of(stack: Stack, learner: Learner) -> str:
    sql = "SELECT email FROM users_user WHERE id = %s"
    return str(rows(stack, "relational", sql, learner.user_id)[0][0])


def check_writes_are_refused(stack: Stack, learner: Learner, content_id: str) -> None:
    """Before the relay has compared the database, core gives no id; then it takes no writes."""
    assert sign_up(stack).status_code == 503
    stack.run("relay")
    eventually(lambda: restore_problems(stack))
    answer = sign_up(stack)
    assert (answer.status_code, answer.json()["code"]) == (503, "restore_pending")
    assert COMMAND in answer.json()["detail"]
    assert "after_restore" in restore_problems(stack)[0]
    assert COMMAND in stack.log("relay").read_text()
    assert readiness(stack) == "degraded"
    assert learner.report(content_id, 60) == 503
    assert learner.core("GET", "/api/v1/users/me/").status_code == 200


def run_after_restore(stack: Stack) -> None:
    """A dry run, and then the real one."""
    depth = outbox_depth(stack)
    assert "Nothing was changed" in output_of(stack, "core.manage", "after_restore")
    assert outbox_depth(stack) == depth
    report = output_of(stack, "core.manage", "after_restore", "--apply")
    assert "lost: removal published" in report
    assert "erased again" in report
    eventually(lambda: restore_problems(stack) == [])
    eventually(lambda: sign_up(stack).status_code == 201)


def check_erased(stack: Stack, learner: Learner, email: str, password: str) -> None:
    body = {"email": email, "password": password}
    answer = httpx.post(
        f"{stack.core_url}/api/v1/auth/login", json=body, timeout=30, verify=SSL_CONTEXT
    )
    assert answer.status_code == 401
    sql = "SELECT 1 FROM live.learner WHERE user_id = %s"
    assert rows(stack, "vector", sql, learner.user_id) == []


def check_not_frozen(
    stack: Stack, learner: Learner, email: str, password: str, items: Sequence[str]
) -> None:
    """An older learner has what they reported after the backup, and ai takes what they report."""
    first, second = items
    assert learner.core("GET", "/api/v1/users/me/").status_code == 401
    again = log_in(stack, learner, email, password)
    assert again.report(first, 70) == 200
    columns = "SELECT completion_percentage, version FROM progress_progress"
    sql = f"{columns} WHERE user_id = %s AND content_id = %s"
    ((_, version),) = rows(stack, "relational", sql, learner.user_id, first)
    eventually(lambda: applied_version(stack, learner.user_id, first) == version)
    assert rows(stack, "relational", sql, learner.user_id, second)[0][0] == 20


def test_a_restored_database_of_core_is_noticed_and_brought_up_to_date(
    stack_to_break: Stack, tmp_path: Path
) -> None:
    stack, password = stack_to_break, secrets.token_urlsafe(16)
    backup, restore = commands_of("core's database", tmp_path / "core.dump")
    older, busy = Learner.signed_up(stack, password), Learner.signed_up(stack, password)
    erased = Learner.signed_up(stack, password)
    first, second = older.recommended()[:2]
    email, erased_email, busy_email = (email_of(stack, one) for one in (older, erased, busy))
    with load(stack, busy, first):
        assert older.report(first, 10) == 201
        eventually(lambda: applied_version(stack, older.user_id, first) == 1)
        run_in_local_shell(stack, backup)
        # After the backup: a new learner, progress, an erasure. ai has all of it.
        lost = Learner.signed_up(stack)
        assert lost.report(first, 30) == 201
        assert older.report(first, 50) == 200
        assert older.report(second, 20) == 201
        assert erased.core("DELETE", "/api/v1/users/me/", json={"password": password}).is_success
        eventually(lambda: applied_version(stack, older.user_id, second) == 1)
        eventually(lambda: applied_version(stack, lost.user_id, first) == 1)
        eventually(lambda: erased.ai("GET", "/api/v1/recommendations").status_code == 401)
        # The database is put back, and all start again.
        run_in_local_shell(stack, STOPS[0], *restore)
        stack.run("core")
        check_writes_are_refused(stack, older, first)
        run_after_restore(stack)
    stack.run("jobs", "webhooks")
    new = Learner.signed_up(stack)
    assert new.user_id > lost.user_id
    # The lost learner's token opens nothing, and the erased learner stays erased.
    eventually(lambda: lost.ai("GET", "/api/v1/recommendations").status_code == 401)
    assert lost.core("GET", "/api/v1/users/me/").status_code == 401
    check_erased(stack, erased, erased_email, password)
    check_not_frozen(stack, older, email, password, (first, second))
    busy = log_in(stack, busy, busy_email, password)
    with load(stack, busy, first):
        assert "nothing to do" in output_of(stack, "core.manage", "after_restore", "--apply")
    assert restore_problems(stack) == []
    check_equality(stack)


def test_a_restored_database_of_ai_reads_on_from_its_own_positions(
    stack_to_break: Stack, tmp_path: Path
) -> None:
    stack, password = stack_to_break, secrets.token_urlsafe(16)
    backup, restore = commands_of("ai's database", tmp_path / "ai.dump")
    learner, busy = Learner.signed_up(stack), Learner.signed_up(stack)
    erased = Learner.signed_up(stack, password)
    item = learner.recommended()[0]
    with load(stack, busy, item):
        assert learner.report(item, 10) == 201
        eventually(lambda: applied_version(stack, learner.user_id, item) == 1)
        run_in_local_shell(stack, backup)
        assert learner.report(item, 40) == 200
        assert erased.core("DELETE", "/api/v1/users/me/", json={"password": password}).is_success
        eventually(lambda: applied_version(stack, learner.user_id, item) == 2)
        run_in_local_shell(stack, STOPS[1], *restore)
        assert applied_version(stack, learner.user_id, item) == 1
        stack.run("worker")
        stack.run("ai")
        eventually(lambda: applied_version(stack, learner.user_id, item) == 2)
    eventually(lambda: erased.ai("GET", "/api/v1/recommendations").status_code == 401)
    check_equality(stack)


def test_a_restored_kafka_is_noticed_and_filled_again(
    stack_to_break: Stack, tmp_path: Path
) -> None:
    stack, copy = stack_to_break, tmp_path / "kafka"
    learner, busy = Learner.signed_up(stack), Learner.signed_up(stack)
    item = learner.recommended()[0]
    data = stack.servers["kafka"].data
    with load(stack, busy, item):
        assert learner.report(item, 10) == 201
        eventually(lambda: applied_version(stack, learner.user_id, item) == 1)
        stack.stop("kafka")
        shutil.copytree(data, copy)
        stack.run("kafka")
        assert learner.report(item, 40) == 200
        eventually(lambda: applied_version(stack, learner.user_id, item) == 2)
        run_in_local_shell(stack, STOPS[2])
        shutil.rmtree(data)
        shutil.copytree(copy, data)
        for name in ("kafka", "relay"):
            stack.run(name)
        eventually(
            lambda: any("refill_topic ongoza.progress" in one for one in restore_problems(stack))
        )
        assert "refill_topic ongoza.progress" in stack.log("relay").read_text()
        for topic in {one.split()[0] for one in restore_problems(stack)}:
            output_of(stack, "core.manage", "refill_topic", topic)
        stack.run("worker")
        eventually(lambda: restore_problems(stack) == [])
        assert learner.report(item, 60) == 200
        eventually(lambda: applied_version(stack, learner.user_id, item) == 3)
    check_equality(stack)
