"""Other due times of single learners."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from core.access.selectors import reaches
from core.access.services import lock_users
from core.kit import clock
from core.kit.errors import DomainError, NotFound
from core.submissions.models import Extension
from core.submissions.selectors import known_mission
from core.users.models import User
from ongoza_contracts.access import Permission


class OwnExtension(DomainError):
    status = 403
    code = "own_extension"
    detail = "Nobody extends their own time."


class NotLater(DomainError):
    code = "not_later"
    detail = "until must be after the mission's due time, and the mission must have one."


class Granted(NamedTuple):
    extension: Extension
    is_new: bool


@transaction.atomic
def grant_extension(
    *, granted_by: User, mission_id: UUID, user_id: int, until: datetime
) -> Granted:
    """Let a learner hand in until then; a former extension of the learner's is replaced.

    Raises NotFound for a mission that was never published and for a learner whose work `granted_by`
    does not review, OwnExtension and NotLater.
    """
    if granted_by.pk == user_id:
        raise OwnExtension
    mission = known_mission(mission_id)
    if not reaches(granted_by, Permission.SUBMISSION_REVIEW, user_id):
        raise NotFound
    if mission.due_at is None or until <= mission.due_at:
        raise NotLater
    lock_users({user_id, granted_by.pk})
    extension, is_new = Extension.objects.update_or_create(
        mission=mission,
        user_id=user_id,
        defaults={"until": until, "granted_by": granted_by, "changed_at": clock.now()},
    )
    return Granted(extension, is_new)
