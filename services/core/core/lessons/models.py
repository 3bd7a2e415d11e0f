"""The texts of courses and modules, in languages and versions, and the files they show."""

from enum import StrEnum

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.files.models import Blob
from core.kit.choices import enum_choices
from core.programs.models import ContentItem
from ongoza_contracts.event import uuid7


class Language(StrEnum):
    ENGLISH = "en"
    SWAHILI = "sw"
    FRENCH = "fr"


class BodyState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


LANGUAGES = [(one.value, one.name.title()) for one in Language]
STATES = enum_choices(BodyState)


class Body(models.Model):
    """One version of an item's text in one language. Its sections follow from the Markdown."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(ContentItem, models.PROTECT, related_name="bodies")
    language = models.CharField(max_length=2, choices=LANGUAGES)
    number = models.PositiveIntegerField(editable=False)
    """Counts the versions of the language, from 1."""
    state = models.CharField(
        max_length=10, choices=STATES, default=BodyState.DRAFT.value, editable=False
    )
    markdown = models.TextField()
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "bodies"
        constraints = (
            models.UniqueConstraint(
                fields=("item", "language", "number"), name="one_body_of_number"
            ),
            *(
                models.UniqueConstraint(
                    fields=("item", "language"), condition=Q(state=state), name=f"one_{state}_body"
                )
                for state in (BodyState.DRAFT.value, BodyState.PUBLISHED.value)
            ),
        )

    def __str__(self) -> str:
        return f"{self.item}, {self.get_language_display()} {self.number}"

    @property
    def etag(self) -> str:
        return f'"{self.pk}-{self.state}-{self.changed_at.timestamp():.6f}"'


class BodyFile(models.Model):
    """A file that a body shows or links to as `files/<reference>`. It holds the bytes itself, so
    that they stay when the author deletes the upload or is erased."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="files")
    reference = models.UUIDField()
    """The id of the upload from which it was taken."""
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="body_files")

    class Meta:
        ordering = ("body", "reference")
        constraints = (
            models.UniqueConstraint(fields=("body", "reference"), name="one_file_of_reference"),
        )

    def __str__(self) -> str:
        return f"{self.body}: files/{self.reference}"
