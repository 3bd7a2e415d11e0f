"""Mentors with their availability, learners' requests, matches of the two, and their sessions."""

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.kit.choices import enum_choices
from core.kit.versions import Versioned
from core.mentorship import conversation_models  # noqa: F401 (Django finds them here)
from ongoza_contracts.event import uuid7
from ongoza_contracts.mentorship import MatchEndReason, MatchState, SessionParty, SessionState

DEFAULT_MINUTES = 60
OPEN_SESSIONS = (SessionState.REQUESTED, SessionState.CONFIRMED)
"""The states of sessions that take time of both."""


class RequestState(StrEnum):
    WAITING = "waiting"
    """No mentor who has room is left to be asked; the next one who has is asked by itself."""
    ASKED = "asked"
    """A mentor is asked, until `expires_at`."""
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


REQUEST_STATES = enum_choices(RequestState)
OPEN_REQUESTS = (RequestState.WAITING, RequestState.ASKED)


class MentorProfile(models.Model):
    """What learners see of a mentor, and how many learners the mentor takes.

    Its row is the lock of the mentor's matches and sessions.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="mentor_profile"
    )
    about = models.TextField(max_length=2000, blank=True)
    capacity = models.PositiveSmallIntegerField()
    is_accepting = models.BooleanField(default=True)
    tracks = models.JSONField(default=list, blank=True)
    skills = models.JSONField(default=list, blank=True)
    """Slugs."""
    languages = models.JSONField(default=list, blank=True)
    """Codes, as users' preferences have them."""
    time_zone = models.CharField(max_length=64)
    session_minutes = models.PositiveSmallIntegerField(default=DEFAULT_MINUTES)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"Mentor {self.user}"


class AvailabilityRule(models.Model):
    """Hours of each week, by the clock of the mentor's zone."""

    profile = models.ForeignKey(MentorProfile, models.CASCADE, related_name="rules")
    weekday = models.PositiveSmallIntegerField()
    """0 is Monday."""
    starts = models.TimeField()
    ends = models.TimeField()
    """Midnight is the end of the day."""

    class Meta:
        ordering = ("weekday", "starts")

    def __str__(self) -> str:
        return f"{self.profile}: {self.starts} to {self.ends}"


class AvailabilityOverride(models.Model):
    """Hours of one date in place of the weekly ones; without hours the mentor is away that day."""

    profile = models.ForeignKey(MentorProfile, models.CASCADE, related_name="overrides")
    date = models.DateField()
    starts = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)

    class Meta:
        ordering = ("date", "starts")
        constraints = (
            models.CheckConstraint(
                condition=Q(starts=None, ends=None) | Q(starts__isnull=False, ends__isnull=False),
                name="override_hours",
            ),
        )

    def __str__(self) -> str:
        return f"{self.profile}: {self.date}"


class MentorshipRequest(models.Model):
    """A learner's wish for a mentor: one mentor at a time is asked, until one accepts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentorship_requests"
    )
    organization = models.ForeignKey(
        "organizations.Organization", models.PROTECT, null=True, related_name="+"
    )
    """Of the learner at that time. The requests of one organization are one queue."""
    message = models.TextField(max_length=1000, blank=True)
    state = models.CharField(
        max_length=16, choices=REQUEST_STATES, default=RequestState.WAITING.value
    )
    preferred = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    mentor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="asked_requests"
    )
    """Who is asked now, or accepted."""
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    accepted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True, db_index=True)
    """When it was accepted or withdrawn."""

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index("organization", "created_at", name="mentorship_queue"),
            models.Index(
                "expires_at",
                condition=Q(state=RequestState.ASKED.value),
                name="mentorship_request_expiry",
            ),
        )

    def __str__(self) -> str:
        return f"{self.learner} ({self.state})"


class PassedRequest(models.Model):
    """That a mentor declined a request, let it expire or could not accept it: it does not come back
    to them."""

    request = models.ForeignKey(MentorshipRequest, models.CASCADE, related_name="passes")
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    expired = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("request", "mentor"), name="one_pass_of_mentor"),
        )

    def __str__(self) -> str:
        return f"{self.request}: passed by {self.mentor}"


class Match(Versioned):
    """That a mentor and a learner work together, from the mentor's yes on; ended ones stay."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="matches")
    mentor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="mentor_matches"
    )
    """None once the mentor was erased: such a match ends within a minute."""
    state = models.CharField(
        max_length=16, choices=enum_choices(MatchState), default=MatchState.ACTIVE.value
    )
    end_reason = models.CharField(  # noqa: DJ001 (absent in the fact)
        max_length=32, choices=enum_choices(MatchEndReason), null=True
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "matches"
        constraints = (
            models.UniqueConstraint(
                fields=("learner", "mentor"),
                condition=Q(state=MatchState.ACTIVE.value),
                name="one_active_match",
            ),
        )

    def __str__(self) -> str:
        return f"{self.mentor or 'erased'}: {self.learner} ({self.get_state_display()})"


class Session(Versioned):
    """A talk of a mentor and a learner at a time, with the zones of both clocks."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    match = models.ForeignKey(Match, models.PROTECT, related_name="sessions")
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="mentorship_sessions"
    )
    mentor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="mentor_sessions"
    )
    state = models.CharField(
        max_length=16, choices=enum_choices(SessionState), default=SessionState.REQUESTED.value
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    learner_time_zone = models.CharField(max_length=64)
    mentor_time_zone = models.CharField(max_length=64)
    proposed_by = models.CharField(max_length=16, choices=enum_choices(SessionParty))
    missed_by = models.CharField(  # noqa: DJ001 (absent in the fact)
        max_length=16, choices=enum_choices(SessionParty), null=True
    )
    sequence = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("starts_at", "id")
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_times"),
        )
        indexes = (
            models.Index("mentor", "starts_at", name="mentor_sessions_by_start"),
            models.Index("learner", "starts_at", name="learner_sessions_by_start"),
            models.Index(
                "starts_at",
                condition=Q(state=SessionState.REQUESTED.value),
                name="requested_sessions",
            ),
        )

    def __str__(self) -> str:
        return f"{self.mentor or 'erased'}: {self.learner} at {self.starts_at:%Y-%m-%d %H:%M}"


class SessionFeedback(models.Model):
    """What a learner says about a session that was held; the mentor does not see it."""

    session = models.OneToOneField(
        Session, models.CASCADE, primary_key=True, related_name="feedback"
    )
    rating = models.PositiveSmallIntegerField(choices=[(n, str(n)) for n in range(1, 6)])
    text = models.TextField(max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "session feedback"
        constraints = (
            models.CheckConstraint(condition=Q(rating__range=(1, 5)), name="session_rating"),
        )

    def __str__(self) -> str:
        return f"{self.session}: {self.rating}"
