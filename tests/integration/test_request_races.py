"""Keys of requests and limited places with real transactions: two processes, a killed process."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from core.coaching.models import Goal
from core.erasure.services import erase_user
from core.idempotency.models import StoredResponse
from core.idempotency.services import KeyReused, RequestInFlight, run_once
from core.kit import limits
from core.kit.errors import Busy
from core.kit.idempotency import ResponseParts
from core.kit.limits import lock_parent
from core.kit.versions import get_for_update
from core.organizations.models import Organization
from core.organizations.services import add_organization
from core.outbox.models import OutboxEvent
from core.users.models import User
from core.webhooks.models import Subscription
from core.webhooks.services import MAX_SUBSCRIPTIONS
from ongoza_contracts.coaching import GoalUpdated
from tests.integration.random_requests import OPERATIONS
from tests.integration.story import eventually
from tests.unit.core.world import Caller, person, signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.random]

PROCESSES = 2
PATIENCE = 20.0


def start(kind: str, seed: int, subject: str, **settings: str) -> "subprocess.Popen[str]":
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "core.config.settings",
        "DB_NAME": str(connection.settings_dict["NAME"]),
        "LOG_LEVEL": "ERROR",
        **settings,
    }
    command = [sys.executable, "-m", "tests.integration.random_requests", kind, str(seed), subject]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603


def at_once(kind: str, subject: str) -> list[Any]:
    """What two processes reported of their random operations."""
    processes = [start(kind, seed, subject) for seed in range(PROCESSES)]
    reports = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * PROCESSES
    found = [json.loads(line) for report in reports for line in report.splitlines()]
    assert len(found) == PROCESSES * OPERATIONS
    return found


@pytest.fixture
def learner() -> User:
    return person("amina")


@pytest.fixture
def amina(learner: User) -> Caller:
    return signed_in(learner)


@pytest.mark.slow
def test_two_processes_carry_out_each_key_once(amina: Caller) -> None:
    found = at_once("goals", str(amina.token))
    goals = {str(goal.pk): goal.title for goal in Goal.objects.all()}
    answers: dict[str, set[str]] = {}
    for key, title, status, body in found:
        if status == 201:
            answers.setdefault(key, set()).add(json.dumps(body))
            assert goals[body["id"]] == title
        else:
            assert (status, body["code"]) in {(409, "key_reused"), (409, "in_flight")}
    assert all(len(of_key) == 1 for of_key in answers.values())
    assert answers.keys() == {key for key, *_ in found}
    assert len(goals) == len(answers) == StoredResponse.objects.count()
    published = OutboxEvent.objects.filter(type=GoalUpdated.type)
    assert Counter(published.values_list("key", flat=True)) == Counter(goals.keys())


@pytest.mark.slow
def test_two_processes_never_exceed_a_limit() -> None:
    school = add_organization(name="Makini School", kind="school")
    found = at_once("subscriptions", str(school.pk))
    outcomes = Counter(done for done, _ in found)
    assert outcomes.keys() <= {"added", "deleted", "too_many_subscriptions", "not_found"}
    assert outcomes["too_many_subscriptions"] > 0
    assert max(count for _, count in found) == MAX_SUBSCRIPTIONS
    assert Subscription.objects.count() == outcomes["added"] - outcomes["deleted"]


Work = Callable[[], object]


def in_a_thread(threads: ThreadPoolExecutor, work: Work) -> Any:
    def run() -> object:
        try:
            return work()
        finally:
            connection.close()

    return threads.submit(run)


def is_waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


class Running:
    """A request with a key that ends when the test says so."""

    def __init__(self, user: User, threads: ThreadPoolExecutor) -> None:
        self.user = user
        self.began, self.may_end = Event(), Event()
        self.result = in_a_thread(threads, lambda: self.send(self.work))
        assert self.began.wait(PATIENCE)

    def work(self) -> ResponseParts:
        self.began.set()
        assert self.may_end.wait(PATIENCE)
        get_for_update(User.objects.filter(pk=self.user.pk))  # as many services do
        return ResponseParts(200, {}, '"first"')

    def send(
        self, work: Callable[[], ResponseParts], fingerprint: str = "one"
    ) -> tuple[ResponseParts, bool]:
        return run_once(user_id=self.user.pk, key="key", fingerprint=fingerprint, work=work)


def unexpected() -> ResponseParts:
    raise AssertionError("carried out a second time")


def test_a_request_is_in_flight_until_it_is_committed(learner: User) -> None:
    with ThreadPoolExecutor(1) as threads:
        running = Running(learner, threads)
        for fingerprint in ("one", "two"):
            with pytest.raises(RequestInFlight):
                running.send(unexpected, fingerprint)
        running.may_end.set()
        assert running.result.result()[1] is False
    assert running.send(unexpected) == (ResponseParts(200, {}, '"first"'), True)
    with pytest.raises(KeyReused):
        running.send(unexpected, "two")


def test_a_user_is_erased_while_a_request_with_a_key_is_running(learner: User) -> None:
    user_id = learner.pk
    with ThreadPoolExecutor(2) as threads:
        running = Running(learner, threads)
        erasure = in_a_thread(threads, lambda: erase_user(user_id=user_id))
        eventually(is_waiting_for_a_lock)
        running.may_end.set()
        running.result.result()
        erasure.result()
    assert not StoredResponse.objects.exists()
    assert not User.objects.filter(pk=user_id).exists()


def test_a_process_that_dies_leaves_neither_work_nor_answer(amina: Caller) -> None:
    token = str(amina.token)
    killed = start("goals", 0, token, ONGOZA_FAILPOINT="idempotency.after_work")
    killed.communicate(timeout=60)
    assert killed.returncode == -9
    assert (Goal.objects.count(), StoredResponse.objects.count()) == (0, 0)
    goal = {"title": "key-0 a", "target_date": "2999-12-31"}
    headers = {"Content-Type": "application/json", "Idempotency-Key": "key-0"}

    def repeat() -> bool:  # as soon as the server has seen that the process is dead
        return amina.call("POST", "coaching/goals/", goal, headers)[0] == 201

    eventually(repeat)
    assert Goal.objects.count() == 1


def test_who_waits_too_long_for_the_lock_of_a_parent_is_told_which(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "LOCK_TIMEOUT_SECONDS", 0.2)
    school = add_organization(name="Makini School", kind="school")
    rows = Organization.objects.filter(pk=school.pk)
    held, may_end = Event(), Event()

    def hold() -> None:
        with lock_parent(rows):
            held.set()
            assert may_end.wait(PATIENCE)

    with ThreadPoolExecutor(1) as threads:
        holding = in_a_thread(threads, hold)
        assert held.wait(PATIENCE)
        try:
            with pytest.raises(Busy, match="organization"), lock_parent(rows):
                raise AssertionError("two hold it")
        finally:
            may_end.set()
        holding.result()
    with lock_parent(rows) as row, transaction.atomic():
        assert row == school
