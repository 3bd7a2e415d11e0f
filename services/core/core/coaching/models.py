"""Goals with their milestones, habits with their days, and reflections."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.kit.choices import enum_choices
from core.kit.versions import Part, Versioned
from ongoza_contracts.coaching import (
    GoalState,
    HabitEntryState,
    HabitSchedule,
    HabitState,
    Mood,
    ReflectionTag,
)
from ongoza_contracts.event import uuid7
from ongoza_contracts.streaks import Measures

TAGS = enum_choices(ReflectionTag)


class Goal(Versioned):
    """A learner's goal with its target date: the entity that is published."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="goals")
    title = models.CharField(max_length=200)
    target_date = models.DateField()
    state = models.CharField(
        max_length=16, choices=enum_choices(GoalState), default=GoalState.ACTIVE.value
    )

    title_shown: bool = True
    """Set by selectors for their caller."""

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.user}: {self.title}"


class GoalMilestone(models.Model):
    """A step on the way to a goal. It is not published."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    goal = models.ForeignKey(Goal, models.CASCADE, related_name="milestones")
    title = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    title_shown: bool = True
    """Set by selectors for their caller."""

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.title


class Habit(Versioned):
    """What a learner wants to do again and again: the entity that is published."""

    unversioned = frozenset({"reminder_due_at"})

    id = models.UUIDField(primary_key=True, default=uuid7)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="habits")
    title = models.CharField(max_length=200)
    schedule = models.CharField(max_length=16, choices=enum_choices(HabitSchedule))
    times_a_week = models.PositiveSmallIntegerField(null=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list)
    starts_on = models.DateField()
    state = models.CharField(
        max_length=16, choices=enum_choices(HabitState), default=HabitState.ACTIVE.value
    )
    reminder_at = models.TimeField(null=True)
    """In the user's time zone."""
    reminder_due_at = models.DateTimeField(null=True, editable=False)

    measures: Measures | None = None
    """Set by `selectors.with_measures`."""

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                "reminder_due_at",
                condition=~Q(reminder_due_at=None),
                name="habits_by_reminder_due_at",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.title}"

    @property
    def etag(self) -> str:
        """The measures change with the entries and with the days, without a new version."""
        shown = (self.pk, self.version, *(self.measures or ()))
        return f'"{"-".join(map(str, shown))}"'


class PauseRange(Part):
    """Days on which a habit is not due; a part of the habit, which carries the version."""

    whole = "habit"

    habit = models.ForeignKey(Habit, models.CASCADE, related_name="pauses")
    first_day = models.DateField()
    last_day = models.DateField(null=True)

    class Meta:
        ordering = ("first_day", "id")

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day or 'further notice'}"


class HabitEntry(Versioned):
    """What became of a habit on a day: the entity that is published."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="habit_entries")
    habit = models.ForeignKey(Habit, models.PROTECT, related_name="entries")
    local_date = models.DateField()
    state = models.CharField(max_length=16, choices=enum_choices(HabitEntryState))
    time_zone = models.CharField(max_length=64)
    """The user's when the day was recorded."""

    class Meta:
        ordering = ("-local_date", "-id")
        verbose_name_plural = "habit entries"
        constraints = (
            models.UniqueConstraint(
                fields=("habit", "local_date"), name="one_habit_entry_of_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.local_date}: {self.get_state_display()}"


class Reflection(models.Model):
    """A learner's private text, encrypted with a key of the learner's own. Nothing is published."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reflections")
    encrypted = models.BinaryField()
    mood = models.CharField(max_length=16, choices=enum_choices(Mood), null=True)  # noqa: DJ001  (no mood is not a text)
    tags = ArrayField(models.CharField(max_length=16, choices=TAGS), default=list)
    shared_at = models.DateTimeField(null=True)
    """When the learner let their mentors read it; `ReflectionShare` says which."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    text: str = ""
    """Set by `reflections.decrypt`."""

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"reflection {self.pk}"


class ReflectionShare(models.Model):
    """That the author of a reflection lets a mentor read it, as long as that is their mentor."""

    reflection = models.ForeignKey(Reflection, models.CASCADE, related_name="shares")
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("reflection", "mentor"), name="one_reflection_share"),
        )

    def __str__(self) -> str:
        return f"{self.reflection} for user {self.mentor_id}"


class WeekSummary(models.Model):
    """What a learner was notified of about the week before `week`, a Monday."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    week = models.DateField()
    habits_done = models.PositiveIntegerField()
    goals_near = models.PositiveIntegerField()
    items_completed = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "week summaries"
        constraints = (models.UniqueConstraint(fields=("user", "week"), name="one_week_summary"),)
        indexes = (models.Index(fields=("week",), name="week_summaries_by_week"),)

    def __str__(self) -> str:
        return f"{self.week} for user {self.user_id}"
