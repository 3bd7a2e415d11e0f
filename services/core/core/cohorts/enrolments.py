"""Everything that changes enrolments. Each function locks the cohort, then the users, then the
enrolment, so that changes of the seats of a cohort wait for each other."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied

from core.access.services import follow_enrolment, lock_users
from core.cohorts import notifications
from core.cohorts.codes import UnknownPool, spend_code
from core.cohorts.models import ACCEPTING, ENROLLED, SEATED, Code, Cohort, Enrolment
from core.cohorts.seats import free_seats, kinds_open_to, lock_unless_erased, promote
from core.cohorts.selectors import managed_cohorts, visible_cohort, visible_enrolments
from core.cohorts.states import ENROLMENT_STATES
from core.kit import clock
from core.kit.errors import Conflict, NotFound
from core.kit.limits import lock_parent
from core.kit.versions import get_for_update
from core.notifications.services import notify
from core.outbox.publish import publish
from core.users.guardians import require_consent
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.cohorts import EnrolmentState, PoolKind
from ongoza_contracts.vocabulary import Role

PAYMENT_LASTS = timedelta(days=7)
NOTICES = {
    EnrolmentState.ACTIVE: notifications.ACTIVATED,
    EnrolmentState.EXPIRED: notifications.EXPIRED,
    EnrolmentState.SUSPENDED: notifications.SUSPENDED,
    EnrolmentState.COMPLETED: notifications.COMPLETED,
}


class CohortNotAccepting(Conflict):
    code = "cohort_not_accepting"
    detail = "The cohort takes applications only while it is open or running."


class AlreadyEnrolled(Conflict):
    """Says by which enrolment."""

    code = "already_enrolled"


class CodeNeeded(Conflict):
    code = "code_needed"
    detail = "The seats of these pools are given for a code only."


class HoldExpired(Conflict):
    code = "hold_expired"
    detail = "The seat was held until expires_at, and no longer."


class NoSeat(Conflict):
    code = "no_seat"


class PaymentMissing(Conflict):
    code = "payment_missing"
    detail = "Only the enrolment of a paid seat is transferred to a paid seat."


class SameCohort(Conflict):
    code = "same_cohort"
    detail = "The enrolment is in this cohort."


def apply(
    *, user: User, cohort_id: UUID, pools: Collection[PoolKind], code: str | None = None
) -> Enrolment:
    """Put a learner on the waiting list of a cohort, or offer them a free seat at once.

    `code` adds its pool to those that the learner takes a seat of. Raises NotFound, Busy,
    PermissionDenied for somebody who is no learner, CohortNotAccepting, AlreadyEnrolled,
    UnknownPool, CodeNeeded, what `spend_code` and what `require_consent` raises.
    """
    require_consent(user)
    with locked_cohort(cohort_id, {user.pk}) as cohort:
        _require_learner(user)
        visible_cohort(user, cohort_id)
        _require_no_enrolment(cohort, user.pk)
        if cohort.state not in ACCEPTING:
            raise CohortNotAccepting
        spent = spend_code(cohort, code) if code is not None else None
        entry = add_entry(cohort, user.pk, pools, [spent.pool] if spent else [], spent)
        promote(cohort)
    return Enrolment.objects.select_related("cohort").get(pk=entry.pk)


def add_entry(
    cohort: Cohort,
    user_id: int,
    pools: Collection[str],
    entitled: Collection[str],
    code: Code | None = None,
) -> Enrolment:
    """Add a learner, who has no open enrolment there, to the waiting list.

    The caller holds the locks. Raises UnknownPool and CodeNeeded.
    """
    own_pools = [*cohort.pools.all()]
    enrolment = Enrolment(
        user_id=user_id,
        cohort=cohort,
        program_version_id=cohort.program_version_id,
        accepted_pools=sorted({*pools, *entitled}),
        entitled_pools=sorted(entitled),
        code=code,
    )
    if not {*enrolment.accepted_pools} <= {pool.kind for pool in own_pools}:
        raise UnknownPool
    if not kinds_open_to(enrolment, own_pools):
        raise CodeNeeded
    publish(enrolment)
    return enrolment


def accept(*, user: User, enrolment_id: UUID) -> Enrolment:
    """Take the offered seat; one of the pool of paid seats is held until the payment is confirmed.

    Raises NotFound, Busy, PermissionDenied for an offer to somebody else and for somebody who is no
    learner any more, IllegalTransition and HoldExpired.
    """
    with _locked(user, enrolment_id) as enrolment:
        _require_own(enrolment, user)
        _require_learner(user)
        unpaid = enrolment.pool == PoolKind.PAID
        move(enrolment, "accept-unpaid" if unpaid else "accept")
    return enrolment


def decline(*, user: User, enrolment_id: UUID) -> Enrolment:
    """Refuse the offered seat, which goes to the next at once. Raises as `accept` does."""
    with _locked(user, enrolment_id) as enrolment:
        _require_own(enrolment, user)
        move(enrolment, "decline")
    return enrolment


def withdraw(*, caller: User, enrolment_id: UUID) -> Enrolment:
    """End an enrolment; its seat goes to the next at once. By the learner, or by who manages the
    cohort: then the learner is notified. Raises NotFound, Busy and IllegalTransition."""
    with _locked(caller, enrolment_id) as enrolment:
        move(enrolment, "withdraw")
        if caller.pk != enrolment.user_id:
            _notify(enrolment, notifications.WITHDRAWN)
    return enrolment


def confirm_payment(*, caller: User, enrolment_id: UUID, reference: str) -> Enrolment:
    """Activate an enrolment that was paid for, on the word of staff.

    Raises NotFound, Busy, PermissionDenied, IllegalTransition and HoldExpired.
    """
    with _locked(caller, enrolment_id) as enrolment:
        enrolment.payment_reference, enrolment.confirmed_by = reference, caller
        move(enrolment, "confirm-payment", _manager(caller, enrolment))
    return enrolment


def suspend(*, caller: User, enrolment_id: UUID) -> Enrolment:
    """Interrupt an enrolment, which keeps its seat. Raises NotFound, Busy, PermissionDenied and
    IllegalTransition."""
    with _locked(caller, enrolment_id) as enrolment:
        move(enrolment, "suspend", _manager(caller, enrolment))
    return enrolment


def resume(*, caller: User, enrolment_id: UUID) -> Enrolment:
    """Raises as `suspend` does."""
    with _locked(caller, enrolment_id) as enrolment:
        move(enrolment, "resume", _manager(caller, enrolment))
    return enrolment


def transfer(*, caller: User, enrolment_id: UUID, cohort_id: UUID, pool: PoolKind) -> Enrolment:
    """End an active enrolment and begin one in another cohort, which refers to it: a payment that
    was confirmed stands there.

    Takes a free seat of `pool` there. Raises NotFound, Busy, PermissionDenied, IllegalTransition,
    SameCohort, CohortNotAccepting, AlreadyEnrolled, UnknownPool, PaymentMissing and NoSeat.
    """
    old_cohort_id, user_id = _place(caller, enrolment_id)
    if old_cohort_id == cohort_id:
        raise SameCohort
    first, second = sorted((old_cohort_id, cohort_id))
    with lock_parent(Cohort.objects.filter(pk=first)), locked_cohort(second, {user_id}):
        enrolment = _get_for_update(caller, enrolment_id)
        cohort = managed_cohorts(caller).filter(pk=cohort_id).first()
        if cohort is None:
            raise NotFound
        began = _enrolment_on_seat(cohort, enrolment, pool)
        move(enrolment, "transfer", _manager(caller, enrolment))
        began.previous_id = enrolment.pk
        _begin(began)
    return began


def activate_paid(enrolment: Enrolment, reference: str) -> None:
    """Activate an enrolment in `pending_payment` whose payment a gateway confirms, also after the
    hold, as long as nobody ended it. The caller holds the locks. Raises IllegalTransition."""
    enrolment.payment_reference, enrolment.expires_at = reference, None
    move(enrolment, "confirm-payment", lambda _: True)


def begin_again(expired: Enrolment, reference: str) -> None:
    """Begin an enrolment on a free seat of the pool `paid`, for a learner whose payment came after
    another enrolment there had expired. Those who wait come first.

    The caller holds the locks. Raises PermissionDenied for somebody who is no learner any more,
    CohortNotAccepting, AlreadyEnrolled, UnknownPool and NoSeat.
    """
    _require_learner(expired.user)
    began = _enrolment_on_seat(expired.cohort, expired, PoolKind.PAID)
    began.payment_reference = reference
    _begin(began)


def _begin(began: Enrolment) -> None:
    publish(began)
    follow_enrolment(user_id=began.user_id, cohort_id=began.cohort_id, is_active=True)
    _notify(began, notifications.ACTIVATED)


def expire_and_promote(*, cohort_id: UUID) -> None:
    """End the offers and the waits for payment whose time is over, and offer the free seats.
    No-op for a cohort that does not exist. Raises Busy."""
    if not Cohort.objects.filter(pk=cohort_id).exists():
        return
    with lock_parent(Cohort.objects.filter(pk=cohort_id)) as cohort:
        overdue = cohort.enrolments.filter(expires_at__lte=clock.now())
        learners = lock_unless_erased([*overdue.values_list("user_id", flat=True)])
        rows = overdue.filter(user__in=learners).order_by("expires_at", "pk")
        for enrolment in rows.select_for_update(no_key=True):
            move(enrolment, "expire")
        promote(cohort)


@contextmanager
def locked_cohort(cohort_id: UUID, user_ids: Collection[int]) -> Iterator[Cohort]:
    """A transaction with the locks of the cohort and of users. Raises NotFound and Busy."""
    with lock_parent(Cohort.objects.filter(pk=cohort_id)) as cohort:
        lock_users({*user_ids})
        yield cohort


def move(
    enrolment: Enrolment,
    action: str,
    may: Callable[[Permission], bool] = lambda _: False,
) -> None:
    """Move an enrolment, with what follows: the membership, the notice, and the seat that it frees.

    The caller holds the locks. Raises PermissionDenied, IllegalTransition and HoldExpired.
    """
    before = enrolment.state
    ENROLMENT_STATES.move(enrolment, action, may)
    now = clock.now()
    is_pending = enrolment.state == EnrolmentState.PENDING_PAYMENT
    keeps_seat = is_pending or enrolment.state == EnrolmentState.ACTIVE
    if keeps_seat and enrolment.expires_at and enrolment.expires_at <= now:
        raise HoldExpired
    enrolment.expires_at = now + PAYMENT_LASTS if is_pending else None
    if enrolment.state == EnrolmentState.ACTIVE:
        enrolment.activated_at = enrolment.activated_at or now
    if enrolment.state == EnrolmentState.COMPLETED:
        enrolment.completed_at = now
    publish(enrolment)
    if EnrolmentState.ACTIVE in (before, enrolment.state):
        follow_enrolment(
            user_id=enrolment.user_id,
            cohort_id=enrolment.cohort_id,
            is_active=enrolment.state == EnrolmentState.ACTIVE,
        )
    if notice := NOTICES.get(EnrolmentState(enrolment.state)):
        _notify(enrolment, notice)
    if before in SEATED and enrolment.state not in SEATED:
        promote(enrolment.cohort)


def _notify(enrolment: Enrolment, kind: str) -> None:
    subject, version = str(enrolment.pk), enrolment.version
    notify(user_id=enrolment.user_id, kind=kind, subject=subject, version=version)


def _enrolment_on_seat(cohort: Cohort, earlier: Enrolment, pool: PoolKind) -> Enrolment:
    """An active one of the same learner, not stored yet."""
    if cohort.state not in ACCEPTING:
        raise CohortNotAccepting
    _require_no_enrolment(cohort, earlier.user_id)
    promote(cohort)  # those who wait there come first
    free = free_seats(cohort, cohort.pools.all())
    if pool not in free:
        raise UnknownPool
    if pool == PoolKind.PAID and earlier.pool != PoolKind.PAID:
        raise PaymentMissing
    if free[pool] < 1:
        raise NoSeat(f"All seats of the pool {pool} are taken or offered.")
    return Enrolment(
        user_id=earlier.user_id,
        cohort=cohort,
        program_version_id=cohort.program_version_id,
        state=EnrolmentState.ACTIVE,
        accepted_pools=[pool],
        entitled_pools=[pool],
        pool=pool,
        activated_at=clock.now(),
    )


@contextmanager
def _locked(caller: User, enrolment_id: UUID) -> Iterator[Enrolment]:
    cohort_id, user_id = _place(caller, enrolment_id)
    with locked_cohort(cohort_id, {user_id, caller.pk}):
        yield _get_for_update(caller, enrolment_id)


def _place(caller: User, enrolment_id: UUID) -> tuple[UUID, int]:
    """The ids of the cohort and of the learner, which never change. Raises NotFound."""
    rows = visible_enrolments(caller).filter(pk=enrolment_id)
    found = rows.values_list("cohort_id", "user_id").first()
    if found is None:
        raise NotFound
    return found


def _get_for_update(caller: User, enrolment_id: UUID) -> Enrolment:
    return get_for_update(visible_enrolments(caller).filter(pk=enrolment_id))


def _require_no_enrolment(cohort: Cohort, user_id: int) -> None:
    found = cohort.enrolments.filter(user=user_id, state__in=ENROLLED).first()
    if found is not None:
        raise AlreadyEnrolled(f"The enrolment {found.pk} in the cohort is {found.state}.")


def _require_own(enrolment: Enrolment, user: User) -> None:
    if enrolment.user_id != user.pk:
        raise PermissionDenied


def _require_learner(user: User) -> None:
    """The caller holds the user's lock: the role may have changed since the request began."""
    if not User.objects.filter(pk=user.pk, role=Role.LEARNER).exists():
        raise PermissionDenied


def _manager(caller: User, enrolment: Enrolment) -> Callable[[Permission], bool]:
    """Whether the caller may do what takes a permission: nobody manages their own enrolment."""
    managed = managed_cohorts(caller).filter(pk=enrolment.cohort_id)
    return lambda _: caller.pk != enrolment.user_id and managed.exists()
