from django.conf import settings
from django.db import models
from django.utils import timezone

from ongoza_contracts.event import uuid7


class File(models.Model):
    """A file in the store that belongs to a user; private, and deleted when it expires."""

    class Purpose(models.TextChoices):
        EXPORT = "export"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="files")
    purpose = models.CharField(max_length=32, choices=Purpose.choices)
    name = models.CharField(max_length=128, unique=True)
    """The file's name in the store: the owner's id is its folder."""
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.purpose} of user {self.owner_id}"
