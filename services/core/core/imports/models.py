from enum import StrEnum

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.kit.choices import enum_choices
from ongoza_contracts.event import uuid7


class ImportState(StrEnum):
    UNDER_WAY = "under_way"
    DONE = "done"
    INVALID = "invalid"
    FAILED = "failed"


STATES = enum_choices(ImportState)


class Import(models.Model):
    """A file that its owner has imported, with the counts of its rows or parts."""

    class Kind(models.TextChoices):
        CONTENT = "content"
        PROGRESS = "progress"
        PROGRAM = "program"
        COMPETENCY = "competency"
        MISSION = "mission"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="imports")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    file = models.ForeignKey("files.Upload", models.SET_NULL, null=True, related_name="+")
    """None once its owner has deleted it."""
    dry_run = models.BooleanField(default=False)
    skip_invalid = models.BooleanField(default=False)
    state = models.CharField(
        max_length=9, choices=STATES, default=ImportState.UNDER_WAY.value, editable=False
    )
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    invalid = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)
    """The first faults of its rows: line, field, detail."""
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"import of {self.kind} by user {self.owner_id}"
