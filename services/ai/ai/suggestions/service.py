"""Suggestions on a draft or a submission: read from core, checked by rules, stored in core."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol, TypeVar

import asyncpg

from ai.embeddings.queue import EncoderBusy, EncoderQueue
from ai.kit.auth import Caller
from ai.kit.core_client import CoreCalls, CoreClient, CoreRefused, CoreUnavailable
from ai.kit.errors import NotFound
from ai.kit.fallback import deadline_in
from ai.kit.vectors import Matrix
from ai.suggestions.agreement import Agreements
from ai.suggestions.checks import (
    RULE_VERSION,
    Aim,
    Passage,
    Task,
    check_kinds,
    check_length,
    check_secrets,
    check_sections,
    check_similarity,
    embedded_passages,
)
from ai.suggestions.core_calls import (
    get_artifacts,
    get_exemplars,
    get_rubric,
    get_submission,
    get_task,
    put_suggestion,
)
from ai.suggestions.queries import load_agreements
from ongoza_contracts.http.suggestions import (
    EXEMPLARS_MIN,
    ArtifactItem,
    CheckSuggestion,
    FeedbackPart,
    MissionFeedback,
    MissionTask,
    SubmissionItem,
    SuggestionRecord,
)
from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.suggestions import CheckVerdict

READ_SECONDS, ENCODED_SECONDS, RECORD_SECONDS = 0.45, 0.75, 0.2
"""Reading from core, the end of the embeddings counted from the beginning, and storing in core:
together less than a second."""
READ_CHARACTERS = 200_000
"""Of the texts of the work; what follows is not looked at."""

T = TypeVar("T")

log = logging.getLogger(__name__)


class AgreementCache:
    """Keeps the agreement of the checks with reviews in memory."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self.last: Agreements = {}
        """Those of the last load; empty before."""

    async def refresh(self) -> bool:
        """Loads them again; True while there are no reviews to compare with."""
        self.last = await load_agreements(self._pool, RULE_VERSION)
        return not any(one.reviews for one in self.last.values())


class SuggestionResources(Protocol):
    """The resources that suggestions need."""

    @property
    def core(self) -> CoreClient: ...
    @property
    def encoder(self) -> EncoderQueue: ...
    @property
    def agreements(self) -> AgreementCache: ...


class Sources(NamedTuple):
    """What could be read; None where it could not."""

    artifacts: Sequence[ArtifactItem] | None
    task: Task | None
    exemplars: Sequence[str] | None


async def suggest(
    resources: SuggestionResources, caller: Caller, key: str, submission_id: str
) -> MissionFeedback:
    """Answers while core is unavailable, and says then what is missing.

    Raises NotFound for a submission of another mission, and CoreRefused for one that core does not
    show to the caller.
    """
    end = deadline_in(ENCODED_SECONDS)
    core = resources.core.as_caller(caller, budget=READ_SECONDS)
    service = resources.core.as_service(budget=READ_SECONDS)
    submission = await _or_none(get_submission(core, submission_id))
    if submission is None:
        return _feedback(resources, submission_id, (), [FeedbackPart.SUBMISSION])
    sources = await _read(core, service, submission, key)
    vectors = await _embed(resources.encoder, sources, end)
    # On a thread, so that the event loop answers other requests.
    suggestions = await asyncio.to_thread(_check, sources, vectors)
    known = resources.agreements.last
    suggestions = [
        one.model_copy(update={"agreement": known.get(one.check)}) for one in suggestions
    ]
    missing = [*_missing(sources, is_embedded=vectors is not None)]
    found = _feedback(resources, submission_id, suggestions, missing)
    if suggestions and await _as_service_or_none(_store(resources.core, submission, found)) is None:
        return found.model_copy(update={"missing": (*found.missing, FeedbackPart.RECORD)})
    return found


async def _read(
    core: CoreCalls, service: CoreCalls, submission: SubmissionItem, key: str
) -> Sources:
    artifacts, mission, exemplars = await asyncio.gather(
        _or_none(get_artifacts(core, submission.id)),
        _or_none(get_task(core, submission.mission)),
        _as_service_or_none(get_exemplars(service, str(submission.id))),
    )
    keys = {str(submission.mission), mission and mission.content_id}
    if mission and key not in keys:
        raise NotFound
    task = await _or_none(_task(core, submission, mission)) if mission else None
    texts = None if artifacts is None else [*_read_part(artifacts)]
    return Sources(texts, task, None if exemplars is None else exemplars.texts)


