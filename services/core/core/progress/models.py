import hashlib
import json

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.kit.choices import enum_choices
from core.kit.versions import Versioned
from ongoza_contracts.vocabulary import ProgressSource, ProgressStatus

SOURCES, SELF = enum_choices(ProgressSource), ProgressSource.SELF.value


class Progress(Versioned):
    """How far one learner is with one item of content: the entity that is published."""

    unversioned = frozenset({"metadata", "reported_at", "attested_at"})

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="progress")
    content = models.ForeignKey("programs.ContentItem", models.PROTECT, to_field="content_id")
    status = models.CharField(max_length=16, choices=enum_choices(ProgressStatus))
    completion_percentage = models.FloatField(default=0)
    score = models.FloatField(null=True)
    best_score = models.FloatField(null=True)
    source = models.CharField(max_length=8, choices=SOURCES, default=SELF, db_default=SELF)
    completion_source = models.CharField(
        max_length=8, choices=SOURCES, default=SELF, db_default=SELF
    )
    attempt = models.PositiveIntegerField(default=1, db_default=1)
    first_completed_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)  # of a later attempt; the first has `created_at`
    completed_at = models.DateTimeField(null=True)  # of this attempt
    reported_at = models.DateTimeField(null=True)  # when the newest report was made
    attested_at = models.DateTimeField(null=True)  # when the newest one by another's word was
    # Null in rows that are older than these columns.
    failures = models.PositiveIntegerField(null=True, default=0)
    active_weeks = ArrayField(models.DateField(), null=True, default=list)
    metadata = models.JSONField(default=dict)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "progress"
        constraints = (models.UniqueConstraint(fields=("user", "content"), name="one_progress"),)

    def __str__(self) -> str:
        return f"{self.user}, {self.content}: {self.get_status_display()}"

    @property
    def etag(self) -> str:
        """Metadata changes without a new version."""
        text = json.dumps(self.metadata, sort_keys=True)
        return f'"{self.pk}-{self.version}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


class Attempt(models.Model):
    """A finished attempt at an item that its learner takes again."""

    progress = models.ForeignKey(Progress, models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=8, choices=SOURCES)
    score = models.FloatField(null=True)
    completion_percentage = models.FloatField()
    begun_at = models.DateTimeField()
    completed_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("progress", "number"), name="one_attempt"),)

    def __str__(self) -> str:
        return f"{self.progress}, attempt {self.number}"
