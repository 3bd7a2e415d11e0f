from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from core.kit.choices import enum_choices
from ongoza_contracts.event import uuid7
from ongoza_contracts.vocabulary import Role


class Organization(models.Model):
    """A school, employer or partner whose members learn here, and which may sponsor them."""

    class Kind(models.TextChoices):
        SCHOOL = "school"
        EMPLOYER = "employer"
        PARTNER = "partner"

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name

    @property
    def etag(self) -> str:
        """Organizations have no version: the time of the last change stands in for it."""
        return f'"{self.pk}-{self.updated_at.timestamp():.6f}"'


class Invitation(models.Model):
    """That a person with this e-mail address may hold a role in an organization.

    It holds an address, so it is deleted with the person's account, and some time after its end.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        REVOKED = "revoked"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=16, choices=enum_choices(Role))
    until = models.DateTimeField(null=True, blank=True)
    """When the membership ends that follows from the invitation."""
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    token_hash = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  (no token is not a text)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.OPEN)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "email"),
                condition=Q(status="open"),
                name="one_open_invitation_of_an_address",
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="invitations_email_is_lower_case"
            ),
        )
        indexes = (
            models.Index("email", name="invitations_by_email"),
            models.Index(
                "expires_at", condition=Q(status="open"), name="invitations_by_expires_at"
            ),
            models.Index("ended_at", condition=~Q(ended_at=None), name="invitations_by_ended_at"),
        )

    def __str__(self) -> str:
        return f"{self.email} as {self.role} in {self.organization}, {self.status}"
