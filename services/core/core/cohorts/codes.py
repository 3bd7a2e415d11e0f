"""Codes: each gives a number of learners the right to a seat of one pool, and adds no seats."""

import secrets
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from core.cohorts.models import Code, CodePrice, Cohort
from core.cohorts.selectors import managed_cohorts
from core.kit.errors import Conflict, DomainError
from core.kit.limits import lock_parent
from core.kit.years import LAST_YEAR
from core.subscriptions.money import Money
from core.subscriptions.plans import require_payable_everywhere
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


class PriceNotLower(DomainError):
    code = "price_not_lower"
    detail = "A code for the pool paid costs less than its seats, in a currency of their prices."


def add_code(
    *,
    caller: User,
    cohort_id: UUID,
    pool: PoolKind,
    max_uses: int,
    ends_at: datetime,
    prices: Collection[Money] = (),
) -> Code:
    """Raises NotFound, Busy, CodeTooLong, UnknownPool, PriceNotLower and NoPrice."""
    with lock_parent(managed_cohorts(caller).filter(pk=cohort_id)) as cohort:
        if ends_at.year > LAST_YEAR:
            raise CodeTooLong
        if not cohort.pools.filter(kind=pool).exists():
            raise UnknownPool
        _require_lower(cohort, pool, prices)
        text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        code = Code.objects.create(
            cohort=cohort, pool=pool, code=text, max_uses=max_uses, ends_at=ends_at
        )
        code.prices.bulk_create(
            CodePrice(code=code, currency=price.currency, amount=price.amount) for price in prices
        )
        return code


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


def spend_code(cohort: Cohort, text: str) -> Code:
    """Count a use of a code, which gives a right to its pool, and return it.

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
    return code


def _require_lower(cohort: Cohort, pool: PoolKind, prices: Collection[Money]) -> None:
    full = {row.currency: row.amount for row in cohort.prices.all() if pool == PoolKind.PAID}
    if any(price.amount >= full.get(price.currency, 0) for price in prices):
        raise PriceNotLower
    require_payable_everywhere(prices)
