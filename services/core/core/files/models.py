from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.kit.choices import enum_choices
from ongoza_contracts.event import uuid7


class File(models.Model):
    """A file in the store that belongs to a user; private, and deleted when it expires."""

    class Purpose(models.TextChoices):
        EXPORT = "export"
        TABLE = "table"

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


class Blob(models.Model):
    """Bytes in the store that the uploads of one or several users, and bodies of content, share;
    users do not learn of it. It is deleted with the last row that refers to it."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=128, unique=True)
    """The name in the store, in the folder SHARED."""
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"{self.content_type}, {self.size} bytes"


class UploadState(StrEnum):
    UNDER_WAY = "under_way"
    COMPLETE = "complete"


UPLOAD_STATES = enum_choices(UploadState)


class Upload(models.Model):
    """A file that its owner uploads in chunks, and can download once it is complete."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=200)
    """The owner's own text."""
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    offset = models.PositiveBigIntegerField(default=0)
    """How many bytes have arrived."""
    last_chunk_sha256 = models.CharField(max_length=64, blank=True, default="")
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, related_name="uploads")
    """None until all bytes have arrived and are stored."""
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    """When the last chunk arrived."""

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("changed_at", "id"), condition=Q(blob=None), name="files_under_way"
            ),
        )

    def __str__(self) -> str:
        return f"upload of user {self.owner_id}"

    @property
    def state(self) -> UploadState:
        return UploadState.UNDER_WAY if self.blob_id is None else UploadState.COMPLETE

    @property
    def content_type(self) -> str | None:
        return self.blob.content_type if self.blob else None

    @property
    def content(self) -> Blob:
        """Of a complete upload."""
        if self.blob is None:
            raise ValueError(f"{self} is under way")
        return self.blob

    @property
    def etag(self) -> str:
        """Of the content, which does not change once it is complete."""
        return f'"{self.pk}"'
