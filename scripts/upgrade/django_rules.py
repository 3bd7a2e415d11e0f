"""Operations of Django's migrations with which processes of the last release would fail or wait."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection, models
from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED

from scripts.upgrade import sql_rules

Column: TypeAlias = Any
"""A field of a model."""
Model: TypeAlias = tuple[str, str]
"""An app's label and a model's name in small letters."""


@dataclass
class Checker:
    """Reads the operations of one app's new migrations in their order."""

    app: str
    state: ProjectState
    """Before the next operation; it is changed by each."""
    created: set[Model] = field(default_factory=set)
    """Models that the last release does not know."""

    def faults(self, some: Sequence[Operation]) -> Iterator[str]:
        """What breaks or blocks the last release, one sentence for each."""
        for operation in some:
            yield from self._of_one(operation)
            operation.state_forwards(self.app, self.state)

    def _of_one(self, operation: Operation) -> Iterator[str]:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            inner = Checker(self.app, self.state.clone(), self.created)
            yield from inner.faults(operation.database_operations)
            return
        if isinstance(operation, operations.RunSQL):
            yield from _sql_faults(operation.sql)
            return
        if isinstance(operation, operations.CreateModel):
            self.created.add((self.app, operation.name_lower))
        if (self.app, _model_name(operation)) in self.created:
            return
        for kind, rule in RULES:
            if isinstance(operation, kind):
                said = rule(self, operation)
                if said:
                    yield f"{said}: {operation.describe()}"
                return

    def field_before(self, operation: operations.AlterField) -> Any:
        return self.state.models[self.app, operation.model_name_lower].get_field(operation.name)


Rule: TypeAlias = Callable[[Checker, Any], str | None]


def _model_name(operation: Operation) -> str:
    names = ("model_name", "old_name", "name")
    return next(
        (str(getattr(operation, one)).lower() for one in names if hasattr(operation, one)), ""
    )


def _sql_faults(sql: Any) -> Iterator[str]:
    if isinstance(sql, str):
        yield from sql_rules.faults(sql)
        return
    for one in sql:
        yield from sql_rules.faults(one if isinstance(one, str) else one[0])


def _always(said: str) -> Rule:
    return lambda checker, operation: said


def _added_field(checker: Checker, operation: operations.AddField) -> str | None:
    column: Column = operation.field
    if column.many_to_many or isinstance(column, models.GeneratedField):
        return None
    if not column.null and not _has_database_default(column):
        return "is NOT NULL without db_default, so INSERTs of the last release fail"
    if column.unique or column.db_index:
        return "builds an index while writers wait (db_index=False, then AddIndexConcurrently)"
    return None


def _altered_field(checker: Checker, operation: operations.AlterField) -> str | None:
    before: Column = checker.field_before(operation)
    after: Column = operation.field
    if before.null and not after.null:
        return "makes a column NOT NULL, which the last release may leave out"
    if not after.null and _has_database_default(before) and not _has_database_default(after):
        return "drops a db_default on which INSERTs of the last release rely"
    if before.db_column != after.db_column:
        return "renames a column that the last release names"
    if (after.unique and not before.unique) or (after.db_index and not before.db_index):
        return "builds an index while writers wait"
    if _type(before) != _type(after) and not _is_wider(before, after):
        return "changes the type of a column, which rewrites the table"
    return None


def _has_database_default(column: Column) -> bool:
    return getattr(column, "db_default", NOT_PROVIDED) is not NOT_PROVIDED


def _type(column: Column) -> str:
    if isinstance(column, models.ForeignKey):
        return str(column.remote_field.model)
    return str(column.db_type(connection))


def _is_wider(before: Column, after: Column) -> bool:
    """PostgreSQL only changes its catalogue then."""
    if not isinstance(before, models.CharField):
        return False
    if isinstance(after, models.TextField):
        return True
    return isinstance(after, models.CharField) and _length(after) >= _length(before)


def _length(column: "models.CharField[Any, Any]") -> float:
    return math.inf if column.max_length is None else column.max_length


def _added_constraint(checker: Checker, operation: operations.AddConstraint) -> str | None:
    if isinstance(operation, AddConstraintNotValid):
        return None
    return "is checked by all rows while writers wait, and the last release may not keep it"


def _removed_constraint(checker: Checker, operation: operations.RemoveConstraint) -> str | None:
    state = checker.state.models[checker.app, operation.model_name_lower]
    constraint = state.get_constraint_by_name(operation.name)
    if isinstance(constraint, models.UniqueConstraint):
        return "takes away what ON CONFLICT of the last release may name"
    return None


def _added_index(checker: Checker, operation: operations.AddIndex) -> str | None:
    if isinstance(operation, AddIndexConcurrently):
        return None
    return "builds an index while writers wait (AddIndexConcurrently does not)"


RULES: tuple[tuple[type[Operation], Rule], ...] = (
    (operations.RemoveField, _always("drops a column that the last release reads and writes")),
    (operations.DeleteModel, _always("drops a table that the last release reads and writes")),
    (operations.RenameField, _always("renames a column that the last release names")),
    (operations.RenameModel, _always("renames a table that the last release names")),
    (operations.AlterModelTable, _always("renames a table that the last release names")),
    (operations.AlterUniqueTogether, _always("builds or drops an index that writers rely on")),
    (operations.AddField, _added_field),
    (operations.AlterField, _altered_field),
    (operations.AddConstraint, _added_constraint),
    (operations.RemoveConstraint, _removed_constraint),
    (operations.AddIndex, _added_index),
)