async def _task(core: CoreCalls, submission: SubmissionItem, mission: MissionTask) -> Task:
    """By the rubric of the submission, or by the subtasks of a mission without one."""
    version = submission.rubric_version or mission.rubric_version
    if not version:
        aims = [Aim(place, text) for place, text in enumerate(mission.subtasks, start=1)]
        return Task(aims, mission.objectives)
    rubric = await get_rubric(core, mission.id, version)
    aims = [Aim(one.position, one.title, one.description) for one in rubric.criteria]
    return Task(aims, (*mission.objectives, *mission.subtasks))


def _read_part(artifacts: Sequence[ArtifactItem]) -> Sequence[ArtifactItem]:
    """The artifacts, their texts cut where READ_CHARACTERS have been read."""
    left, found = READ_CHARACTERS, []
    for one in artifacts:
        found.append(one.model_copy(update={"text": one.text[:left]}))
        left = max(0, left - len(one.text))
    return found


async def _embed(
    encoder: EncoderQueue, sources: Sources, end: float
) -> tuple[Sequence[Passage], Matrix, Matrix] | None:
    """The longer passages with their vectors, and the vectors of the exemplars. None where these
    could not be read, or the model had no time."""
    if sources.artifacts is None or sources.exemplars is None:
        return None
    work = embedded_passages(sources.artifacts)
    exemplars = sources.exemplars if work and len(sources.exemplars) >= EXEMPLARS_MIN else ()
    texts = [*(one.text for one in work), *exemplars] if exemplars else []
    try:
        async with asyncio.timeout_at(end):
            vectors = await encoder.encode(texts)
    except (EncoderBusy, TimeoutError):
        return None
    return work, vectors[: len(work)], vectors[len(work) :]


def _check(
    sources: Sources, vectors: tuple[Sequence[Passage], Matrix, Matrix] | None
) -> Sequence[CheckSuggestion]:
    """What can be said of the parts that are there."""
    if sources.artifacts is None:
        return ()
    found = [check_secrets(sources.artifacts)]
    if sources.task is not None:
        found.insert(0, check_kinds(sources.artifacts, sources.task))
        found.insert(1, check_sections(sources.artifacts, sources.task))
    if sources.exemplars is not None:
        found.append(check_length(sources.artifacts, sources.exemplars))
    if vectors is not None:
        found.append(check_similarity(*vectors))
    return found


def _missing(sources: Sources, *, is_embedded: bool) -> Sequence[FeedbackPart]:
    read = {
        FeedbackPart.ARTIFACTS: sources.artifacts is not None,
        FeedbackPart.TASK: sources.task is not None,
        FeedbackPart.EXEMPLARS: sources.exemplars is not None and is_embedded,
    }
    return [part for part, is_read in read.items() if not is_read]


def _feedback(
    resources: SuggestionResources,
    submission_id: str,
    suggestions: Sequence[CheckSuggestion],
    missing: Sequence[FeedbackPart],
) -> MissionFeedback:
    identity = resources.encoder.identity
    return MissionFeedback.model_validate(
        {
            "submission_id": submission_id,
            "suggestions": suggestions,
            "model": f"{identity.model}@{identity.revision}",
            "rule_version": RULE_VERSION,
            "missing": missing,
            "as_of": datetime.now(UTC),
        }
    )


async def _store(core: CoreClient, submission: SubmissionItem, found: MissionFeedback) -> bool:
    """Verdicts and numbers alone, without words and spans."""
    record = SuggestionRecord(
        on_draft=submission.state is SubmissionState.DRAFT,
        model=found.model,
        rule_version=found.rule_version,
        checks=tuple(
            CheckVerdict(check=one.check, verdict=one.verdict, value=one.value)
            for one in found.suggestions
        ),
    )
    await put_suggestion(core.as_service(budget=RECORD_SECONDS), submission.id, record)
    return True


async def _or_none(asked: Awaitable[T]) -> T | None:
    """None where core does not answer. Raises CoreRefused."""
    try:
        return await asked
    except CoreUnavailable:
        return None


async def _as_service_or_none(asked: Awaitable[T]) -> T | None:
    """What core refuses to ai itself is no refusal of the caller."""
    try:
        return await _or_none(asked)
    except CoreRefused as refusal:
        log.error("core refuses ai's own call with %s", refusal.core_status)
        return None
