"""Notifying a user never blocks that user's erasure, nor the other way round."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from core.access.models import Membership
from core.jobs.models import Job
from core.jobs.services import run_due
from core.notifications.models import Delivery, Notification
from core.users.models import User
from core.users.services import add_user, sign_in
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import Caller, assign, person, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a-long-passphrase-9"
ROUNDS = 20


def at_once(*calls: Callable[[], int]) -> list[int]:
    """What the calls return, which start together."""
    start = Barrier(len(calls))

    def in_a_thread(call: Callable[[], int]) -> int:
        try:
            start.wait()
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
        assert (ended in (204, 404), erased) == (True, 204)
    assert not Notification.objects.filter(user__role=Role.MENTOR).exists()


def test_a_delivery_beside_an_erasure_never_blocks_it() -> None:
    for number in range(ROUNDS):
        mentor, _ = mentor_of_a_learner(number)
        _, erased = at_once(run_due, erase(mentor))
        assert erased == 204
        assert not Job.objects.filter(user_id=mentor.pk).exists()
    assert not Delivery.objects.filter(notification__user__role=Role.MENTOR).exists()
