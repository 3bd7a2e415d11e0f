"""Quizzes of modules and courses, their questions in versions, and what learners answered."""

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.kit.choices import enum_choices
from core.kit.versions import Versioned
from core.programs.models import ContentItem
from ongoza_contracts.event import uuid7


class QuestionKind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    """By the one right option."""
    MULTIPLE = "multiple"
    """By all right options and no other."""
    ORDER = "order"
    """By putting the options in order."""
    TEXT = "text"
    """By a short text."""


KINDS = enum_choices(QuestionKind)


class Quiz(models.Model):
    """The quiz of a module or course, and who may take it how often. Not published."""

    item = models.OneToOneField(ContentItem, models.PROTECT, related_name="quiz")
    version = models.PositiveIntegerField(default=1, editable=False)
    """Counts the versions of its questions, from 1."""
    pass_percentage = models.PositiveSmallIntegerField(default=80)
    max_attempts = models.PositiveSmallIntegerField(null=True, blank=True)
    """At one attempt at the item; None is no limit."""
    wait_minutes = models.PositiveIntegerField(default=0)
    """How long a learner waits after an attempt that did not pass."""
    question_count = models.PositiveSmallIntegerField(null=True, blank=True)
    """How many questions an attempt draws; None is all."""
    retired = models.BooleanField(default=False, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "quizzes"

    def __str__(self) -> str:
        return f"Quiz of {self.item}"

    @property
    def etag(self) -> str:
        """With the item's version, because the answer shows its title."""
        return f'"{self.pk}-{self.item.version}-{self.changed_at.timestamp():.6f}"'


class Question(models.Model):
    """A question of one version of a quiz. It never changes."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="questions")
    version = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField()
    """Counts the questions of the version, from 1."""
    kind = models.CharField(max_length=8, choices=KINDS)
    prompt = models.TextField(max_length=4000)
    options = models.JSONField(default=list)
    """Texts; those of a question about an order stand in the right one."""
    key = models.JSONField(default=list)
    """The numbers of the right options, from 1, or the accepted texts. No API shows it."""
    feedback = models.TextField(max_length=4000, blank=True)
    """Shown after the attempt."""

    class Meta:
        ordering = ("quiz", "version", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("quiz", "version", "position"), name="one_question_of_position"
            ),
        )

    def __str__(self) -> str:
        return f"{self.quiz}, version {self.version}: question {self.position}"


class QuizAttempt(models.Model):
    """A learner's attempt at a quiz: open until it is submitted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="quiz_attempts")
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="attempts")
    version = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    """Counts the learner's attempts at the quiz, from 1."""
    progress_attempt = models.PositiveIntegerField()
    """The learner's attempt at the item, which has `Quiz.max_attempts`."""
    seed = models.BinaryField(max_length=16)
    """Which questions are drawn, and the order of them and of their options, follow from it. It is
    secret: the key of a question about an order would follow as well."""
    question_count = models.PositiveSmallIntegerField()
    pass_percentage = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True)
    answers = models.JSONField(default=list)
    """As submitted: questions and options by the number under which they were shown."""
    outcomes = models.JSONField(default=dict)
    """By the position of each question in its version, whether it was answered right."""
    score = models.FloatField(null=True)
    passed = models.BooleanField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "quiz"), condition=Q(submitted_at=None), name="one_open_attempt"
            ),
            models.UniqueConstraint(
                fields=("user", "quiz", "number"), name="one_quiz_attempt_of_number"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.quiz}, attempt {self.number}"

    @property
    def etag(self) -> str:
        return f'"{self.pk}-{int(self.submitted_at is not None)}"'


class QuizResult(Versioned):
    """What a submitted attempt came to: the entity that is published. It has the attempt's id."""

    id = models.UUIDField(primary_key=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="quiz_results")
    content = models.ForeignKey(
        ContentItem, models.PROTECT, to_field="content_id", related_name="quiz_results"
    )
    quiz_version = models.PositiveIntegerField()
    attempt = models.PositiveIntegerField()
    questions = models.PositiveSmallIntegerField()
    right = models.PositiveSmallIntegerField()
    score = models.FloatField()
    passed = models.BooleanField()
    started_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.user}, {self.content_id}: {self.score:.0f} %"
