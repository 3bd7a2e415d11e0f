"""Two processes that change one cohort at random sell no seat twice and pass over nobody."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from core.cohorts import codes, enrolments, seats, services
from core.cohorts.models import NOT_ENDED, SEATED, Code, Cohort, Enrolment
from core.outbox.models import FactHistory
from core.users.models import User
from ongoza_contracts.cohorts import EnrolmentState, PoolKind
from tests.random_cases import CASES
from tests.unit.core.cohort_rows import apply, cohort_admin, open_cohort
from tests.unit.core.two_processes import outcomes, run_in_two
from tests.unit.core.world import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.random]

OPERATIONS, LEARNERS, CODE_USES = 200 * CASES, 24, 40
HELD = timedelta(milliseconds=150)


def sized(size: Callable[[], int]) -> list[services.PoolSpec]:
    """All pools; the sponsored seats take a code."""
    return [
        services.PoolSpec(kind=kind, size=size(), needs_code=kind == PoolKind.SPONSORED)
        for kind in PoolKind
    ]


class Operations:
    """Random requests about one cohort."""

    def __init__(self, cohort_id: Any, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  (repeatable)
        self.cohort = Cohort.objects.get(pk=cohort_id)
        self.admin = cohort_admin()
        self.learners = [*User.objects.filter(email__startswith="learner-").order_by("pk")]
        self.code = Code.objects.get().code

    def run(self) -> Counter[str]:
        kinds = [self.apply] * 4 + [self.change] * 6 + [self.resize, self.expire]
        return outcomes(self.random.choice(kinds) for _ in range(OPERATIONS))

    def apply(self) -> None:
        accepted = self.random.sample([*PoolKind], self.random.randint(1, 2))
        code = self.code if self.random.random() < 0.4 else None
        learner = self.random.choice(self.learners)
        enrolments.apply(user=learner, cohort_id=self.cohort.pk, pools=accepted, code=code)

    def change(self) -> None:
        rows = Enrolment.objects.filter(state__in=NOT_ENDED).select_related("user").order_by("?")
        row = rows.first()
        if row is None:
            return
        learner, staff, key = row.user, self.admin, row.pk
        match row.state:
            case EnrolmentState.OFFERED if self.random.random() < 0.6:
                enrolments.accept(user=learner, enrolment_id=key)
            case EnrolmentState.OFFERED:
                enrolments.decline(user=learner, enrolment_id=key)
            case EnrolmentState.PENDING_PAYMENT if self.random.random() < 0.6:
                enrolments.confirm_payment(caller=staff, enrolment_id=key, reference="R")
            case EnrolmentState.SUSPENDED if self.random.random() < 0.6:
                enrolments.resume(caller=staff, enrolment_id=key)
            case EnrolmentState.ACTIVE if self.random.random() < 0.5:
                enrolments.suspend(caller=staff, enrolment_id=key)
            case _:
                enrolments.withdraw(caller=staff, enrolment_id=key)

    def resize(self) -> None:
        pools = sized(lambda: self.random.randint(0, 4))
        services.set_pools(caller=self.admin, cohort_id=self.cohort.pk, pools=pools)

    def expire(self) -> None:
        enrolments.expire_and_promote(cohort_id=self.cohort.pk)


def run(cohort_id: Any, seed: int) -> Counter[str]:
    seats.OFFER_LASTS = enrolments.PAYMENT_LASTS = HELD
    return Operations(cohort_id, seed).run()


def history(cohort: Cohort) -> Iterator[tuple[str, dict[str, Any]]]:
    """The facts of the cohort and of its enrolments in the order in which the lock was held."""
    kinds = ("ongoza.cohort.updated.v1", "ongoza.enrolment.updated.v1")
    for row in FactHistory.objects.filter(type__in=kinds).order_by("id"):
        if row.body["cohort_id"] == str(cohort.pk):
            yield row.type, row.body


def test_two_processes_sell_no_seat_twice_and_pass_over_nobody() -> None:
    with transaction.atomic():
        cohort = open_cohort(paid=2, scholarship=2)
    services.set_pools(caller=cohort_admin(), cohort_id=cohort.pk, pools=sized(lambda: 2))
    codes.add_code(
        caller=cohort_admin(),
        cohort_id=cohort.pk,
        pool=PoolKind.SPONSORED,
        max_uses=CODE_USES,
        ends_at=timezone.now() + timedelta(days=1),
    )
    for number in range(LEARNERS):
        person(f"learner-{number}")

    found = run_in_two(run, cohort.pk)

    assert min(found[name] for name in ("apply", "change", "resize", "expire")) > 3, found
    check_history(cohort)
    entitled = Enrolment.objects.filter(entitled_pools__contains=[PoolKind.SPONSORED]).count()
    assert Code.objects.get().uses == entitled <= CODE_USES
    before = FactHistory.objects.count()
    cohort.refresh_from_db()
    enrolments.expire_and_promote(cohort_id=cohort.pk)
    waiting = Enrolment.objects.filter(state=EnrolmentState.APPLIED)
    free = seats.free_seats(cohort, cohort.pools.all())
    pools = [*cohort.pools.all()]
    left = [one for one in waiting if any(free[k] for k in seats.kinds_open_to(one, pools))]
    assert (left, before > OPERATIONS) == ([], True)


def test_promotion_does_not_wait_for_a_learner_who_is_being_erased() -> None:
    """The erasure may wait for the enrolment of another learner, which the promotion holds."""
    with transaction.atomic():
        cohort = open_cohort(scholarship=1)
    seated, erased = person("seated"), person("erased")
    row, waiting = apply(seated, cohort), apply(erased, cohort)
    locked, done = Event(), Event()

    def erase() -> None:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=erased.pk)
            locked.set()
            assert done.wait(timeout=30)
        connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        erasure = thread.submit(erase)
        assert locked.wait(timeout=30)
        try:
            enrolments.decline(user=seated, enrolment_id=row.pk)
            waiting.refresh_from_db()
            assert waiting.state == EnrolmentState.APPLIED
        finally:
            done.set()
        erasure.result()
    enrolments.expire_and_promote(cohort_id=cohort.pk)
    waiting.refresh_from_db()
    assert waiting.state == EnrolmentState.OFFERED


def check_history(cohort: Cohort) -> None:
    """Whether at each fact no pool had more seats taken than it has, and each offer went to the
    first who waited for it."""
    rights = {str(row.pk): {*row.entitled_pools} for row in Enrolment.objects.all()}
    sizes: dict[str, int] = {}
    needs_code: set[str] = set()
    rows: dict[str, dict[str, Any]] = {}
    offers = 0
    for kind, body in history(cohort):
        if kind == "ongoza.cohort.updated.v1":
            sizes = {pool["kind"]: pool["size"] for pool in body["pools"]}
            needs_code = {pool["kind"] for pool in body["pools"] if pool["needs_code"]}
        else:
            key, pool = body["enrolment_id"], body["pool"]
            if body["state"] == EnrolmentState.OFFERED:
                offers += 1
                assert pool not in needs_code or pool in rights[key]
                assert earlier(rows, key, pool, needs_code, rights) == []
            assert key not in rows or rows[key]["state"] in NOT_ENDED
            rows[key] = body
        taken = Counter(row["pool"] for row in rows.values() if row["state"] in SEATED)
        assert all(taken[pool] <= sizes[pool] for pool in taken)
        open_rows = Counter(row["user_id"] for row in rows.values() if row["state"] in NOT_ENDED)
        assert max(open_rows.values(), default=0) <= 1
    assert offers > 20


def earlier(
    rows: dict[str, dict[str, Any]],
    key: str,
    pool: str,
    needs_code: set[str],
    rights: dict[str, set[str]],
) -> list[str]:
    """Those who waited for a seat of the pool before the entry with this key."""
    place = _place(rows[key])
    return [
        other
        for other, row in rows.items()
        if row["state"] == EnrolmentState.APPLIED
        and _place(row) < place
        and pool in row["accepted_pools"]
        and (pool not in needs_code or pool in rights[other])
    ]


def _place(row: dict[str, Any]) -> tuple[datetime, str]:
    return datetime.fromisoformat(row["created_at"]), row["enrolment_id"]
