"""Entities that are published as versioned facts: each change raises the version by one."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from core.kit.errors import Busy, NotFound
from core.kit.etags import IfMatch

V = TypeVar("V", bound="Versioned")
P = TypeVar("P", bound="Part")

_writable: ContextVar["Versioned | None"] = ContextVar("writable", default=None)
"""The row whose parts may be written."""


class UnpublishedChange(TypeError):
    """A published row would change without a new version and a fact.

    `core.outbox.publish` changes and deletes such rows, and nothing else does.
    """


class VersionedQuerySet(QuerySet[V]):
    """Refuses the statements that change or delete published rows without a fact."""

    def update(self, **values: Any) -> int:
        """Sets `unversioned` columns. Raises UnpublishedChange for any other."""
        if values.keys() - self.model.unversioned:
            raise UnpublishedChange(f"{self.model.__name__}: {sorted(values)}")
        return super().update(**values)

    def bulk_update(self, objs: Any, fields: Iterable[str], *args: Any, **options: Any) -> int:
        """Sets `unversioned` columns. Raises UnpublishedChange for any other."""
        if set(fields) - self.model.unversioned:
            raise UnpublishedChange(f"{self.model.__name__}: {sorted(fields)}")
        return super().bulk_update(objs, fields, *args, **options)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise UnpublishedChange(f"{self.model.__name__}: deleted")

    # As in Django: neither a manager nor a template may call it.
    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[V], *args: Any, **options: Any) -> list[V]:
        """Inserts new rows. Raises UnpublishedChange where it would update existing ones."""
        new = [*objs]
        if options.get("update_conflicts") or any(row.version for row in new):
            raise UnpublishedChange(f"{self.model.__name__}: written in bulk")
        return super().bulk_create(new, *args, **options)


class Versioned(models.Model):
    """The base of every entity that is published as a versioned fact.

    `core.outbox.publish` raises the version under the row's lock and appends the fact in the same
    transaction. A new row may be inserted at version 0 first, to be completed before it is
    published.
    """

    unversioned: ClassVar[frozenset[str]] = frozenset()
    """The columns that no fact holds and that may change without a new version."""

    version = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = VersionedQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"  # a related manager's `add()` updates rows through it

    def save(self, **options: Any) -> None:
        """Inserts a new row at version 0, or writes `unversioned` columns named in
        `update_fields`. Raises UnpublishedChange for anything else."""
        if self._state.adding and self.version == 0:
            super().save(**{**options, "force_insert": True})
        elif set(options.get("update_fields") or ["*"]) <= self.unversioned:
            super().save(**options)
        else:
            raise UnpublishedChange(f"{type(self).__name__}: saved")

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        raise UnpublishedChange(f"{type(self).__name__}: deleted")

    @property
    def etag(self) -> str:
        """Changes with everything that the API shows of the row; see `core.kit.etags`."""
        return f'"{self.pk}-{self.version}"'


class PartQuerySet(QuerySet[P]):
    """Refuses the statements that change parts of a row that is not being published."""

    def update(self, **values: Any) -> int:
        """Always refused: it could move parts to another row. `save` each part."""
        raise UnpublishedChange(f"{self.model.__name__}: {sorted(values)}")

    def delete(self) -> tuple[int, dict[str, int]]:
        self.check_writable()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[P], *args: Any, **options: Any) -> list[P]:
        """Inserts parts of the row that is being published, and updates none."""
        new = [*objs]
        if options.get("update_conflicts") or not all(part.is_writable() for part in new):
            raise UnpublishedChange(f"{self.model.__name__}: written in bulk")
        return super().bulk_create(new, *args, **options)

    def check_writable(self) -> None:
        """Raises UnpublishedChange if any part belongs to a row that is not being published."""
        if self.exclude(**{self.model.whole: self.model.published_now()}).exists():
            raise UnpublishedChange(f"{self.model.__name__}: changed")


class Part(models.Model):
    """The base of rows that the fact of another row holds and that have no version of their own.

    They are written inside `core.outbox.publish_with_parts` of the row that they belong to, and
    in no other way.
    """

    whole: ClassVar[str]
    """The foreign key to the row they belong to."""

    objects = PartQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, **options: Any) -> None:
        """Raises UnpublishedChange unless the row it belongs to, now and before, is published."""
        if not self.is_writable():
            raise UnpublishedChange(f"{type(self).__name__}: saved")
        self._stored().check_writable()
        super().save(**options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        self._stored().check_writable()
        return super().delete(*args, **options)

    def is_writable(self) -> bool:
        """Whether the row it belongs to is being published."""
        published = self.published_now()
        return published is not None and self.serializable_value(self.whole) == published

    @classmethod
    def published_now(cls) -> Any:
        """The primary key of the row that is being published; None if it has no such parts."""
        row, whole = _writable.get(), cls._meta.get_field(cls.whole)
        return row.pk if row and type(row) is whole.related_model else None

    def _stored(self) -> PartQuerySet[Any]:
        return PartQuerySet(type(self)).filter(pk=self.pk)


@contextmanager
def writable_parts(row: Versioned) -> Iterator[None]:
    """Lets the block write the row's parts. For `core.outbox.publish` alone."""
    token = _writable.set(row)
    try:
        yield
    finally:
        _writable.reset(token)


def get_for_update(
    rows: QuerySet[V], *, to_delete: bool = False, if_match: IfMatch | None = None
) -> V:
    """The one row of `rows`, locked until the transaction ends.

    With `to_delete` new rows cannot refer to it either: they wait, and fail once it is deleted.
    Raises NotFound, and PreconditionFailed for a row that `if_match` does not name.
    """
    row = _lock(rows, no_key=not to_delete)
    if row is None:
        raise NotFound
    if if_match:
        if_match.require(row)
    return row


def get_or_create_for_update(rows: QuerySet[V], new: V) -> V:
    """The one row of `rows`, locked; where there is none, `new`, inserted at version 0.

    A unique constraint has to say what `rows` looks for: of two first writers at once one inserts,
    the other waits for it here and goes on from its version. Raises Busy where the row of the
    first is deleted before the other has locked it.
    """
    row = _lock(rows)
    if row is None:
        type(new)._default_manager.bulk_create([new], ignore_conflicts=True)
        row = _lock(rows)
    if row is None:
        raise Busy
    return row


def _lock(rows: QuerySet[V], *, no_key: bool = True) -> V | None:
    """Locks against other writers, but with `no_key` not against new rows that refer to this."""
    return rows.select_for_update(no_key=no_key).first()
