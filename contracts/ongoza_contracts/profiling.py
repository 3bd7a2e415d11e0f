"""Facts about profiling sessions: what was answered, and what it came to."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact, FactPart
from ongoza_contracts.vocabulary import (
    AnswerFlag,
    Confidence,
    Percentage,
    Slug,
    Track,
    UserId,
    unit,
)


class Answer(FactPart):
    question_id: Slug
    """The question, in the bank that `questionnaire` names."""
    option_id: Slug
    """The option that the learner chose."""
    answered_at: AwareDatetime
    """When the answer was given or changed last."""


class ProfilingResult(FactPart):
    scores: dict[Track, Percentage] = Field(min_length=5, max_length=5)
    """Every track's score, 0 to 100; they do not sum to 100."""
    primary: Track
    """The track with the highest score."""
    secondary: tuple[Track, ...] = Field(max_length=4)
    """Further tracks with a score above 0, best first."""
    confidence: Confidence
    """How sure it is that the primary track is the best one."""
    standard_errors: dict[Track, Percentage] | None = Field(
        default=None, min_length=5, max_length=5
    )
    """The standard error of each score, in points."""
    sem: float | None = Field(default=None, ge=0, json_schema_extra=unit("points"))
    """The standard error of the first score's lead over the second, over the square root of 2."""
    z: float | None = Field(default=None, ge=0, json_schema_extra=unit("standard errors"))
    """That lead in standard errors, from which `confidence` is derived."""
    tied: tuple[Track, ...] | None = Field(default=None, max_length=5)
    """The tracks that share the highest score; empty when one leads."""
    flags: tuple[AnswerFlag, ...] | None = Field(default=None, max_length=2)
    """Signs of careless responding."""


class _ProfilingFact(Fact, key=("session_id",), partition="user_id", subjects=("user_id",)):
    session_id: UUID
    """A UUID of version 7."""
    user_id: UserId
    """The learner's id in core."""


class _ProfilingState(_ProfilingFact):
    questionnaire: Slug
    """The version of the question bank that was asked."""
    answers: tuple[Answer, ...] = Field(max_length=100)
    """The present answer to each question that was answered."""
    started_at: AwareDatetime
    """When the learner started the session."""


class ProfilingAnswered(_ProfilingState, type="ongoza.profiling.answered.v1"):
    """A session was started, a question was answered, or an answer was changed."""


class ProfilingCompleted(_ProfilingState, type="ongoza.profiling.completed.v1"):
    """A session was completed and its result recorded."""

    result: ProfilingResult
    """The scores and the tracks derived from them."""
    completed_at: AwareDatetime
    """When the learner completed the session."""


class ProfilingDeleted(_ProfilingFact, type="ongoza.profiling.deleted.v1", deletion=True):
    """A learner deleted a session: delete its answers and its result."""
