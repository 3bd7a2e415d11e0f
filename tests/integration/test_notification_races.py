"""Notifying a user never blocks that user's erasure, nor the other way round."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from core.access.models import Membership
from core.jobs.models import Job
from core.jobs.services import run_due
from core.notifications import kinds
from core.notifications.models import Delivery, Notification, PushSubscription
from core.users.models import User
from core.users.services import add_user, sign_in
from ongoza_contracts.vocabulary import Role
from tests.unit.core.browser import Browser
from tests.unit.core.notified import VAPID_KEY, make_due, run_jobs
from tests.unit.core.world import Caller, assign, person, signed_in

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-passphrase-9"
ROUNDS = 20


def at_once(*calls: Callable[[], int]) -> list[int]:
    """What the calls return, which start together."""
    start = Barrier(len(calls))

    def in_a_thread(call: Callable[[], int]) -> int:
        try:
            start.wait(timeout=30)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(in_a_thread, calls))


def mentor_of_a_learner(number: int) -> tuple[User, Membership]:
    mentor = add_user(email=f"m-{number}@ongoza.example", password=PASSWORD, role=Role.MENTOR)
    return mentor, assign(mentor, person(f"l-{number}"))


def erase(user: User) -> Callable[[], int]:
    caller = Caller(sign_in(user).tokens.access)
    return lambda: caller.call("DELETE", "users/me/", {"password": PASSWORD})[0]


def test_a_membership_that_ends_beside_an_erasure_never_blocks_it() -> None:
    admin = signed_in(person("ada", Role.ADMIN))
    for number in range(ROUNDS):
        mentor, membership = mentor_of_a_learner(number)
        path = f"memberships/{membership.id}/"
        ended, erased = at_once(lambda path=path: admin.call("DELETE", path)[0], erase(mentor))  # type: ignore[misc]
        assert erased == 204
        assert ended in (204, 404)
    run_jobs()
    assert not Job.objects.filter(done_at=None).exists()
    notified = [*Notification.objects.values_list("kind", flat=True)]
    assert notified == [kinds.MENTOR_ASSIGNED] * ROUNDS  # the learners'


def test_a_delivery_beside_an_erasure_never_blocks_it() -> None:
    for number in range(ROUNDS):
        mentor, _ = mentor_of_a_learner(number)
        _, erased = at_once(run_due, erase(mentor))
        assert erased == 204
    make_due()  # what failed because the erasure held its user
    run_jobs()
    assert not Job.objects.filter(done_at=None).exists()
    assert not Delivery.objects.filter(state="waiting").exists()
    assert Notification.objects.filter(kind=kinds.MENTOR_ASSIGNED).count() == ROUNDS


def test_two_users_who_subscribe_one_browser_at_once_are_not_refused(settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY, settings.WEBHOOKS_TO_LOOPBACK = VAPID_KEY, True
    callers = [signed_in(person(name)) for name in ("amina", "baraka")]
    body = Browser().subscription("http://localhost/1")
    for _ in range(ROUNDS):
        PushSubscription.objects.all().delete()
        calls = [
            lambda caller=caller: caller.post("notifications/push-subscriptions/", body)[0]
            for caller in callers
        ]
        assert at_once(*calls) == [201, 201]
        assert PushSubscription.objects.count() == 1
