"""The people who answer for a learner: directors of the learner's organizations and cohorts."""

from collections.abc import Collection

from django.db.models import Q

from core.access.selectors import active_memberships, extent, learners_within
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.vocabulary import Role


def managers_of(learner_id: int, besides: Collection[int | None] = ()) -> list[int]:
    """The active directors of the organizations and cohorts in which the learner is one; where
    there is none, the admins. By their ids."""
    held = active_memberships().filter(user_id=learner_id, role=Role.LEARNER)
    organizations = held.exclude(organization=None).values("organization")
    cohorts = held.exclude(cohort_id=None).values("cohort_id")
    there = Q(organization__in=organizations) | Q(cohort_id__in=cohorts)
    directors = active_memberships().filter(there, role=Role.DIRECTOR).values("user_id")
    users = User.objects.filter(is_active=True).exclude(pk__in=[one for one in besides if one])
    ids = users.order_by("pk").values_list("pk", flat=True)
    return [*ids.filter(pk__in=directors)] or [*ids.filter(role=Role.ADMIN)]


def about_managed_learners(caller: User, column: str) -> Q:
    """The rows whose `column` holds a learner about whom the caller decides; all for an admin."""
    found = extent(caller, Permission.CONDUCT_MANAGE)
    if found.everyone:
        return Q(pk__isnull=False)
    return Q(**{f"{column}__in": learners_within(found).values("user_id")})
