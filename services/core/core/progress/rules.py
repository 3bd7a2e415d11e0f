"""What a report may change, and what follows from it. Nothing here reads or writes rows."""

from datetime import datetime
from typing import Any

from core.kit.errors import Conflict, DomainError
from core.progress.models import Progress
from ongoza_contracts.vocabulary import ProgressSource, ProgressStatus

STATE = ("status", "completion_percentage", "score")
# What counts as a change: the rest of a record is the client's own or never changes.
PUBLISHED = (*STATE, "best_score", "source", "first_completed_at")


class AlreadyCompleted(Conflict):
    code = "already_completed"
    detail = "What is completed stays completed."


class ContradictoryProgress(DomainError):
    code = "contradictory_progress"
    detail = "Completed means 100 percent, not started means 0 percent and no score."


def published_state(progress: Progress) -> dict[str, Any]:
    return {name: getattr(progress, name) for name in PUBLISHED}


def is_older(progress: Progress, reported_at: datetime | None) -> bool:
    """Whether a report was made before the record's newest one. One without a time is new."""
    return reported_at is not None and reported_at < (progress.reported_at or progress.updated_at)


def refuse_undoing(progress: Progress, status: str | None) -> None:
    """Raises AlreadyCompleted for another status of a completed item."""
    if progress.status == ProgressStatus.COMPLETED != (status or progress.status):
        raise AlreadyCompleted(
            "What is completed stays completed. To take it again, POST to "
            f"/api/v1/progress/{progress.pk}/attempts/."
        )


def is_vouched_for(progress: Progress, source: ProgressSource) -> bool:
    """Whether a self-report may not change it: it was completed by another's word."""
    completed = progress.status == ProgressStatus.COMPLETED
    return completed and progress.source != ProgressSource.SELF == source


def implied(status: str | None) -> dict[str, Any]:
    """The fields that follow from a status unless the report has them."""
    match status:
        case ProgressStatus.COMPLETED:
            return {"completion_percentage": 100.0}
        case ProgressStatus.NOT_STARTED:
            return {"completion_percentage": 0.0, "score": None}
    return {}


def refuse_contradictions(progress: Progress) -> None:
    percentage, score = progress.completion_percentage, progress.score
    match progress.status:
        case ProgressStatus.COMPLETED if percentage != 100:
            raise ContradictoryProgress
        case ProgressStatus.NOT_STARTED if percentage != 0 or score is not None:
            raise ContradictoryProgress


def keep_higher(progress: Progress, before: dict[str, Any]) -> None:
    """Undo that an item in progress fell: its report may be a late one."""
    is_running = progress.status in (ProgressStatus.NOT_STARTED, ProgressStatus.IN_PROGRESS)
    is_less = progress.completion_percentage < before["completion_percentage"]
    if before["status"] == ProgressStatus.IN_PROGRESS and is_running and is_less:
        if progress.status == ProgressStatus.NOT_STARTED:
            progress.score = before["score"]
        progress.status = before["status"]
        progress.completion_percentage = before["completion_percentage"]


def derive(
    progress: Progress, before: dict[str, Any], source: ProgressSource, now: datetime
) -> None:
    """Set the columns that follow from a change of the state."""
    scores = (progress.best_score, before["score"], progress.score)
    progress.best_score = max((one for one in scores if one is not None), default=None)
    _set_source(progress, before, source)
    is_completed = progress.status == ProgressStatus.COMPLETED
    if is_completed and before["status"] != ProgressStatus.COMPLETED:
        progress.completed_at = now
        progress.first_completed_at = progress.first_completed_at or now


def _set_source(progress: Progress, before: dict[str, Any], source: ProgressSource) -> None:
    """A self-report lowers no evidence, and after the first completion only another one counts."""
    was_completed = before["first_completed_at"] or before["status"] == ProgressStatus.COMPLETED
    is_same = all(getattr(progress, name) == before[name] for name in STATE)
    if source == ProgressSource.SELF and (was_completed or is_same):
        return
    if was_completed and progress.status != ProgressStatus.COMPLETED:
        return
    progress.source = source
