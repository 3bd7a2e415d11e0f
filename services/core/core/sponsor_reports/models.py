from enum import StrEnum

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.kit.choices import enum_choices
from ongoza_contracts.event import uuid7


class ReportFileState(StrEnum):
    UNDER_WAY = "under_way"
    READY = "ready"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"


STATES = enum_choices(ReportFileState)


class SponsorReport(models.Model):
    """A signed report about an organization, which a sponsor asked for."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="sponsor_reports"
    )
    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="+")
    as_of = models.DateTimeField(default=timezone.now, db_index=True)
    file = models.ForeignKey("files.File", models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    """With a file, or because its owner sponsors the organization no more."""
    was_written = models.BooleanField(default=False)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"report of user {self.owner_id} about organization {self.organization_id}"
