from django.conf import settings
from django.db import models

from core.kit.choices import enum_choices
from core.kit.versions import Versioned
from ongoza_contracts.coaching import GoalState
from ongoza_contracts.event import uuid7


class Goal(Versioned):
    """A learner's goal with its target date: the entity that is published."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="goals")
    title = models.CharField(max_length=200)
    target_date = models.DateField()
    state = models.CharField(
        max_length=16, choices=enum_choices(GoalState), default=GoalState.ACTIVE.value
    )

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.user}: {self.title}"
