"""What a report may change, and what follows from it. Nothing here reads or writes rows."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from core.kit.errors import Conflict, DomainError
from core.programs.models import CompletedBy
from core.progress.models import Progress
from ongoza_contracts.progress import ACTIVE_WEEKS_MAX, week_of
from ongoza_contracts.vocabulary import ProgressSource, ProgressStatus

OWN_SOURCES = (ProgressSource.SELF, ProgressSource.CHECK)
"""Their reports come from what the learner does; reviewers and staff report later."""
STATE = ("status", "completion_percentage", "score")
# What counts as a change: the rest of a record is the client's own or never changes.
PUBLISHED = (*STATE, "best_score", "source", "completion_source", "first_completed_at")


class AlreadyCompleted(Conflict):
    code = "already_completed"
    detail = "What is completed stays completed."


class AttestedCompletion(Conflict):
    code = "attested_completion"


class NeedsQuiz(Conflict):
    code = "needs_quiz"
    detail = "The item is completed by passing its quiz."


class NeedsReview(Conflict):
    code = "needs_review"
    detail = "The mission is completed by a review."


class ContradictoryProgress(DomainError):
    code = "contradictory_progress"
    detail = "Completed means 100 percent, not started means 0 percent and no score."


def published_state(progress: Progress) -> dict[str, Any]:
    return {name: getattr(progress, name) for name in PUBLISHED}


def is_stronger(source: str, than: str) -> bool:
    """Whether `source` is another's word and `than` the learner's own."""
    return than == ProgressSource.SELF != source


def is_older(progress: Progress, reported_at: datetime | None, source: ProgressSource) -> bool:
    """Whether a report was made before the newest one of the same or a stronger source. One
    without a time is new."""
    newest = progress.attested_at
    if source == ProgressSource.SELF:
        newest = progress.reported_at or progress.updated_at
    return bool(reported_at and newest and reported_at < newest)


def refuse_undoing(progress: Progress, status: str | None) -> None:
    """Raises AlreadyCompleted for another status of a completed item."""
    if progress.status == ProgressStatus.COMPLETED != (status or progress.status):
        raise AlreadyCompleted(
            "What is completed stays completed. To take it again, POST to "
            f"/api/v1/progress/{progress.pk}/attempts/."
        )


def refuse_attested(progress: Progress, state: Collection[str]) -> None:
    """Raises AttestedCompletion where its learner would change an attested completion."""
    if is_attested(progress, ProgressSource.SELF) and not {*STATE}.isdisjoint(state):
        raise AttestedCompletion(
            f"The completion is known by another's word ({progress.source}): change metadata "
            f"alone, or take the item again by POST to /api/v1/progress/{progress.pk}/attempts/."
        )


def is_attested(progress: Progress, source: ProgressSource) -> bool:
    """Whether a report does not change it: it was completed by a stronger word."""
    completed = progress.status == ProgressStatus.COMPLETED
    return completed and is_stronger(progress.source, source)


def refuse_unchecked_completion(
    progress: Progress, status: str | None, source: ProgressSource
) -> None:
    """Raises NeedsQuiz and NeedsReview where the learner's word would complete an item that is
    completed by another's."""
    completes = status == ProgressStatus.COMPLETED != progress.status
    if not completes or source != ProgressSource.SELF:
        return
    match progress.content.completed_by:
        case CompletedBy.CHECK:
            raise NeedsQuiz
        case CompletedBy.REVIEW:
            raise NeedsReview


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
    if before["status"] != ProgressStatus.IN_PROGRESS:
        return
    if progress.status == ProgressStatus.NOT_STARTED:
        progress.status, progress.score = before["status"], before["score"]
    higher = max(progress.completion_percentage, before["completion_percentage"])
    progress.completion_percentage = higher


def set_report_times(progress: Progress, source: ProgressSource, at: datetime) -> None:
    """Note that a report made `at` a time set the state; an older one does not put time back."""
    progress.reported_at = max(at, progress.reported_at or at)
    if source != ProgressSource.SELF:
        progress.attested_at = at


def derive(
    progress: Progress, before: dict[str, Any], source: ProgressSource, at: datetime
) -> None:
    """Set the columns that follow from a change of the state that was reported `at` a time."""
    is_completed = progress.status == ProgressStatus.COMPLETED
    _set_sources(progress, before, source)
    _set_best_score(progress, before, source)
    _count(progress, before, source, at)
    if is_completed and before["status"] != ProgressStatus.COMPLETED:
        progress.completed_at = max(at, progress.begun_at or at)
        progress.first_completed_at = progress.first_completed_at or progress.completed_at


def with_week(weeks: list[date] | None, at: datetime) -> list[date] | None:
    """The weeks with that of `at`; None where they were not recorded from the beginning."""
    if weeks is None:
        return None
    return sorted({*weeks, week_of(at)})[-ACTIVE_WEEKS_MAX:]


def _count(
    progress: Progress, before: dict[str, Any], source: ProgressSource, at: datetime
) -> None:
    """Count a failure, and note the week of what the learner did."""
    if all(getattr(progress, name) == before[name] for name in STATE):
        return
    if source in OWN_SOURCES:
        progress.active_weeks = with_week(progress.active_weeks, at)
    failed = progress.status == ProgressStatus.FAILED != before["status"]
    if failed and progress.failures is not None:
        progress.failures += 1


def _set_sources(progress: Progress, before: dict[str, Any], source: ProgressSource) -> None:
    """A self-report that says nothing new leaves the word of another."""
    if source == ProgressSource.SELF and all(getattr(progress, n) == before[n] for n in STATE):
        return
    progress.source = source
    if source != ProgressSource.SELF and progress.status == ProgressStatus.COMPLETED:
        progress.completion_source = source


def _set_best_score(progress: Progress, before: dict[str, Any], source: ProgressSource) -> None:
    """Keep the highest score that is known by as strong a word as the completion."""
    if is_stronger(progress.completion_source, source):
        return
    scores = [progress.score]
    if progress.completion_source == ProgressSource.SELF:
        scores.append(before["score"])  # of a row that is older than `best_score`
    if not is_stronger(progress.completion_source, before["completion_source"]):
        scores.append(before["best_score"])
    progress.best_score = max((one for one in scores if one is not None), default=None)
