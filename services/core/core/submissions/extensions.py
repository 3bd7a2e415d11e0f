"""Other due times of single learners."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core.access.selectors import reaches
from core.access.services import lock_users
from core.kit import clock
from core.kit.errors import DomainError, NotFound
from core.missions.models import Mission
from core.notifications.services import notify
from core.outbox.publish import publish
from core.submissions.lateness import VERSION, Lateness
from core.submissions.models import Extension, Submission
from core.submissions.notifications import EXTENSION_GRANTED
from core.submissions.selectors import known_mission
from core.submissions.services import lateness_at
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.submissions import SubmissionState

WITHOUT_SCORE = (
    SubmissionState.SUBMITTED,
    SubmissionState.IN_REVIEW,
    SubmissionState.CHANGES_REQUESTED,
)
"""The states of what was handed in and may still get a score, or an attempt that does."""


class OwnExtension(DomainError):
    status = 403
    code = "own_extension"
    detail = "Nobody extends their own time."


class NotLater(DomainError):
    code = "not_later"
    detail = "until must be after the mission's due time, and the mission must have one."


@transaction.atomic
def grant_extension(
    *, granted_by: User, mission_id: UUID, user_id: int, until: datetime
) -> tuple[Extension, bool]:
    """Let a learner hand in until then, and notify them; a former extension of the learner's is
    replaced. What they have handed in already and has no score yet is less late at once. Returns
    the extension, and whether it is the first.

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
    _lower_lateness(mission, user_id)
    subject, version = str(extension.pk), int(until.timestamp())
    notify(user_id=user_id, kind=EXTENSION_GRANTED, subject=subject, version=version)
    return extension, is_new


def _lower_lateness(mission: Mission, user_id: int) -> None:
    """Publish the attempts that are less late by the learner's extension, those that make requested
    changes with the first of their chain. None becomes later by a shorter one."""
    found: dict[UUID, Lateness] = {}
    attempts = Submission.objects.filter(mission=mission, user=user_id, state__in=WITHOUT_SCORE)
    for one in attempts.select_for_update(no_key=True).order_by("attempt"):
        now = found.get(one.previous_id) if one.previous_id else None
        if now is None and one.submitted_at is not None:
            now = lateness_at(one.submitted_at, user_id, mission)
        if now is None:
            continue
        found[one.pk] = now
        if now.minutes < one.late_minutes:
            one.late_minutes, one.late_policy_version = now.minutes, VERSION
            one.late_deduction = min(one.late_deduction, now.deduction)
            publish(one)
