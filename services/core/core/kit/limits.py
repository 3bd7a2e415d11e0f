"""Limits on the rows of a parent: lock the parent, count its rows, write, publish.

A request that would exceed the limit, or waits too long for a lock, is a 409.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import Model, QuerySet
from psycopg.errors import LockNotAvailable

from core.kit.errors import Busy, Conflict, NotFound

M = TypeVar("M", bound=Model)

LOCK_TIMEOUT_SECONDS = 3


@contextmanager
def lock_parent(parent: QuerySet[M]) -> Iterator[M]:
    """A transaction that holds the one row of `parent`, so that no other request adds rows to it.

    It waits at most LOCK_TIMEOUT_SECONDS for each lock. Raises NotFound; and Busy, which names the
    parent, also where the block waited too long for another lock.
    """
    try:
        with transaction.atomic():
            _limit_waiting()
            row = parent.select_for_update(no_key=True).first()
            if row is None:
                raise NotFound
            yield row
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise _busy(parent.model) from error
        raise


def require_below_limit(rows: QuerySet[Any], limit: int, refusal: type[Conflict]) -> None:
    """Raises `refusal` where `limit` rows exist. The caller holds the lock of their parent."""
    if rows.count() >= limit:
        raise refusal


def _limit_waiting() -> None:
    """Until the outermost transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")


def _busy(parent: type[Model]) -> Busy:
    return Busy(f"Another request is changing this {parent._meta.verbose_name}. Try again.")
