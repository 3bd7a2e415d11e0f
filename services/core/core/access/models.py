from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.kit.choices import enum_choices
from core.kit.versions import Versioned
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.event import uuid7
from ongoza_contracts.vocabulary import Role

ID_COLUMN = {
    ScopeKind.ORGANIZATION: "organization",
    ScopeKind.COHORT: "cohort_id",
    ScopeKind.LEARNER: "learner",
}


class Membership(Versioned):
    """The role that a user holds in a scope, and until when.

    A revoked membership stays, for its version; granting the same role there again continues it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=enum_choices(Role))
    scope = models.CharField(max_length=16, choices=enum_choices(ScopeKind))
    organization = models.ForeignKey(
        "organizations.Organization", models.PROTECT, null=True, blank=True, related_name="+"
    )
    cohort_id: "models.UUIDField[UUID | None, UUID | None]" = models.UUIDField(
        null=True, blank=True
    )
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    until = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "role"),
                condition=Q(scope=ScopeKind.PLATFORM.value),
                name="one_membership_of_platform",
            ),
            *(
                models.UniqueConstraint(
                    fields=("user", "role", column),
                    condition=Q(scope=scope.value),
                    name=f"one_membership_of_{scope}",
                )
                for scope, column in ID_COLUMN.items()
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} ({self.get_scope_display()})"

    @property
    def is_ended(self) -> bool:
        """Whether it was revoked or has ended by time."""
        return self.revoked_at is not None or bool(self.until and self.until <= timezone.now())
