"""Lists that learners were shown, and what they dismissed."""

from django.conf import settings
from django.db import models

from core.kit.choices import enum_choices
from core.kit.versions import Versioned
from ongoza_contracts.event import uuid7
from ongoza_contracts.list_views import DismissalKind, ListSurface


class ListView(Versioned):
    """A list that was shown to a learner: the entity that is published."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="list_views")
    view_id = models.UUIDField()
    """Chosen by the client."""
    surface = models.CharField(max_length=16, choices=enum_choices(ListSurface))
    items = models.JSONField()
    """Of each item `content_id`, `place` and `opened`, in the order of places."""

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("user", "view_id"), name="one_list_view"),)

    def __str__(self) -> str:
        return f"{self.user}: {self.get_surface_display()}, {self.created_at:%Y-%m-%d %H:%M}"


class Dismissal(Versioned):
    """That a learner dismissed something: the entity that is published.

    What was taken back keeps its row, because versions must go on rising.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="dismissals")
    kind = models.CharField(max_length=16, choices=enum_choices(DismissalKind))
    target = models.CharField(max_length=64)
    dismissed = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("user", "kind", "target"), name="one_dismissal"),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()} {self.target}"
