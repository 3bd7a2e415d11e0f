from enum import StrEnum

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.kit.choices import enum_choices
from core.organizations.models import Organization
from ongoza_contracts.event import uuid7


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    """Given up: a fact after `sending.MAX_ATTEMPTS`, a ping after one."""
    WITHHELD = "withheld"
    """Not sent: when it was due, the fact was no longer the organization's to read."""


DELIVERY_STATES = enum_choices(DeliveryState)
IS_WAITING = Q(state=DeliveryState.WAITING.value)
PING = "ongoza.webhook.ping.v1"
"""The type of a ping, which carries no fact."""
NO_TOPIC = ""
IS_PING = Q(topic=NO_TOPIC)  # and not by the type, which no index has


class Subscription(models.Model):
    """That an organization is sent facts about its own, as signed requests to a URL."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="webhook_subscriptions"
    )
    url = models.CharField(max_length=500)
    types = ArrayField(models.CharField(max_length=64))
    """The CloudEvents types of the facts wanted."""
    description = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True)
    encrypted_secret = models.BinaryField()
    encrypted_previous_secret = models.BinaryField(null=True)
    rotated_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    """When the first call failed after the last one that succeeded."""
    switched_off_at = models.DateTimeField(null=True)
    """When it was switched off because every call failed for a day."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                "rotated_at",
                condition=~Q(encrypted_previous_secret=None),
                name="webhooks_by_rotated_at",
            ),
        )

    def __str__(self) -> str:
        return f"{self.url} of organization {self.organization_id}"


class WaitingFact(models.Model):
    """A fact that no delivery was made of yet.

    Rows are added by a trigger of `fact_history`, in the transaction of the fact, while any
    subscription is active; `dispatch` removes them. So no commit is overlooked, however late.
    """

    history_id = models.BigIntegerField(primary_key=True)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "webhooks_waiting_fact"

    def __str__(self) -> str:
        return f"fact {self.history_id}"


class Delivery(models.Model):
    """A fact that a subscriber is to be sent. Its body is read from the history when it is sent.

    Or a ping: it has no topic, and no row in the history.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="deliveries", db_index=False
    )
    history_id = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField(null=True)
    event_id = models.UUIDField()
    topic = models.TextField()
    key = models.TextField()
    type = models.TextField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    """The owner of the entity, with whom the row is erased."""
    state = models.CharField(
        max_length=16, choices=DELIVERY_STATES, default=DeliveryState.WAITING.value
    )
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True)
    """Until then a worker is sending it; later, that worker was killed."""
    response_status = models.PositiveSmallIntegerField(null=True)
    response_milliseconds = models.PositiveIntegerField(null=True)
    last_error = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "deliveries"
        constraints = (
            models.UniqueConstraint(
                fields=("subscription", "history_id"), name="one_delivery_of_a_fact"
            ),
        )
        indexes = (
            models.Index("subscription", "id", name="webhooks_log"),
            models.Index("subscription", "due_at", condition=IS_WAITING, name="webhooks_due"),
            models.Index(
                *("subscription", "topic", "key", "history_id"),
                condition=IS_WAITING,
                name="webhooks_waiting_of_key",
            ),
            models.Index("created_at", name="webhooks_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.key}, {self.state}"

    @property
    def is_ping(self) -> bool:
        return self.topic == NO_TOPIC
