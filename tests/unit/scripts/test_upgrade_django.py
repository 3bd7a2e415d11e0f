"""Each kind of operation that the last release does not survive is found, and no other."""

from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from scripts.upgrade.django_rules import Checker

INDEX = models.Index(fields=["score"], name="by_score")
CHECK = models.CheckConstraint(condition=models.Q(score__gt=0), name="positive")


def column(**more: object) -> "models.IntegerField[int, int]":
    return models.IntegerField(**more)  # type: ignore[arg-type]


def known() -> ProjectState:
    """The tables of the last release."""
    state = ProjectState()
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.AutoField(primary_key=True)),
        ("score", column(null=True)),
        ("points", column(db_default=0)),
        ("text", models.CharField(max_length=20)),
    ]
    unique = models.UniqueConstraint(fields=["points"], name="one")
    options = {"constraints": [unique, CHECK]}
    migrations.CreateModel("Report", fields, options).state_forwards("reports", state)
    return state


def faults(*some: Operation) -> list[str]:
    return list(Checker("reports", known()).faults(some))


BREAKING = [
    migrations.RemoveField("report", "score"),
    migrations.DeleteModel("Report"),
    migrations.RenameField("report", "score", "result"),
    migrations.RenameModel("Report", "Result"),
    migrations.AlterModelTable("report", "results"),
    migrations.AlterUniqueTogether("report", {("score", "points")}),
    migrations.AddField("report", "grade", column(default=0)),
    migrations.AddField("report", "grade", column(null=True, db_index=True)),
    migrations.AlterField("report", "score", column()),
    migrations.AlterField("report", "points", column()),
    migrations.AlterField("report", "score", column(null=True, db_index=True)),
    migrations.AlterField("report", "score", column(null=True, db_column="result")),
    migrations.AlterField("report", "score", models.BigIntegerField(null=True)),
    migrations.AlterField("report", "text", models.CharField(max_length=10)),
    migrations.AddIndex("report", INDEX),
    migrations.AddConstraint("report", models.UniqueConstraint(fields=["score"], name="two")),
    migrations.RemoveConstraint("report", "one"),
    migrations.RunSQL("ALTER TABLE reports_report DROP COLUMN score"),
    migrations.RunSQL([("ALTER TABLE reports_report RENAME score TO result", None)]),
    migrations.SeparateDatabaseAndState([migrations.RemoveField("report", "score")]),
]
EXPANDING = [
    migrations.CreateModel("Grade", [("id", models.AutoField(primary_key=True))]),
    migrations.AddField("report", "grade", column(null=True)),
    migrations.AddField("report", "grade", column(default=0, db_default=0)),
    migrations.AddField("report", "grades", models.ManyToManyField("reports.Report")),
    migrations.AlterField("report", "points", column(null=True)),
    migrations.AlterField("report", "text", models.CharField(max_length=40)),
    migrations.AlterField("report", "text", models.TextField()),
    migrations.AlterField("report", "text", models.CharField(max_length=20, choices=[("a", "A")])),
    AddIndexConcurrently("report", INDEX),
    AddConstraintNotValid(
        "report", models.CheckConstraint(condition=models.Q(points__gt=0), name="more")
    ),
    migrations.RemoveConstraint("report", "positive"),
    migrations.RunPython(migrations.RunPython.noop),
    migrations.RunSQL("UPDATE reports_report SET score = 0"),
    migrations.SeparateDatabaseAndState([], [migrations.RemoveField("report", "score")]),
]


@pytest.mark.parametrize("operation", BREAKING, ids=lambda one: one.describe())
def test_an_operation_that_the_last_release_does_not_survive_is_found(operation: Operation) -> None:
    assert len(faults(operation)) == 1


@pytest.mark.parametrize("operation", EXPANDING, ids=lambda one: one.describe())
def test_an_operation_that_only_expands_is_not_reported(operation: Operation) -> None:
    assert faults(operation) == []


def test_a_table_that_the_last_release_does_not_know_may_change() -> None:
    created = migrations.CreateModel("Grade", [("id", models.AutoField(primary_key=True))])
    assert (
        faults(
            created,
            migrations.AddField("grade", "score", column(default=0)),
            migrations.AddIndex("grade", INDEX),
            migrations.RemoveField("grade", "score"),
        )
        == []
    )


def test_each_operation_is_compared_with_the_columns_before_it() -> None:
    found = faults(
        migrations.AddField("report", "grade", column(null=True)),
        migrations.AlterField("report", "grade", column()),
    )
    assert len(found) == 1
    assert found[0].startswith("makes a column NOT NULL")
