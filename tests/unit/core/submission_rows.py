"""Missions and attempts for tests, made through the services."""

from typing import Any

from django.db import transaction

from core.missions.models import Mission
from core.outbox.models import FactHistory
from core.outbox.publish import publish
from core.progress.models import Progress
from core.submissions.artifacts import add_artifact
from core.submissions.models import Submission
from core.submissions.services import (
    begin_review,
    record_outcome,
    start_attempt,
    submit,
    withdraw,
)
from core.users.models import User
from ongoza_contracts.missions import MissionState
from ongoza_contracts.submissions import SubmissionState
from tests.unit.core.mission_rows import published_mission
from tests.unit.core.world import Caller, item

TEXT = "I closed every port but 443, and wrote a rule for each that was open before I began."


def mission(content_id: str = "mission-1", **changes: Any) -> Mission:
    """A published one with its item, which a review completes."""
    content = item(content_id, completed_by="review")
    with transaction.atomic():
        return published_mission(content=content, state=MissionState.PUBLISHED, **changes)


def change(row: Mission | Submission, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    with transaction.atomic():
        publish(row)


def drafted(user: User, row: Mission, *texts: str) -> Submission:
    """A draft with texts."""
    draft = start_attempt(user=user, mission_id=row.pk)
    for text in texts or (TEXT,):
        add_artifact(user=user, submission_id=draft.pk, kind="text", text=text)
    return draft


def submitted(user: User, row: Mission, *texts: str) -> Submission:
    return submit(user=user, submission_id=drafted(user, row, *texts).pk)


def decided(user: User, row: Mission, state: SubmissionState, score: float = 80) -> Submission:
    """An attempt that was handed in and reviewed."""
    found = begin_review(submission_id=submitted(user, row).pk)
    is_score = state != SubmissionState.CHANGES_REQUESTED
    return record_outcome(submission=found, state=state, score=score if is_score else None)


def in_state(user: User, row: Mission, state: str) -> Submission:
    """An attempt that came to a state by the actions that lead there."""
    match state:
        case SubmissionState.DRAFT:
            return drafted(user, row)
        case SubmissionState.SUBMITTED:
            return submitted(user, row)
        case SubmissionState.IN_REVIEW:
            return begin_review(submission_id=submitted(user, row).pk)
        case SubmissionState.WITHDRAWN:
            return withdraw(user=user, submission_id=submitted(user, row).pk)
        case _:
            return decided(user, row, SubmissionState(state))


def path(row: Mission) -> str:
    return f"missions/{row.pk}/submissions/"


def act(caller: Caller, submission: Submission, action: str) -> Any:
    return caller.call("POST", f"submissions/{submission.pk}/{action}/")


def everything() -> list[Any]:
    """What a refusal must leave as it is."""
    rows = [[*model.objects.order_by("pk").values()] for model in (Submission, Progress)]
    return [*rows, FactHistory.objects.count()]
