"""What mentors and learners tell each other, and what is noted about it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.kit.choices import enum_choices
from core.mentorship.conversation_kinds import FlagKind, FlagSeverity
from ongoza_contracts.event import uuid7


class Block(models.Model):
    """That a user wants no contact with another: no requests, sessions and messages, both ways."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    blocker = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("blocker", "blocked"), name="one_block"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="block_of_another"),
        )

    def __str__(self) -> str:
        return f"user {self.blocked_id} blocked by user {self.blocker_id}"


class Message(models.Model):
    """A message between the mentor and the learner of a match. Text and links are encrypted with
    the learner's key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    match = models.ForeignKey("mentorship.Match", models.CASCADE, related_name="messages")
    number = models.PositiveIntegerField()
    """Counts the messages of the match, from 1."""
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    """None once the mentor is erased: the learner keeps what was written."""
    from_mentor = models.BooleanField()
    encrypted = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True)
    """When the other one of the pair had read it."""

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("match", "number"), name="one_message_of_a_number"),
        )
        indexes = (
            models.Index(
                fields=("match", "from_mentor"), condition=Q(read_at=None), name="messages_unread"
            ),
        )

    def __str__(self) -> str:
        return f"message {self.number} of {self.match_id}"

    @property
    def place(self) -> str:
        """Where its encrypted text belongs."""
        return f"mentorship.message:{self.pk}"


class MessageArtifact(models.Model):
    """A file of the author's that a message shows. It disappears with the author's file."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="artifacts")
    upload = models.ForeignKey("files.Upload", models.CASCADE, related_name="+")

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("message", "upload"), name="one_artifact_of_a_file"),
        )

    def __str__(self) -> str:
        return f"file of message {self.message_id}"


class Note(models.Model):
    """A note that the mentor and the learner of a match share, encrypted with the learner's key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    match = models.ForeignKey("mentorship.Match", models.CASCADE, related_name="notes")
    session = models.ForeignKey(
        "mentorship.Session", models.CASCADE, null=True, related_name="notes"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    from_mentor = models.BooleanField()
    encrypted = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"note of {self.match_id}"

    @property
    def place(self) -> str:
        """Where its encrypted text belongs."""
        return f"mentorship.note:{self.pk}"


class Flag(models.Model):
    """A mentor's concern about a learner, for the mentor and those who manage the learner's
    organization. The note is encrypted with the learner's key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="flags")
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    kind = models.CharField(max_length=16, choices=enum_choices(FlagKind))
    severity = models.CharField(max_length=8, choices=enum_choices(FlagSeverity))
    encrypted = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("learner",), condition=Q(resolved_at=None), name="flags_unresolved"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_severity_display()} flag about user {self.learner_id}"

    @property
    def place(self) -> str:
        """Where its encrypted note belongs."""
        return f"mentorship.flag:{self.pk}"


class GroupSession(models.Model):
    """A meeting of a mentor with several learners, each of whom takes a seat."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    mentor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="group_sessions"
    )
    title = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)
    seats = models.PositiveIntegerField()
    cancelled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("starts_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="group_session_times"
            ),
        )
        indexes = (models.Index(fields=("mentor", "starts_at"), name="group_sessions_by_start"),)

    def __str__(self) -> str:
        return self.title


class GroupSeat(models.Model):
    """A learner's seat in a group session."""

    session = models.ForeignKey(GroupSession, models.CASCADE, related_name="taken_seats")
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="group_seats"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("session", "learner"), name="one_seat_of_a_learner"),
        )

    def __str__(self) -> str:
        return f"seat of user {self.learner_id}"
