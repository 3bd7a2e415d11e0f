from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.certificates.models import Certificate
from core.submissions.models import Submission
from ongoza_contracts.certificates import CertificateState
from ongoza_contracts.submissions import SubmissionState

IS_SHOWN = Q(submission__state=SubmissionState.PASSED) | Q(
    certificate__state=CertificateState.VALID
)
"""What of a portfolio's items is shown."""


class Portfolio(models.Model):
    """What a learner shows of themselves, and where."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="portfolio"
    )
    headline = models.CharField(max_length=120, blank=True)
    about = models.TextField(max_length=2000, blank=True)
    """Markdown."""
    address = models.CharField(max_length=43, unique=True, null=True, blank=True)
    """The last part of the public page's address; None while there is no page."""
    may_be_indexed = models.BooleanField(default=False)
    """Whether search engines may list the public page."""
    revision = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"Portfolio of {self.user}"

    def save(self, **options: Any) -> None:
        self.revision += 1
        self.changed_at = timezone.now()
        super().save(**options)

    @property
    def etag(self) -> str:
        """Changes with the name and with what is shown, too: a certificate may be revoked."""
        shown = self.items.filter(IS_SHOWN).count() if self.revision else 0
        return f'"{self.pk}-{self.revision}-{self.user.version}-{shown}"'


class PortfolioItem(models.Model):
    """A passed submission or a certificate, at its place."""

    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, blank=True)
    certificate = models.ForeignKey(Certificate, models.CASCADE, null=True, blank=True)
    shows_work = models.BooleanField(default=False)
    """Whether the texts and links that were handed in are shown too."""

    class Meta:
        ordering = ("portfolio", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("portfolio", "submission"), name="submission_shown_once"
            ),
            models.UniqueConstraint(
                fields=("portfolio", "certificate"), name="certificate_shown_once"
            ),
            models.CheckConstraint(
                condition=Q(submission=None) ^ Q(certificate=None), name="portfolio_item_of_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.portfolio}: {self.submission or self.certificate}"
