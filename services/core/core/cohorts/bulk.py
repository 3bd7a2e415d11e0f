"""Enrolling many learners at once, on the word of who manages the cohort."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects

from core.access.selectors import reach
from core.cohorts.codes import UnknownPool
from core.cohorts.enrolments import CohortNotAccepting, add_entry, locked_cohort
from core.cohorts.models import ACCEPTING, ENROLLED, Cohort, Enrolment
from core.cohorts.seats import promote
from core.cohorts.selectors import managed_cohort
from core.kit.errors import DomainError
from core.users.guardians import require_consent
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.cohorts import PoolKind
from ongoza_contracts.vocabulary import Role

ROWS_MAX = 200
BYTE_ORDER_MARK = "\ufeff"


class Result(StrEnum):
    ADDED = "added"
    ENROLLED_ALREADY = "enrolled_already"
    REPEATED = "repeated"
    """An earlier row names the same learner."""
    NOT_FOUND = "not_found"
    """No learner within the caller's reach has this address."""
    CONSENT_MISSING = "consent_missing"


@dataclass
class RowResult:
    row: int
    """Counts the rows from 1."""
    result: Result
    enrolment: Enrolment | None = None


def enrol_many(
    *, caller: User, cohort_id: UUID, emails: Sequence[str], pool: PoolKind, dry_run: bool
) -> list[RowResult]:
    """Put learners on the waiting list with a right to seats of `pool`, and offer free ones.

    Learners who are enrolled or have completed keep what they have, and nobody loses anything by
    not being listed. With `dry_run` nothing is written. Raises NotFound, Busy, CohortNotAccepting
    and UnknownPool.
    """
    managed_cohort(caller, cohort_id)
    found = {user.pk for user in _learners(caller, emails).values()}
    with locked_cohort(cohort_id, found) as cohort:
        learners = {  # roles and memberships may have changed until the locks were held
            email: user for email, user in _learners(caller, emails).items() if user.pk in found
        }
        if cohort.state not in ACCEPTING:
            raise CohortNotAccepting
        if not cohort.pools.filter(kind=pool).exists():
            raise UnknownPool
        prefetch_related_objects([cohort], "pools")  # or each entry would read them
        results = _add_entries(cohort, [learners.get(_address(one)) for one in emails], pool)
        promote(cohort)
        rows = Enrolment.objects.in_bulk([one.enrolment.pk for one in results if one.enrolment])
        for one in results:
            one.enrolment = one.enrolment and rows[one.enrolment.pk]
            if dry_run and one.enrolment and one.result == Result.ADDED:
                one.enrolment.pk = None  # there is none with this id
        transaction.set_rollback(dry_run)
    return results


def _add_entries(
    cohort: Cohort, learners: Sequence[User | None], pool: PoolKind
) -> list[RowResult]:
    open_rows = cohort.enrolments.filter(user__in=[*filter(None, learners)], state__in=ENROLLED)
    enrolled = {row.user_id: row for row in open_rows}
    seen: set[int] = set()
    results = []
    for number, learner in enumerate(learners, start=1):
        if learner is None:
            results.append(RowResult(number, Result.NOT_FOUND))
        elif learner.pk in seen:
            results.append(RowResult(number, Result.REPEATED))
        elif learner.pk in enrolled:
            results.append(RowResult(number, Result.ENROLLED_ALREADY, enrolled[learner.pk]))
        else:
            results.append(_add_one(number, cohort, learner, pool))
        seen |= {learner.pk} if learner else set()
    return results


def _add_one(number: int, cohort: Cohort, learner: User, pool: PoolKind) -> RowResult:
    try:
        require_consent(learner)
    except DomainError:
        return RowResult(number, Result.CONSENT_MISSING)
    return RowResult(number, Result.ADDED, add_entry(cohort, learner.pk, [pool], [pool]))


def _learners(caller: User, emails: Sequence[str]) -> dict[str, User]:
    """By address. Only those whom the caller reaches; nobody gives themselves a seat."""
    within = reach(caller, Permission.LEARNER_READ, "pk")
    addresses = {_address(one) for one in emails}
    rows = User.objects.filter(within, email__in=addresses, role=Role.LEARNER, is_active=True)
    return {user.email: user for user in rows.exclude(pk=caller.pk).select_related("minor")}


def _address(text: str) -> str:
    return text.strip().strip(BYTE_ORDER_MARK).strip().lower()
