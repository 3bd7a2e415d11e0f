"""What learners hand in for missions."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

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
