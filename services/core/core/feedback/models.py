from django.conf import settings
from django.db import models

from core.kit.choices import enum_choices
from core.kit.versions import Versioned
from ongoza_contracts.vocabulary import Verdict


class Feedback(Versioned):
    """A learner's verdict on one item of content: the entity that is published.

    Withdrawn feedback keeps its row, without a verdict, because versions must go on rising.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="feedback")
    content = models.ForeignKey("programs.ContentItem", models.PROTECT, to_field="content_id")
    verdict = models.CharField(max_length=16, choices=enum_choices(Verdict), blank=True, default="")

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "feedback"
        constraints = (models.UniqueConstraint(fields=("user", "content"), name="one_feedback"),)

    @property
    def verdict_or_none(self) -> str | None:
        """None once it was withdrawn, as facts say it."""
        return self.verdict or None

    @verdict_or_none.setter
    def verdict_or_none(self, verdict: str | None) -> None:
        self.verdict = verdict or ""

    def __str__(self) -> str:
        return f"{self.user}, {self.content}: {self.get_verdict_display() or 'Withdrawn'}"
