"""Notifications, their deliveries, and where and how a user wants them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ongoza_contracts.event import uuid7


class Channel(models.TextChoices):
    IN_APP = "in_app"
    MAIL = "mail"
    PUSH = "push"
    SMS = "sms"


class Notification(models.Model):
    """That something happened which concerns a user. The text is rendered when somebody reads it.

    `subject` holds ids alone, and `version` says which state of the subject it is about.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=128)
    version = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "subject", "kind", "version"), name="one_notification"
            ),
        )
        indexes = (
            models.Index(fields=("user", "-id"), name="notifications_newest_first"),
            models.Index(fields=("user",), condition=Q(read_at=None), name="notifications_unread"),
            models.Index(fields=("created_at",), name="notifications_by_age"),
            models.Index(
                fields=("read_at",), condition=Q(read_at__isnull=False), name="notifications_read"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} for user {self.user_id}"


class Delivery(models.Model):
    """One notification on its way to one destination of one channel."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        SKIPPED = "skipped"
        """The user has read it, wants nothing of it on this channel any more, or is inactive."""
        FAILED = "failed"

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    destination = models.CharField(max_length=36, blank=True)
    """Which of several destinations of the channel: the id of a push subscription."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    refusals = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "deliveries"
        constraints = (
            models.UniqueConstraint(
                fields=("notification", "channel", "destination"), name="one_delivery"
            ),
        )

    def __str__(self) -> str:
        return f"{self.notification_id} by {self.channel}: {self.state}"


class NotificationPreferences(models.Model):
    """A user's choice instead of the defaults."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="notification_preferences",
    )
    weekly_digest = models.BooleanField(default=True)
    channels = models.JSONField(default=dict)
    """Lists of channels by kind, of the kinds that differ from the default."""

    def __str__(self) -> str:
        return f"notification preferences of user {self.user_id}"


class PushSubscription(models.Model):
    """A browser that shows web push messages to a user, who may have several."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_subscriptions"
    )
    endpoint_hash = models.CharField(max_length=64, unique=True)
    """By which a browser is found again."""
    encrypted = models.BinaryField()
    """Its endpoint and keys: with them anybody could send to the browser."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"push subscription of user {self.user_id}"


class PhoneNumber(models.Model):
    """Where a user gets text messages, once a code that was sent there came back."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="phone_number"
    )
    number = models.CharField(max_length=16)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    verified_at = models.DateTimeField(null=True)
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(
                fields=("changed_at",),
                condition=Q(verified_at=None),
                name="phone_numbers_unverified",
            ),
        )

    def __str__(self) -> str:
        return f"phone number of user {self.user_id}"


class KnownDevice(models.Model):
    """A device from which a user has signed in before."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="known_devices")
    device = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "device"), name="one_known_device"),)

    def __str__(self) -> str:
        return f"{self.device} of user {self.user_id}"


class Digest(models.Model):
    """That a user's digest of a week was due; `week` is the Monday on which it is sent."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests")
    week = models.DateField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "week"), name="one_digest"),)
        indexes = (models.Index(fields=("week",), name="digests_by_week"),)

    def __str__(self) -> str:
        return f"digest of {self.week} for user {self.user_id}"
