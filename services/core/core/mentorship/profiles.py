"""Everything that changes mentors' profiles."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from core.access.selectors import roles_of
from core.kit.errors import NotFound
from core.kit.limits import lock_parent
from core.mentorship.models import AvailabilityOverride, AvailabilityRule, MentorProfile
from core.mentorship.selectors import visible_profile
from core.users.models import User
from ongoza_contracts.vocabulary import Role


class RuleSpec(NamedTuple):
    weekday: int
    starts: time
    ends: time


class OverrideSpec(NamedTuple):
    date: date
    starts: time | None
    ends: time | None


def set_profile(
    *,
    user: User,
    mentor_id: int,
    rules: Sequence[RuleSpec],
    overrides: Sequence[OverrideSpec],
    **columns: Any,
) -> MentorProfile:
    """Create or replace the profile of a mentor, who is the user. Sessions that are booked stay.

    Raises NotFound for a profile of somebody else, PermissionDenied for a user who is no mentor,
    and Busy.
    """
    if mentor_id != user.pk:
        raise NotFound
    if Role.MENTOR not in roles_of(user):
        raise PermissionDenied
    with lock_parent(User.objects.filter(pk=user.pk)):
        values = {**columns, "updated_at": timezone.now()}
        profile, _ = MentorProfile.objects.update_or_create(user=user, defaults=values)
        profile.rules.all().delete()
        profile.overrides.all().delete()
        AvailabilityRule.objects.bulk_create(
            AvailabilityRule(profile=profile, **one._asdict()) for one in rules
        )
        AvailabilityOverride.objects.bulk_create(
            AvailabilityOverride(profile=profile, **one._asdict()) for one in overrides
        )
        return visible_profile(user, user.pk)
