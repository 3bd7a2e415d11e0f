from django.conf import settings
from django.db import models
from django.utils import timezone

from ongoza_contracts.event import uuid7


class StoredResponse(models.Model):
    """The response to a request with an `Idempotency-Key`, which a repetition gets again.

    It may hold personal data, so it is deleted with the user, and some days after the request.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    """The SHA-256 of the request."""
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "key"), name="one_response_of_a_key"),
        )
        indexes = (models.Index("created_at", name="idempotency_by_age"),)

    def __str__(self) -> str:
        return f"{self.status} to a request of user {self.user_id}"
