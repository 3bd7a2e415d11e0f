"""Everything that changes progress."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from core.kit import clock
from core.kit.errors import Conflict, DomainError
from core.kit.etags import IfMatch
from core.kit.versions import get_for_update, get_or_create_for_update
from core.outbox.publish import publish, publish_history
from core.programs.models import ContentItem, Program
from core.programs.selectors import UnknownContent
from core.programs.services import Retired
from core.progress import rules
from core.progress.models import Attempt, Progress
from core.progress.selectors import content_to_report, learner_to_record
from core.users.guardians import require_consent
from core.users.models import User
from ongoza_contracts.vocabulary import ContentType, ProgressSource, ProgressStatus


class WrongContentType(DomainError):
    code = "wrong_content_type"
    detail = "The item is of another content type."


class PrerequisitesMissing(Conflict):
    """Says which prerequisites the program requires first."""

    code = "prerequisites_missing"
    detail = "The program requires the items in missing_prerequisites to be completed first."

    def __init__(self, missing: list[str]) -> None:
        super().__init__()
        self.missing = missing


class NotCompleted(Conflict):
    code = "not_completed"
    detail = "Complete the item first: only then can it be taken again."


class OwnProgress(DomainError):
    status = 403
    code = "own_progress"
    detail = "Report your own progress at POST /api/v1/progress/."


class State(TypedDict, total=False):
    """The fields of a report; those that it leaves out are not changed."""

    status: ProgressStatus
    completion_percentage: float
    score: float | None
    metadata: dict[str, Any]


class ReportOutcome(NamedTuple):
    progress: Progress
    created: bool
    missing_prerequisites: Sequence[str]


@transaction.atomic
def report_progress(
    *,
    user: User,
    content_id: str,
    content_type: ContentType,
    reported_at: datetime | None = None,
    source: ProgressSource = ProgressSource.SELF,
    **state: Unpack[State],
) -> ReportOutcome:
    """Record how far `user` is with an item. Returns the record, whether it is new, and the ids of
    the prerequisites that `user` has not completed.

    `state` holds status and may hold completion_percentage, score and metadata: what is left out
    stays as it was. A report that was made (`reported_at`) before the newest one by as strong a
    source changes nothing. One without a time counts as made now, but by no stronger source it
    lowers nothing of an item in progress.

    Raises programs' UnknownContent, WrongContentType, PrerequisitesMissing, ContradictoryProgress,
    AlreadyCompleted, NeedsQuiz and NeedsReview.
    """
    content, missing = content_to_report(user.pk, content_id)
    if content.content_type != content_type:
        raise WrongContentType
    progress = get_or_create_for_update(
        Progress.objects.filter(user=user, content=content),
        Progress(user=user, content=content, status=ProgressStatus.NOT_STARTED),
    )
    progress.content = content
    created = progress.version == 0
    if created:
        _refuse_start(content, missing)
    elif rules.is_older(progress, reported_at, source):
        return ReportOutcome(progress, False, missing)
    may_lower = reported_at is not None or rules.is_stronger(source, progress.source)
    _change(progress, state, source, reported_at, may_lower=may_lower)
    return ReportOutcome(progress, created, missing)


@transaction.atomic
def import_report(
    *,
    user: User,
    content: ContentItem,
    reported_at: datetime,
    source: ProgressSource,
    **state: Unpack[State],
) -> tuple[Progress, int]:
    """Bring in one report of a past elsewhere. Returns the record and the version it had before.

    As `report_progress` does, but of retired items and of those whose prerequisites are missing
    too; a completion is dated to the report. Raises ContradictoryProgress, AlreadyCompleted,
    NeedsQuiz and NeedsReview.
    """
    at = min(reported_at, timezone.now())
    progress = get_or_create_for_update(
        Progress.objects.filter(user=user, content=content),
        Progress(user=user, content=content, status=ProgressStatus.NOT_STARTED, created_at=at),
    )
    progress.content, version = content, progress.version
    if not version or not rules.is_older(progress, at, source):
        _change(progress, state, source, at, may_lower=True)
    return progress, version


def record_progress(
    *,
    caller: User,
    user_id: int,
    content_id: str,
    content_type: ContentType,
    reported_at: datetime | None = None,
    **state: Unpack[State],
) -> ReportOutcome:
    """Record a learner's progress on the word of `caller`, as `report_progress` does.

    Raises NotFound, OwnProgress, what `require_consent` raises for the learner, and what
    `report_progress` does.
    """
    if caller.pk == user_id:
        raise OwnProgress
    learner = learner_to_record(caller, user_id)
    require_consent(learner)
    return report_progress(
        user=learner,
        content_id=content_id,
        content_type=content_type,
        reported_at=reported_at,
        source=ProgressSource.STAFF,
        **state,
    )


@transaction.atomic
def revise_progress(
    *, user: User, progress_id: int, if_match: IfMatch | None = None, **state: Unpack[State]
) -> Progress:
    """Change fields of a record of one's own; it may lower what is in progress.

    Raises NotFound, PreconditionFailed, AttestedCompletion, ContradictoryProgress,
    AlreadyCompleted, NeedsQuiz and NeedsReview.
    """
    rows = Progress.objects.filter(pk=progress_id, user=user)
    progress = get_for_update(rows, if_match=if_match)
    rules.refuse_attested(progress, state)
    return _change(progress, state, ProgressSource.SELF, None, may_lower=True)


@transaction.atomic
def start_attempt(*, user: User, progress_id: int) -> Progress:
    """Take a completed item again; the finished attempt stays readable.

    Raises NotFound, NotCompleted and Retired.
    """
    progress = get_for_update(Progress.objects.filter(pk=progress_id, user=user))
    if progress.status != ProgressStatus.COMPLETED:
        raise NotCompleted
    if progress.content.retired:
        raise Retired
    finished = _store_attempt(progress)
    now = timezone.now()
    progress.attempt += 1
    progress.status, progress.source = ProgressStatus.IN_PROGRESS, ProgressSource.SELF
    progress.completion_percentage, progress.score = 0, None
    progress.first_completed_at = progress.first_completed_at or finished.completed_at
    # Reports of the finished attempt, whoever made them, are outdated.
    progress.begun_at = progress.reported_at = progress.attested_at = now
    progress.completed_at = None
    progress.active_weeks = rules.with_week(progress.active_weeks, now)
    publish(progress)
    return progress


def _store_attempt(progress: Progress) -> Attempt:
    completed_at = progress.completed_at or progress.updated_at
    return Attempt.objects.create(
        progress=progress,
        number=progress.attempt,
        source=progress.source,
        score=progress.score,
        completion_percentage=progress.completion_percentage,
        begun_at=progress.begun_at or min(progress.created_at, completed_at),
        completed_at=completed_at,
    )


@dataclass(frozen=True, kw_only=True)
class Step:
    """One report of a past that is brought in from elsewhere."""

    content_id: str
    status: ProgressStatus
    completion_percentage: float
    score: float | None
    at: datetime
    source: ProgressSource = ProgressSource.SELF


@transaction.atomic
def import_history(*, user: User, steps: Iterable[Step]) -> None:
    """Bring in what a learner did before, oldest first: each step a version and a fact.

    For a learner who has none of these items yet: IntegrityError otherwise. Raises
    ContradictoryProgress, NeedsQuiz and NeedsReview.
    """
    publish_history(_changes(user, list(steps)))


def _changes(user: User, steps: list[Step]) -> Iterator[tuple[Progress, datetime]]:
    """The record of each step's item, changed by the step."""
    items = ContentItem.objects.in_bulk({s.content_id for s in steps}, field_name="content_id")
    records: dict[str, Progress] = {}
    for step in steps:
        new = Progress(user=user, content=items[step.content_id], created_at=step.at)
        record = records.setdefault(step.content_id, new)
        before = rules.published_state(record)
        rules.refuse_unchecked_completion(record, step.status, step.source)
        for name in rules.STATE:
            setattr(record, name, getattr(step, name))
        rules.refuse_contradictions(record)
        rules.derive(record, before, step.source, step.at)
        rules.set_report_times(record, step.source, step.at)
        yield record, step.at


