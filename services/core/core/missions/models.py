"""Missions: practical work that learners hand in, with the rubric by which it is reviewed, and the
flags and hints of labs."""

from enum import StrEnum

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.kit.choices import enum_choices
from core.kit.versions import Versioned
from core.programs.models import TRACKS, ContentItem, Program
from ongoza_contracts.event import uuid7
from ongoza_contracts.missions import LatePolicy, MissionState, MissionType

PERCENTAGE = (MinValueValidator(0), MaxValueValidator(100))


class Mission(Versioned):
    """The entity that is published. Once published, its item in the catalogue follows it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    content = models.OneToOneField(
        ContentItem,
        models.PROTECT,
        to_field="content_id",
        null=True,
        blank=True,
        related_name="mission",
    )
    code = models.CharField(max_length=32, unique=True, null=True, blank=True)
    """The academy's own name for it, such as `OPS-101`."""
    state = models.CharField(
        max_length=16,
        choices=enum_choices(MissionState),
        default=MissionState.DRAFT.value,
        editable=False,
    )
    title = models.CharField(max_length=200)
    description = models.TextField(max_length=4000, blank=True)
    story = models.TextField(max_length=20_000, blank=True)
    """Markdown: the situation in which the learner acts."""
    objectives = models.JSONField(default=list, blank=True)
    """Texts, in order."""
    subtasks = models.JSONField(default=list, blank=True)
    """Texts, in order."""
    mission_type = models.CharField(
        max_length=16, choices=enum_choices(MissionType), default=MissionType.SCENARIO.value
    )
    difficulty = models.PositiveSmallIntegerField(
        default=1, validators=(MinValueValidator(1), MaxValueValidator(5))
    )
    program = models.ForeignKey(
        Program, models.PROTECT, null=True, blank=True, related_name="missions"
    )
    track = models.CharField(max_length=16, choices=TRACKS, blank=True)
    skills = models.JSONField(default=list, blank=True)
    """As people write them."""
    competencies = models.JSONField(default=list, blank=True)
    """`<framework>:<code>` of each."""
    prerequisites = models.JSONField(default=list, blank=True)
    """Content ids."""
    duration_minutes = models.PositiveIntegerField(null=True, blank=True)
    max_attempts = models.PositiveSmallIntegerField(null=True, blank=True)
    """How often a learner may hand in; None is no limit."""
    due_at = models.DateTimeField(null=True, blank=True)
    late_policy = models.CharField(
        max_length=8, choices=enum_choices(LatePolicy), default=LatePolicy.ACCEPT.value
    )
    late_deduction_per_day = models.PositiveSmallIntegerField(default=0, validators=PERCENTAGE)
    """Per cent of the score, for each day begun after the grace."""
    late_deduction_limit = models.PositiveSmallIntegerField(default=100, validators=PERCENTAGE)
    late_grace_minutes = models.PositiveIntegerField(default=0)
    flag_attempts = models.PositiveSmallIntegerField(null=True, blank=True)
    """How often a learner may enter a flag; None is a mission without flags."""
    rubric_version = models.PositiveIntegerField(default=0, editable=False)
    """That of the rubric by which work is reviewed from now on; 0 is none."""

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.code}: {self.title}" if self.code else self.title


class Rubric(models.Model):
    """One version of a mission's rubric. It never changes."""

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="rubrics")
    version = models.PositiveIntegerField()
    """Counts the rubrics of the mission, from 1."""
    pass_percentage = models.PositiveSmallIntegerField(default=60, validators=PERCENTAGE)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("mission", "-version")
        constraints = (
            models.UniqueConstraint(fields=("mission", "version"), name="one_rubric_of_version"),
        )

    def __str__(self) -> str:
        return f"{self.mission}, rubric {self.version}"


class Criterion(models.Model):
    """What a reviewer gives points for."""

    rubric = models.ForeignKey(Rubric, models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    """Counts the criteria of the rubric, from 1."""
    title = models.CharField(max_length=200)
    description = models.TextField(max_length=2000, blank=True)
    max_points = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("rubric", "position")
        verbose_name_plural = "criteria"
        constraints = (
            models.UniqueConstraint(
                fields=("rubric", "position"), name="one_criterion_of_position"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rubric}: {self.title}"


class FlagSecret(models.Model):
    """From which the flags of a mission follow."""

    mission = models.OneToOneField(
        Mission, models.CASCADE, primary_key=True, related_name="flag_secret"
    )
    encrypted = models.BinaryField(max_length=64)

    def __str__(self) -> str:
        return f"Secret of {self.mission}"


class IssuedFlag(models.Model):
    """That a learner's flag was handed out for their lab."""

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="issued_flags")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="issued_flags")
    flag_hash = models.BinaryField(max_length=32)
    issued_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("mission", "user"), name="one_flag_of_learner"),
            models.UniqueConstraint(fields=("mission", "flag_hash"), name="one_learner_of_flag"),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.mission}"


class FlagOutcome(StrEnum):
    ACCEPTED = "accepted"
    WRONG = "wrong"
    OF_ANOTHER = "of_another"
    """It is somebody else's flag."""


class FlagAttempt(models.Model):
    """A flag that a learner entered. Its text is not stored."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    mission = models.ForeignKey(Mission, models.CASCADE, related_name="flag_attempts_made")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="flag_attempts")
    number = models.PositiveSmallIntegerField()
    """Counts the learner's attempts at the mission, from 1."""
    outcome = models.CharField(max_length=10, choices=enum_choices(FlagOutcome))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """Whose flag it is, if it is somebody else's."""
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "mission", "number"), name="one_flag_attempt_of_number"
            ),
            models.UniqueConstraint(
                fields=("user", "mission"), condition=Q(outcome="accepted"), name="one_found_flag"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.mission}, flag {self.number}"


class Hint(models.Model):
    """A hint of a mission, which learners unlock. It is known by its number."""

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="hints")
    number = models.PositiveSmallIntegerField()
    """Counts the hints of the mission, from 1."""
    text = models.TextField(max_length=2000)
    cost = models.PositiveSmallIntegerField(validators=PERCENTAGE)
    """Per cent of the mission's score; 0 is free."""
    withdrawn = models.BooleanField(default=False)
    """Whether only those who unlocked it still see it."""

    class Meta:
        ordering = ("mission", "number")
        constraints = (
            models.UniqueConstraint(fields=("mission", "number"), name="one_hint_of_number"),
        )

    def __str__(self) -> str:
        return f"{self.mission}: hint {self.number}"


class HintUnlock(models.Model):
    """A hint that a learner unlocked, and what it cost them."""

    hint = models.ForeignKey(Hint, models.CASCADE, related_name="unlocks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="hint_unlocks")
    cost = models.PositiveSmallIntegerField()
    """As `Hint.cost` was when it was unlocked."""
    unlocked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("user", "hint"), name="one_unlock_of_hint"),)

    def __str__(self) -> str:
        return f"{self.user}: {self.hint}"
