"""How far a learner came with an item, for what follows from its completion."""

from datetime import datetime
from typing import Any

from ongoza_contracts.http.progress import ProgressItem
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.vocabulary import ProgressStatus


def effective_state(progress: ProgressUpdated | ProgressItem) -> tuple[ProgressStatus, datetime]:
    """The status, and its time. A completed item stays completed while its learner takes it again:
    what follows from the completion, such as open prerequisites, is not taken back."""
    if progress.first_completed_at and progress.status is not ProgressStatus.COMPLETED:
        return ProgressStatus.COMPLETED, progress.first_completed_at
    return progress.status, progress.updated_at


def first_completion(progress: ProgressUpdated | ProgressItem) -> datetime | None:
    """When the item was completed first, or the time of the newest completion where that is not
    known; None for an item that was never completed."""
    if progress.status is ProgressStatus.COMPLETED:
        return progress.first_completed_at or progress.updated_at
    return progress.first_completed_at


def activity(progress: ProgressUpdated) -> dict[str, Any]:
    """The number of failures after which the item was tried again, and the weeks in which its
    learner was active on it; null where they were not counted.

    Not the failure of an item that failed last, nor of one that was reset since."""
    is_last = progress.status in (ProgressStatus.FAILED, ProgressStatus.NOT_STARTED)
    retried = progress.failures
    return {
        "retried": retried if retried is None else max(0, retried - is_last),
        "weeks": progress.active_weeks,
    }
