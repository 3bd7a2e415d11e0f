"""Facts about what learners have done."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import (
    ID_MAX,
    ContentId,
    ContentType,
    Percentage,
    ProgressSource,
    ProgressStatus,
    UserId,
    unit,
)

WEEK = timedelta(weeks=1)
ACTIVE_WEEKS_MAX = 26


def week_of(moment: datetime) -> date:
    """The Monday of the ISO week, in UTC."""
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


class ProgressUpdated(
    Fact,
    type="ongoza.progress.updated.v1",
    key=("user_id", "content_id"),
    partition="user_id",
    subjects=("user_id",),
):
    """A learner's progress on one item of content changed."""

    user_id: UserId
    """The learner's id in core."""
    content_id: ContentId
    """The id of the item of content."""
    content_type: ContentType
    """What kind of item it is."""
    status: ProgressStatus
    """How far the learner is in the present attempt."""
    completion_percentage: Percentage
    """How much of the item the learner has done in the present attempt."""
    score: Percentage | None = None
    """The last graded result, absent when nothing was graded."""
    best_score: Percentage | None = None
    """The highest graded result, of earlier attempts too, that is known by as strong a word as the
    completion (`completion_source`). Absent from older facts, also where they have a score."""
    attempt: Annotated[int, Field(ge=1, le=ID_MAX)] = 1
    """The number of the attempt that status, percentage and score are of. One above 1 follows a
    completion."""
    first_completed_at: AwareDatetime | None = None
    """When the item was completed first. A later attempt does not take that back. Absent from a
    completed item in facts that are older than this field."""
    source: ProgressSource = ProgressSource.SELF
    """By whose word status and score are known: those of this attempt."""
    completion_source: ProgressSource = ProgressSource.SELF
    """By whose word it is known that the item was completed, be it in an earlier attempt, and
    `best_score`. `self` before the first completion."""
    failures: Annotated[int, Field(ge=0, le=ID_MAX, json_schema_extra=unit("failures"))] | None = (
        None
    )
    """How often the item became `failed`, in all attempts. Absent where it was not counted from the
    beginning."""
    active_weeks: Annotated[tuple[date, ...], Field(max_length=ACTIVE_WEEKS_MAX)] | None = None
    """The weeks in which the learner's own reports or checks changed the item: their Mondays (ISO
    weeks, UTC), ascending, the newest 26. Absent where they were not recorded from the
    beginning."""
    created_at: AwareDatetime
    """When the learner's progress on the item was recorded first."""
    updated_at: AwareDatetime
    """When the progress changed last."""
