from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.kit.choices import enum_choices
from core.kit.versions import Versioned
from ongoza_contracts.certificates import CertificateState
from ongoza_contracts.event import uuid7


class Certificate(Versioned):
    """What a learner has of a completed enrolment. It keeps the name and title as printed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="certificates")
    enrolment = models.ForeignKey("cohorts.Enrolment", models.PROTECT, related_name="certificates")
    program_version = models.ForeignKey(
        "programs.ProgramVersion", models.PROTECT, related_name="certificates"
    )
    name = models.CharField(max_length=161)
    program_title = models.CharField(max_length=200)
    completed_on = models.DateField()
    by_check = models.PositiveSmallIntegerField()
    by_review = models.PositiveSmallIntegerField()
    by_staff = models.PositiveSmallIntegerField()
    state = models.CharField(
        max_length=16,
        choices=enum_choices(CertificateState),
        default=CertificateState.VALID.value,
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revocation_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("enrolment",),
                condition=Q(state=CertificateState.VALID.value),
                name="one_valid_certificate",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.program_title}"

    @property
    def evidence(self) -> str:
        """A sentence about who confirmed the required items."""
        counts = (
            (self.by_check, "automatic checks"),
            (self.by_review, "reviewers"),
            (self.by_staff, "staff"),
        )
        parts = [f"{number} by {who}" for number, who in counts if number]
        total = self.by_check + self.by_review + self.by_staff
        return f"Required items confirmed: {total} ({', '.join(parts)}). Self-reports do not count."


class SigningKey(models.Model):
    """A public key of credentials. What it signed can be verified while it is published."""

    thumbprint = models.CharField(max_length=43, primary_key=True)
    """Of RFC 7638."""
    jwk = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    """Set where the private half was disclosed: the key is not published any more."""

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"Key {self.thumbprint[:8]}"
