"""Users to whom a job sends something."""

from collections.abc import Collection

from django.db.models import Q

from core.access.selectors import active_memberships
from core.users.models import User
from ongoza_contracts.vocabulary import Role

RECIPIENT = "SELECT * FROM users_user WHERE id = %s AND is_active FOR KEY SHARE NOWAIT"


def active_recipient(user_id: int | None) -> User | None:
    """None for no user, one who does not exist, and one who is not active.

    Within a transaction the lock keeps the user from being deleted until its end, and nothing else
    waits for it. An erasure that holds the user is not waited for, because it waits for the job's
    row: the job fails then, and is tried again if its kind has attempts left.
    """
    return next(iter(User.objects.raw(RECIPIENT, [user_id])), None)


def directors_of(learner_id: int, *, without: Collection[int | None] = ()) -> list[int]:
    """The ids, in their order, of the active directors of the organizations and cohorts in which
    the learner is one; of the admins where there is none. Neither the learner nor `without`."""
    held = active_memberships().filter(user_id=learner_id, role=Role.LEARNER)
    organizations = held.exclude(organization=None).values("organization")
    cohorts = held.exclude(cohort_id=None).values("cohort_id")
    within = Q(organization__in=organizations) | Q(cohort_id__in=cohorts)
    directors = active_memberships().filter(within, role=Role.DIRECTOR).values("user_id")
    left_out = [learner_id, *(one for one in without if one is not None)]
    users = User.objects.filter(is_active=True).exclude(pk__in=left_out)
    ids = users.order_by("pk").values_list("pk", flat=True)
    return [*ids.filter(pk__in=directors)] or [*ids.filter(role=Role.ADMIN)]
