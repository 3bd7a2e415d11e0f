"""Enrolments move as their table says; a freed seat goes to the next who waits at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from core.access.models import Membership
from core.cohorts import codes, enrolments, seats, services
from core.cohorts.models import Cohort, Enrolment
from core.cohorts.states import ENROLMENT_STATES
from core.kit.errors import DomainError, NotFound
from core.kit.transitions import IllegalTransition
from core.notifications.models import Notification
from core.users.models import User
from core.users.services import update_user
from ongoza_contracts.cohorts import EnrolmentState, PoolKind
from ongoza_contracts.vocabulary import Role
from tests.unit.core.cohort_rows import apply, cohort_admin, enrolment_in, open_cohort, pools
from tests.unit.core.world import appended, forget_appended, person

pytestmark = pytest.mark.django_db

TABLE = {(one.origin, one.action): one.target for one in ENROLMENT_STATES.transitions}
ACTIONS = sorted({one.action for one in ENROLMENT_STATES.transitions})


@pytest.fixture
def amina() -> User:
    cohort_admin()  # before the facts that a test counts
    return person("amina")


def state_of(row: Enrolment) -> str:
    return Enrolment.objects.get(pk=row.pk).state


def stored() -> list[Any]:
    return [
        [*model.objects.order_by("pk").values()] for model in (Enrolment, Membership, Notification)
    ]


def is_learner_of(user: User, cohort: Cohort) -> bool:
    rows = Membership.objects.filter(user=user, cohort_id=cohort.pk, role=Role.LEARNER)
    return rows.filter(revoked_at=None).exists()


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", [*EnrolmentState])
def test_an_enrolment_moves_as_its_table_says(
    state: EnrolmentState, action: str, amina: User
) -> None:
    cohort = open_cohort(paid=1, scholarship=0 if state == EnrolmentState.APPLIED else 1)
    row = enrolment_in(state, cohort, amina)
    row = Enrolment.objects.get(pk=row.pk)
    row.pool = row.pool or PoolKind.SCHOLARSHIP
    before = stored()
    if (state, action) in TABLE:
        enrolments.move(row, action, lambda _: True)
        assert state_of(row) == TABLE[state, action]
        assert ("enrolment.updated", str(row.pk), row.version) in appended()
        assert is_learner_of(amina, cohort) == (row.state == EnrolmentState.ACTIVE)
    else:
        with pytest.raises(IllegalTransition):
            enrolments.move(row, action, lambda _: True)
        assert (stored(), appended()) == (before, [])


GUARDED = [(one.origin, one.action) for one in ENROLMENT_STATES.transitions if one.permission]


@pytest.mark.parametrize(("state", "action"), GUARDED)
def test_a_learner_does_not_do_what_takes_staff(state: str, action: str, amina: User) -> None:
    cohort = open_cohort(paid=1, scholarship=1)
    row = enrolment_in(state, cohort, amina)
    before = stored()
    acts: dict[str, Callable[[], Any]] = {
        "suspend": lambda: enrolments.suspend(caller=amina, enrolment_id=row.pk),
        "resume": lambda: enrolments.resume(caller=amina, enrolment_id=row.pk),
        "confirm-payment": lambda: enrolments.confirm_payment(
            caller=amina, enrolment_id=row.pk, reference="mine"
        ),
    }
    if action == "transfer":
        other = open_cohort(scholarship=1)
        acts[action] = lambda: enrolments.transfer(
            caller=amina, enrolment_id=row.pk, cohort_id=other.pk, pool=PoolKind.SCHOLARSHIP
        )
    with pytest.raises((PermissionDenied, NotFound)):
        acts[action]()
    assert (stored(), appended()) == (before, [])


def test_an_application_is_offered_a_free_seat_at_once(amina: User) -> None:
    cohort = open_cohort(scholarship=1)
    row = apply(amina, cohort)
    assert (row.state, row.pool) == (EnrolmentState.OFFERED, PoolKind.SCHOLARSHIP)
    assert row.expires_at is not None
    assert appended() == [("enrolment.updated", str(row.pk), version) for version in (1, 2)]
    assert [*Notification.objects.values_list("user", "kind", "subject")] == [
        (amina.pk, "cohorts.seat_offered", str(row.pk))
    ]


def test_who_is_no_learner_any_more_takes_no_seat(amina: User) -> None:
    """The role changes between the beginning of the request and the locks."""
    cohort = open_cohort(scholarship=1)
    update_user(user_id=amina.pk, role=Role.MENTOR)
    forget_appended()
    before = stored()
    with pytest.raises(PermissionDenied):
        apply(amina, cohort)
    assert (stored(), appended()) == (before, [])


def test_a_freed_seat_goes_to_the_first_who_accepts_its_pool(amina: User) -> None:
    cohort = open_cohort(scholarship=1, paid=0)
    seated = apply(amina, cohort)
    paying = apply(person("first"), cohort, "paid")
    second = apply(person("second"), cohort, "scholarship", "paid")
    third = apply(person("third"), cohort, "scholarship")
    forget_appended()
    enrolments.decline(user=amina, enrolment_id=seated.pk)
    assert [*map(state_of, (seated, paying, second, third))] == [
        *("withdrawn", "applied", "offered", "applied")
    ]
    assert [key for _, key, _ in appended()] == [str(seated.pk), str(second.pk)]


def test_a_spent_entry_never_comes_back(amina: User) -> None:
    cohort = open_cohort(scholarship=1)
    row = apply(amina, cohort)
    enrolments.decline(user=amina, enrolment_id=row.pk)
    seats.promote(cohort)
    assert state_of(row) == EnrolmentState.WITHDRAWN
    again = apply(amina, cohort)
    assert (again.pk != row.pk, again.state) == (True, EnrolmentState.OFFERED)


def test_who_applies_again_waits_at_the_end(amina: User) -> None:
    cohort = open_cohort(scholarship=1)
    row, next_one = apply(amina, cohort), apply(person("next"), cohort)
    enrolments.withdraw(caller=amina, enrolment_id=row.pk)
    again = apply(amina, cohort)
    assert (state_of(next_one), again.state) == (EnrolmentState.OFFERED, EnrolmentState.APPLIED)


def test_a_learner_is_notified_if_staff_end_their_enrolment(amina: User) -> None:
    cohort = open_cohort(scholarship=2)
    own, ended = enrolment_in("active", cohort, amina), apply(person("next"), cohort)
    enrolments.withdraw(caller=amina, enrolment_id=own.pk)
    enrolments.withdraw(caller=cohort_admin(), enrolment_id=ended.pk)
    notified = Notification.objects.filter(kind="cohorts.enrolment_withdrawn")
    assert [*notified.values_list("subject", flat=True)] == [str(ended.pk)]


@pytest.mark.parametrize("state", ["offered", "suspended", "completed"])
def test_a_learner_is_enrolled_once_in_a_cohort(state: str, amina: User) -> None:
    cohort = open_cohort(scholarship=2)
    row = enrolment_in(state, cohort, amina)
    before = stored()
    with pytest.raises(enrolments.AlreadyEnrolled, match=str(row.pk)):
        apply(amina, cohort)
    assert (stored(), appended()) == (before, [])


def test_a_paid_seat_is_held_until_the_payment_is_confirmed(amina: User) -> None:
    cohort = open_cohort(paid=1)
    row = apply(amina, cohort, "paid")
    row = enrolments.accept(user=amina, enrolment_id=row.pk)
    assert (row.state, is_learner_of(amina, cohort)) == ("pending_payment", False)
    row = enrolments.confirm_payment(caller=cohort_admin(), enrolment_id=row.pk, reference="R-17")
    stored_row = Enrolment.objects.get(pk=row.pk)
    assert (stored_row.state, stored_row.payment_reference) == ("active", "R-17")
    assert (stored_row.confirmed_by, stored_row.expires_at) == (cohort_admin(), None)
    assert is_learner_of(amina, cohort)


@pytest.mark.parametrize("kind", ["paid", "scholarship"])
def test_an_expired_hold_is_not_taken(
    kind: str, amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = open_cohort(scholarship=1, paid=1)
    row = apply(amina, cohort, kind)
    if kind == "paid":
        enrolments.accept(user=amina, enrolment_id=row.pk)
    forget_appended()
    before, later = stored(), timezone.now() + timedelta(days=8)
    monkeypatch.setattr(timezone, "now", lambda: later)
    staff = cohort_admin()
    acts: dict[str, Callable[[], Any]] = {
        "paid": lambda: enrolments.confirm_payment(
            caller=staff, enrolment_id=row.pk, reference="late"
        ),
        "scholarship": lambda: enrolments.accept(user=amina, enrolment_id=row.pk),
    }
    with pytest.raises(enrolments.HoldExpired):
        acts[kind]()
    assert (stored(), appended()) == (before, [])


def test_suspension_takes_the_membership_and_keeps_the_seat(amina: User) -> None:
    cohort = open_cohort(scholarship=1)
    row = enrolment_in("active", cohort, amina)
    assert is_learner_of(amina, cohort)
    enrolments.suspend(caller=cohort_admin(), enrolment_id=row.pk)
    assert not is_learner_of(amina, cohort)
    assert apply(person("next"), cohort).state == EnrolmentState.APPLIED
    enrolments.resume(caller=cohort_admin(), enrolment_id=row.pk)
    assert is_learner_of(amina, cohort)


def test_a_completed_enrolment_keeps_its_seat(amina: User) -> None:
    cohort = open_cohort(scholarship=1)
    row = enrolment_in("completed", cohort, amina)
    assert Enrolment.objects.get(pk=row.pk).completed_at is not None
    assert not is_learner_of(amina, cohort)
    assert apply(person("next"), cohort).state == EnrolmentState.APPLIED


def test_a_transfer_ends_one_enrolment_and_begins_another(amina: User) -> None:
    old, new = open_cohort(scholarship=1), open_cohort(sponsored=1)
    row = enrolment_in("active", old, amina)
    waiting = apply(person("next"), old)
    forget_appended()
    began = enrolments.transfer(
        caller=cohort_admin(), enrolment_id=row.pk, cohort_id=new.pk, pool=PoolKind.SPONSORED
    )
    assert (began.state, began.previous_id, began.pool) == ("active", row.pk, "sponsored")
    assert [*map(state_of, (row, waiting))] == [EnrolmentState.WITHDRAWN, EnrolmentState.OFFERED]
    assert (is_learner_of(amina, old), is_learner_of(amina, new)) == (False, True)
    assert {key for kind, key, _ in appended() if kind == "enrolment.updated"} == {
        *(str(one.pk) for one in (row, waiting, began))
    }


@pytest.mark.parametrize(
    ("pool", "refusal"),
    [
        (PoolKind.SPONSORED, enrolments.NoSeat),
        (PoolKind.PAID, codes.UnknownPool),
    ],
)
def test_a_transfer_without_a_seat_changes_nothing(
    pool: PoolKind, refusal: type[DomainError], amina: User
) -> None:
    old, new = open_cohort(scholarship=1), open_cohort(sponsored=1)
    row = enrolment_in("active", old, amina)
    enrolment_in("offered", open_cohort(scholarship=1), person("someone"))
    apply(person("first"), new, "sponsored")
    forget_appended()
    before = stored()
    with pytest.raises(refusal):
        enrolments.transfer(caller=cohort_admin(), enrolment_id=row.pk, cohort_id=new.pk, pool=pool)
    assert (stored(), appended()) == (before, [])


def test_a_transfer_gives_no_paid_seat_without_a_payment(amina: User) -> None:
    row, new = enrolment_in("active", open_cohort(scholarship=1), amina), open_cohort(paid=1)
    forget_appended()
    before = stored()
    with pytest.raises(enrolments.PaymentMissing):
        enrolments.transfer(
            caller=cohort_admin(), enrolment_id=row.pk, cohort_id=new.pk, pool=PoolKind.PAID
        )
    assert (stored(), appended()) == (before, [])


def test_a_closed_cohort_reopens_with_pools_alone() -> None:
    cohort = open_cohort(state="closed")
    with pytest.raises(services.NoPools):
        services.move_cohort(caller=cohort_admin(), cohort_id=cohort.pk, action="reopen")
    assert Cohort.objects.get().state == "closed"


def test_a_pool_does_not_shrink_below_its_taken_seats(amina: User) -> None:
    cohort = open_cohort(scholarship=2)
    for user in (amina, person("next")):
        apply(user, cohort)
    forget_appended()
    with pytest.raises(services.SeatsTaken, match="2 seats of the pool scholarship"):
        services.set_pools(caller=cohort_admin(), cohort_id=cohort.pk, pools=pools(scholarship=1))
    assert (cohort.pools.get().size, appended()) == (2, [])


def test_seats_that_are_added_are_offered_at_once(amina: User) -> None:
    cohort = open_cohort(scholarship=0)
    row = apply(amina, cohort)
    forget_appended()
    services.set_pools(caller=cohort_admin(), cohort_id=cohort.pk, pools=pools(scholarship=1))
    assert state_of(row) == EnrolmentState.OFFERED
    assert [kind for kind, *_ in appended()] == ["cohort.updated", "enrolment.updated"]


def test_a_closed_cohort_takes_no_application(amina: User) -> None:
    cohort = open_cohort(scholarship=1)
    services.move_cohort(caller=cohort_admin(), cohort_id=cohort.pk, action="close")
    forget_appended()
    with pytest.raises(enrolments.CohortNotAccepting):
        apply(amina, cohort)
    assert (Enrolment.objects.count(), appended()) == (0, [])


def test_staff_take_no_seats() -> None:
    cohort, mara = open_cohort(scholarship=1), person("mara", Role.MENTOR)
    forget_appended()
    with pytest.raises(PermissionDenied):
        apply(mara, cohort)
    assert (Enrolment.objects.count(), appended()) == (0, [])
