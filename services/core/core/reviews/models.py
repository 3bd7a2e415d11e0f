"""The queue of submissions that wait for a review, reviewers' claims and drafts, and reviews."""

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.kit.choices import enum_choices
from core.kit.versions import Versioned
from core.submissions.models import Submission
from ongoza_contracts.event import uuid7
from ongoza_contracts.reviews import ReviewKind, ReviewOutcome

OUTCOMES = enum_choices(ReviewOutcome)


class ClaimState(StrEnum):
    OPEN = "open"
    """It ends by time as well: see `Claim.until`."""
    RELEASED = "released"
    EXPIRED = "expired"
    TAKEN_AWAY = "taken_away"
    """By staff, with a reason."""
    DECIDED = "decided"


CLAIM_STATES = enum_choices(ClaimState)


class QueueEntry(models.Model):
    """A submission that waits for a review; deleted by the decision."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="queue_entry")
    first_submitted_at = models.DateTimeField()
    """When the first attempt of its chain was handed in: the place in the queue."""
    entered_at = models.DateTimeField(default=timezone.now)
    """When it was handed in, or the second opinion requested."""
    promised_by = models.DateTimeField(db_index=True)
    second_opinion = models.BooleanField(default=False)
    escalated_at = models.DateTimeField(null=True)
    """When directors were notified that the promised time has passed."""

    class Meta:
        ordering = ("first_submitted_at", "id")
        verbose_name_plural = "queue entries"

    def __str__(self) -> str:
        return f"Waiting: {self.submission}"


class Claim(models.Model):
    """A reviewer's lease of a submission. It is live while it is open and `until` is ahead."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="claims")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="claims")
    state = models.CharField(max_length=16, choices=CLAIM_STATES, default=ClaimState.OPEN.value)
    claimed_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    extensions = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, db_index=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="claims_taken_away"
    )
    reason = models.TextField(max_length=1000, blank=True)
    """Why staff took it away."""

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("submission",), condition=Q(state="open"), name="one_open_claim"
            ),
        )

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.submission}"


class ReviewDraft(models.Model):
    """A review that is being written. It stays when the claim is lost, for the next reviewer."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="review_draft")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="review_drafts"
    )
    """The one who saved it last."""
    outcome = models.CharField(max_length=20, choices=OUTCOMES, blank=True)
    marks = models.JSONField(default=list)
    """As in `Review`, of some criteria."""
    comments = models.TextField(blank=True)
    private_notes = models.TextField(blank=True)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"Draft: {self.submission}"


class Review(Versioned):
    """A decided review: the entity that is published. It never changes, but for the erasure of its
    reviewer; the newest review of a submission counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews")
    """The learner."""
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="reviews_written"
    )
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="reviews")
    kind = models.CharField(max_length=16, choices=enum_choices(ReviewKind))
    outcome = models.CharField(max_length=20, choices=OUTCOMES)
    rubric_version = models.PositiveIntegerField()
    marks = models.JSONField(default=list)
    """One `{"criterion", "points", "max_points", "comment"}` for each criterion, by position."""
    rubric_score = models.FloatField(null=True)
    hint_cost = models.FloatField(default=0)
    late_deduction = models.FloatField(default=0)
    score = models.FloatField(null=True)
    comments = models.TextField(blank=True)
    """Markdown, for the learner."""
    private_notes = models.TextField(blank=True)
    """For reviewers alone."""
    waiting_since = models.DateTimeField()
    promised_by = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ("decided_at", "id")

    def __str__(self) -> str:
        return f"{self.submission}: {self.outcome}"
