"""Reports that mentors and learners make about each other, and what was decided."""

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.kit.choices import enum_choices
from ongoza_contracts.event import uuid7


class ReportReason(StrEnum):
    HARASSMENT = "harassment"
    DISCRIMINATION = "discrimination"
    SAFETY = "safety"
    INAPPROPRIATE = "inappropriate"
    CHEATING = "cheating"
    OTHER = "other"


class ReportState(StrEnum):
    OPEN = "open"
    IN_REVIEW = "in_review"
    RESOLVED = "resolved"
    """There was something to do, which the outcome says."""
    DISMISSED = "dismissed"


class Outcome(StrEnum):
    """What was done about a report that was resolved."""

    ADVICE = "advice"
    WARNING = "warning"
    MATCH_ENDED = "match_ended"
    ROLE_REVOKED = "role_revoked"
    REFERRED = "referred"


class DecisionAction(StrEnum):
    TAKE = "take"
    RESOLVE = "resolve"
    DISMISS = "dismiss"
    REOPEN = "reopen"


REASONS, STATES, OUTCOMES, ACTIONS = map(
    enum_choices, (ReportReason, ReportState, Outcome, DecisionAction)
)
UNDECIDED = (ReportState.OPEN, ReportState.IN_REVIEW)


class Report(models.Model):
    """What one of a match reports about the other. The text is encrypted with the reporter's key:
    once the reporter is erased, only reason, state and decisions are left."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    match = models.ForeignKey("mentorship.Match", models.SET_NULL, null=True, related_name="+")
    """None once the learner was erased."""
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="reports"
    )
    reported = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=16, choices=REASONS)
    encrypted = models.BinaryField()
    state = models.CharField(max_length=16, choices=STATES, default=ReportState.OPEN.value)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_at = models.DateTimeField(null=True, db_index=True)
    """When it was resolved or dismissed; none again once it is reopened."""

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("reporter", "reported", "reason"),
                condition=Q(state__in=[state.value for state in UNDECIDED]),
                name="one_undecided_report",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: report {self.pk}"

    @property
    def place(self) -> str:
        """Where its encrypted text belongs."""
        return f"conduct.report:{self.pk}"


class ReportedMessage(models.Model):
    """A message of the match that a report shows to those who decide."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="shown")
    message = models.ForeignKey("mentorship.Message", models.SET_NULL, null=True, related_name="+")
    """None once the learner was erased. No CASCADE: archives would tell that it was reported."""

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("report", "message"), name="one_report_of_a_message"),
        )

    def __str__(self) -> str:
        return f"message of report {self.report_id}"


class Decision(models.Model):
    """A step of a report through the queue, and who took it."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="decisions")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    action = models.CharField(max_length=8, choices=ACTIONS)
    outcome = models.CharField(max_length=16, choices=OUTCOMES, null=True)  # noqa: DJ001 (none is not a text)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.get_action_display()} of report {self.report_id}"
