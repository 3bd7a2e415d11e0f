"""Places of which there are only so many: lock the parent row, count what it has, write, publish.

A transaction that finds no place, or waits too long for one that another request holds, is a 409.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import Model, QuerySet
from psycopg.errors import LockNotAvailable

from core.kit.errors import Conflict, NotFound

M = TypeVar("M", bound=Model)

LOCK_TIMEOUT_SECONDS = 3


class Busy(Conflict):
    """The request may be repeated: nothing was written."""

    code = "busy"
    detail = "Another request is changing this. Try again."


@contextmanager
def claim(parent: QuerySet[M]) -> Iterator[M]:
    """A transaction that holds the one row of `parent`, whose places are counted and taken in it.

    It waits at most LOCK_TIMEOUT_SECONDS for each lock. Raises NotFound, and Busy, which names the
    parent.
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


def require_place(taken: QuerySet[Any], limit: int, full: type[Conflict]) -> None:
    """Raises `full` where `limit` rows are there already. The caller has claimed their parent."""
    if taken.count() >= limit:
        raise full


def _limit_waiting() -> None:
    """Until the outermost transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")


def _busy(held: type[Model]) -> Busy:
    return Busy(f"Another request is changing this {held._meta.verbose_name}. Try again.")
