"""The record of profiling: sessions, their answers and their results."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.kit.versions import Part, Versioned
from ongoza_contracts.event import uuid7


class ProfilingSession(Versioned):
    """One learner's way through a questionnaire: the entity that is published."""

    class Status(models.TextChoices):
        OPEN = "open"
        COMPLETED = "completed"

    unversioned = frozenset({"previous"})

    id = models.UUIDField(primary_key=True, default=uuid7)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="profilings")
    questionnaire = models.CharField(max_length=64)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.OPEN)
    result = models.JSONField(null=True)
    completed_at = models.DateTimeField(null=True)
    previous = models.ForeignKey("self", models.SET_NULL, null=True, related_name="retakes")

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("user",), condition=models.Q(status="open"), name="one_open_profiling"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.questionnaire}: {self.get_status_display()}"


class ProfilingAnswer(Part):
    """The option taken for one question; a part of its session, which carries the version."""

    whole = "session"

    session = models.ForeignKey(ProfilingSession, models.CASCADE, related_name="answers")
    question_id = models.CharField(max_length=64)
    option_id = models.CharField(max_length=64)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("session", "question_id"), name="one_answer"),
        )

    def __str__(self) -> str:
        return f"{self.question_id}: {self.option_id}"
