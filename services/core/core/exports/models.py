from enum import StrEnum

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from core.kit.choices import enum_choices
from ongoza_contracts.event import uuid7


class ExportKind(StrEnum):
    DIRECTOR_COHORTS = "director_cohorts"
    DIRECTOR_AT_RISK = "director_at_risk"
    DIRECTOR_LEARNERS = "director_learners"
    SPONSOR_OVERVIEW = "sponsor_overview"
    SPONSOR_SEATS = "sponsor_seats"


class TableFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


class TableExportState(StrEnum):
    UNDER_WAY = "under_way"
    READY = "ready"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"


KINDS = enum_choices(ExportKind)
FORMATS = enum_choices(TableFormat)
STATES = enum_choices(TableExportState)


class TableExport(models.Model):
    """A table of a dashboard that its owner asked for as a file."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="table_exports"
    )
    kind = models.CharField(max_length=24, choices=KINDS)
    format = models.CharField(max_length=4, choices=FORMATS)
    byte_order_mark = models.BooleanField(default=False)
    cohort_id = models.UUIDField(null=True)
    """The filter; no foreign key, for the cohort is looked for when the table is read."""
    rows = models.PositiveIntegerField(null=True)
    """How many the table has; None before it was read."""
    rows_written = models.PositiveIntegerField(default=0)
    as_of = models.DateTimeField(null=True)
    read_from = ArrayField(models.TextField(), default=list)
    """The ids of the cohorts of a director's table, and of the organizations of a sponsor's."""
    named = ArrayField(models.IntegerField(), default=list)
    """The learners that a sponsor's table names by their consent."""
    file = models.ForeignKey("files.File", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    ended_at = models.DateTimeField(null=True)
    """With a file, or because its owner may not read the table any more."""

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.kind} of user {self.owner_id} as {self.format}"
