"""Entities whose every change others hear of: each change raises the version by one."""

from typing import TypeVar

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from core.kit.errors import NotFound


class Versioned(models.Model):
    """The base of every entity that is published as a versioned fact.

    The version is raised under the row's lock, in the transaction that also appends the fact:
    `entity = get_for_update(...)`, change it, `entity.save_next_version()`, `append(fact of it)`.
    """

    version = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def save_next_version(self) -> None:
        """Write the row with the next version. The caller holds its lock, or has just made it."""
        self.version += 1
        self.updated_at = timezone.now()
        self.save()


V = TypeVar("V", bound=Versioned)


def get_for_update(rows: QuerySet[V], *, to_delete: bool = False) -> V:
    """The one row of `rows`, locked until the transaction ends. Raises NotFound.

    With `to_delete` new rows cannot refer to it either: they wait, and fail when it is gone.
    """
    row = _lock(rows, no_key=not to_delete)
    if row is None:
        raise NotFound
    return row


def get_or_create_for_update(rows: QuerySet[V], new: V) -> V:
    """The one row of `rows`, locked; where there is none, `new`, inserted at version 0.

    A unique constraint has to say what `rows` looks for: of two first writers at once one inserts,
    the other waits for it here and goes on from its version.
    """
    row = _lock(rows)
    if row is None:
        type(new)._default_manager.bulk_create([new], ignore_conflicts=True)
        row = get_for_update(rows)
    return row


def _lock(rows: QuerySet[V], *, no_key: bool = True) -> V | None:
    """Against other writers, but with `no_key` not against new rows that refer to this one."""
    return rows.select_for_update(no_key=no_key).first()
