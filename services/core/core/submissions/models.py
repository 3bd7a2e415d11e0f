"""What learners hand in for missions."""

from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.files.models import Blob
from core.kit.choices import enum_choices
from core.kit.versions import Versioned
from core.missions.models import Mission
from ongoza_contracts.event import uuid7
from ongoza_contracts.submissions import SubmissionState

OPEN = (SubmissionState.DRAFT, SubmissionState.SUBMITTED, SubmissionState.IN_REVIEW)
"""The states of an attempt that is under way. A learner has one of them at a mission at most."""


class Submission(Versioned):
    """A learner's attempt at a mission: the entity that is published. What was handed in never
    changes; a new attempt is another row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="submissions")
    mission = models.ForeignKey(Mission, models.PROTECT, related_name="submissions")
    attempt = models.PositiveIntegerField()
    """Counts the learner's attempts at the mission, from 1."""
    previous_id: "models.UUIDField[UUID | None, UUID | None]" = models.UUIDField(
        null=True, blank=True
    )
    """The attempt whose requested changes it makes. No foreign key: an erasure deletes both at
    once."""
    state = models.CharField(
        max_length=20,
        choices=enum_choices(SubmissionState),
        default=SubmissionState.DRAFT.value,
    )
    rubric_version = models.PositiveIntegerField(default=0)
    """By which it is reviewed: the mission's when it was submitted; 0 before."""
    artifacts = models.PositiveSmallIntegerField(default=0)
    """How many artifacts were submitted; 0 before."""
    content_sha256 = models.CharField(max_length=64, blank=True, default="")
    """That of `core.submissions.artifacts.content_sha256` when it was submitted. Empty before, and
    where a restore did not bring back what was handed in."""
    submitted_at = models.DateTimeField(null=True, blank=True)
    late_minutes = models.PositiveIntegerField(default=0)
    late_deduction = models.FloatField(default=0)
    """Per cent of the score."""
    late_policy_version = models.PositiveIntegerField(default=0)
    """That of the rule by which lateness was computed; 0 before it was submitted."""
    score = models.FloatField(null=True, blank=True)
    """In per cent, after deductions; None until it was reviewed."""
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "mission", "attempt"), name="one_submission_of_attempt"
            ),
            models.UniqueConstraint(
                fields=("user", "mission"),
                condition=Q(state__in=[state.value for state in OPEN]),
                name="one_open_submission",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.mission}, attempt {self.attempt}"

    @property
    def previous(self) -> "Submission | None":
        """None as well where a restore lost it."""
        if self.previous_id is None:
            return None
        return Submission.objects.filter(pk=self.previous_id).first()


class ArtifactKind(StrEnum):
    TEXT = "text"
    """Markdown."""
    LINK = "link"
    FILE = "file"


ARTIFACT_KINDS = enum_choices(ArtifactKind)


class Artifact(models.Model):
    """A text, link or file of an attempt. It changes only while the attempt is a draft."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE)
    kind = models.CharField(max_length=4, choices=ARTIFACT_KINDS)
    name = models.CharField(max_length=200, blank=True)
    """The learner's own; of a file the one under which it was uploaded."""
    text = models.TextField(blank=True)
    url = models.CharField(max_length=2000, blank=True)
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, blank=True)
    """Of a file. It stays when its learner deletes the upload."""
    size = models.PositiveBigIntegerField()
    """In bytes."""
    sha256 = models.CharField(max_length=64, db_index=True)
    """Of the file's bytes, or of the text or URL in UTF-8."""
    fingerprints = ArrayField(models.BigIntegerField(), default=list, blank=True)
    """Of a text: those of `core.submissions.similarity`."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("id",)
        indexes = (GinIndex(fields=("fingerprints",), name="artifacts_of_fingerprint"),)

    def __str__(self) -> str:
        return f"{self.submission}: {self.kind}"

    @property
    def etag(self) -> str:
        return f'"{self.pk}-{self.changed_at.timestamp():.6f}"'


class Suggestion(Versioned):
    """What ai suggested last on an attempt, in verdicts and numbers: no grade, and no words."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="suggestions")
    """The learner."""
    submission = models.OneToOneField(Submission, models.PROTECT, related_name="suggestion")
    on_draft = models.BooleanField()
    """Whether the attempt could still change."""
    model = models.CharField(max_length=200)
    rule_version = models.PositiveIntegerField()
    checks = models.JSONField(default=list)
    """One `{"check", "verdict", "value"}` for each check that could be made."""

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.submission}: suggestion"


class Extension(models.Model):
    """Until when a learner may hand in for a mission instead of its due time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    mission = models.ForeignKey(Mission, models.PROTECT, related_name="extensions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="extensions")
    until = models.DateTimeField()
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="extensions_granted"
    )
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("mission", "user"), name="one_extension_of_learner"),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.mission}, until {self.until:%Y-%m-%d %H:%M}"

    @property
    def etag(self) -> str:
        return f'"{self.pk}-{self.changed_at.timestamp():.6f}"'
