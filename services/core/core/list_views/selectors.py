"""Reads of what the caller dismissed."""

from django.db.models import QuerySet

from core.list_views.models import Dismissal
from core.users.models import User
from ongoza_contracts.list_views import DismissalKind


def dismissals_of(caller: User, kind: DismissalKind | None) -> QuerySet[Dismissal]:
    """What the caller dismissed and did not take back, oldest first."""
    rows = Dismissal.objects.filter(user=caller, dismissed=True)
    return rows.filter(kind=kind) if kind else rows
