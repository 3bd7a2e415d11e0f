"""Rows about the learners whom a caller manages."""

from django.db.models import Q

from core.access.selectors import extent, learners_within
from core.users.models import User
from ongoza_contracts.access import Permission


def about_managed_learners(caller: User, column: str) -> Q:
    """The rows whose `column` holds a learner about whom the caller decides; all for an admin."""
    found = extent(caller, Permission.CONDUCT_MANAGE)
    if found.everyone:
        return Q(pk__isnull=False)
    return Q(**{f"{column}__in": learners_within(found).values("user_id")})
