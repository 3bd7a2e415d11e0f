"""Everything that changes progress."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction

from core.kit.errors import Conflict, DomainError
from core.kit.etags import IfMatch
from core.kit.versions import get_for_update, get_or_create_for_update
from core.outbox.publish import publish, publish_history
from core.programs.models import ContentItem
from core.programs.selectors import offered_content
from core.progress.models import Progress
from core.users.models import User
from ongoza_contracts.vocabulary import ContentType, ProgressStatus

# What counts as a change: the rest of a record is the client's own or never changes.
PUBLISHED = ("status", "completion_percentage", "score")


class WrongContentType(DomainError):
    code = "wrong_content_type"
    detail = "The item is of another content type."


class AlreadyCompleted(Conflict):
    code = "already_completed"
    detail = "What is completed stays completed."


class ContradictoryProgress(DomainError):
    code = "contradictory_progress"
    detail = "Completed means 100 percent, not started means 0 percent and no score."


class State(TypedDict, total=False):
    """The fields of a report; those that it leaves out are not changed."""

    status: ProgressStatus
    completion_percentage: float
    score: float | None
    metadata: dict[str, Any]


@transaction.atomic
def report_progress(
    *, user: User, content_id: str, content_type: ContentType, **state: Unpack[State]
) -> tuple[Progress, bool]:
    """Record how far `user` is with an item. Returns the record and whether it is new.

    `state` holds status and may hold completion_percentage, score and metadata: what is left out
    stays as it was. Raises programs' UnknownContent, WrongContentType, ContradictoryProgress and
    AlreadyCompleted.
    """
    content = offered_content(content_id)
    if content.content_type != content_type:
        raise WrongContentType
    progress = get_or_create_for_update(
        Progress.objects.filter(user=user, content=content),
        Progress(user=user, content=content, status=ProgressStatus.NOT_STARTED),
    )
    progress.content = content
    created = progress.version == 0
    return _change(progress, state), created


@transaction.atomic
def revise_progress(
    *, user: User, progress_id: int, if_match: IfMatch | None = None, **state: Unpack[State]
) -> Progress:
    """Change fields of a record of one's own.

    Raises NotFound, PreconditionFailed and what `report_progress` does.
    """
    rows = Progress.objects.filter(pk=progress_id, user=user)
    return _change(get_for_update(rows, if_match=if_match), state)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One report of a past that is brought in from elsewhere."""

    content_id: str
    status: ProgressStatus
    completion_percentage: float
    score: float | None
    at: datetime


@transaction.atomic
def import_history(*, user: User, steps: Iterable[Step]) -> None:
    """Bring in what a learner did before, oldest first: each step a version and a fact.

    For a learner who has none of these items yet: IntegrityError otherwise. Raises
    ContradictoryProgress.
    """
    publish_history(_changes(user, list(steps)))


def _changes(user: User, steps: list[Step]) -> Iterator[tuple[Progress, datetime]]:
    """The record of each step's item, changed by the step."""
    items = ContentItem.objects.in_bulk({s.content_id for s in steps}, field_name="content_id")
    records: dict[str, Progress] = {}
    for step in steps:
        new = Progress(user=user, content=items[step.content_id], created_at=step.at)
        record = records.setdefault(step.content_id, new)
        for name in PUBLISHED:
            setattr(record, name, getattr(step, name))
        _refuse_contradictions(record)
        yield record, step.at


def _change(progress: Progress, state: State) -> Progress:
    before = {name: getattr(progress, name) for name in PUBLISHED}
    if before["status"] == ProgressStatus.COMPLETED != state.get("status", before["status"]):
        raise AlreadyCompleted
    for name, value in {**_implied(state.get("status")), **state}.items():
        setattr(progress, name, value)
    _refuse_contradictions(progress)
    if progress.version and before == {name: getattr(progress, name) for name in PUBLISHED}:
        # Nothing that is published changed: no new version, no fact.
        progress.save(update_fields=["metadata"])
        return progress
    publish(progress)
    return progress


def _implied(status: str | None) -> dict[str, Any]:
    match status:
        case ProgressStatus.COMPLETED:
            return {"completion_percentage": 100.0}
        case ProgressStatus.NOT_STARTED:
            return {"completion_percentage": 0.0, "score": None}
    return {}


def _refuse_contradictions(progress: Progress) -> None:
    percentage, score = progress.completion_percentage, progress.score
    match progress.status:
        case ProgressStatus.COMPLETED if percentage != 100:
            raise ContradictoryProgress
        case ProgressStatus.NOT_STARTED if percentage != 0 or score is not None:
            raise ContradictoryProgress
