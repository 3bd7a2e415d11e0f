import hashlib
import json

from django.conf import settings
from django.db import models

from core.kit.choices import enum_choices
from core.kit.versions import Versioned
from ongoza_contracts.vocabulary import ProgressStatus


class Progress(Versioned):
    """How far one learner is with one item of content: the entity that is published."""

    unversioned = frozenset({"metadata"})

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="progress")
    content = models.ForeignKey("programs.ContentItem", models.PROTECT, to_field="content_id")
    status = models.CharField(max_length=16, choices=enum_choices(ProgressStatus))
    completion_percentage = models.FloatField(default=0)
    score = models.FloatField(null=True)
    metadata = models.JSONField(default=dict)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "progress"
        constraints = (models.UniqueConstraint(fields=("user", "content"), name="one_progress"),)

    def __str__(self) -> str:
        return f"{self.user}, {self.content}: {self.get_status_display()}"

    @property
    def etag(self) -> str:
        """Metadata changes without a new version."""
        text = json.dumps(self.metadata, sort_keys=True)
        return f'"{self.pk}-{self.version}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
