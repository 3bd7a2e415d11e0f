"""Codes: each gives a number of learners the right to a seat of one pool, and adds no seats."""

import secrets
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from core.cohorts.models import Code, Cohort
from core.cohorts.selectors import managed_cohorts
from core.kit.errors import Conflict, DomainError
from core.kit.limits import lock_parent
from core.kit.years import LAST_YEAR
from core.users.models import User
from ongoza_contracts.cohorts import PoolKind

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without what looks alike
LENGTH = 12


class UnknownCode(DomainError):
    code = "unknown_code"
    detail = "The cohort has no such code."


class CodeEnded(Conflict):
    code = "code_ended"
    detail = "The code could be used until its ends_at, and no longer."


class CodeTooLong(DomainError):
    code = "out_of_range"
    detail = f"A code ends in {LAST_YEAR} at the latest."


class CodeSpent(Conflict):
    code = "code_spent"
    detail = "The code was used as often as it may be."


class UnknownPool(DomainError):
    code = "unknown_pool"
    detail = "The cohort has no pool of this kind."


def add_code(
    *, caller: User, cohort_id: UUID, pool: PoolKind, max_uses: int, ends_at: datetime
) -> Code:
    """Raises NotFound, Busy, CodeTooLong and UnknownPool."""
    with lock_parent(managed_cohorts(caller).filter(pk=cohort_id)) as cohort:
        if ends_at.year > LAST_YEAR:
            raise CodeTooLong
        if not cohort.pools.filter(kind=pool).exists():
            raise UnknownPool
        text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        return Code.objects.create(
            cohort=cohort, pool=pool, code=text, max_uses=max_uses, ends_at=ends_at
        )


def end_code(*, caller: User, code_id: UUID) -> Code:
    """Let nobody use a code any more; who used it keeps their right. A no-op if it has ended.

    Raises NotFound and Busy.
    """
    cohorts = managed_cohorts(caller).filter(
        pk__in=Code.objects.filter(pk=code_id).values("cohort")
    )
    with lock_parent(cohorts) as cohort:
        code = cohort.codes.get(pk=code_id)
        code.ends_at = min(code.ends_at, timezone.now())
        code.save(update_fields=["ends_at"])
        return code


def spend_code(cohort: Cohort, text: str) -> str:
    """Count a use of a code; the kind of the pool to which it gives a right.

    The caller holds the cohort's lock. Raises UnknownCode, CodeEnded and CodeSpent.
    """
    code = cohort.codes.filter(code=text.strip().upper()).first()
    if code is None:
        raise UnknownCode
    if code.ends_at <= timezone.now():
        raise CodeEnded
    if code.uses >= code.max_uses:
        raise CodeSpent
    code.uses += 1
    code.save(update_fields=["uses"])
    return code.pool