def _refuse_start(content: ContentItem, missing: list[str]) -> None:
    """Refuse the first report of an item that is not offered, or not yet."""
    if content.retired:
        raise UnknownContent
    if missing and content.program.prerequisites_policy == Program.PrerequisitesPolicy.REQUIRE:
        raise PrerequisitesMissing(missing)


def _change(
    progress: Progress,
    state: State,
    source: ProgressSource,
    reported_at: datetime | None,
    *,
    may_lower: bool,
) -> Progress:
    before, now = rules.published_state(progress), clock.now()
    at = min(reported_at or now, now)
    rules.refuse_undoing(progress, state.get("status"))
    rules.refuse_unchecked_completion(progress, state.get("status"), source)
    if _assign(progress, state, source):
        rules.set_report_times(progress, source, at)
    rules.refuse_contradictions(progress)
    if not may_lower:
        rules.keep_higher(progress, before)
    rules.derive(progress, before, source, at)
    if progress.version and before == rules.published_state(progress):
        # Nothing that is published changed: no new version, no fact.
        progress.save(update_fields=Progress.unversioned)
        return progress
    publish(progress)
    return progress


def _assign(progress: Progress, state: State, source: ProgressSource) -> bool:
    """Set the fields of a report, and return whether any of them is of the state.

    Of a completion by a stronger word it sets no state. By a stronger word it leaves no score of
    a weaker one.
    """
    values = {**rules.implied(state.get("status")), **state}
    if rules.is_attested(progress, source):
        values = {name: value for name, value in values.items() if name not in rules.STATE}
    elif rules.is_stronger(source, progress.source):
        values = {"score": None, **values}
    for name, value in values.items():
        setattr(progress, name, value)
    return not values.keys().isdisjoint(rules.STATE)
