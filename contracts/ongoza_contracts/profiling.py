"""Facts about profiling sessions: what was answered, and what it came to."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact, FactPart
from ongoza_contracts.vocabulary import AnswerFlag, Confidence, Percentage, Slug, Track, UserId


class Answer(FactPart):
    question_id: Slug
    option_id: Slug
    answered_at: AwareDatetime


class ProfilingResult(FactPart):
    scores: dict[Track, Percentage] = Field(min_length=5, max_length=5)
    """Every track's score, 0 to 100; they do not sum to 100."""
    primary: Track
    secondary: tuple[Track, ...] = Field(max_length=4)
    confidence: Confidence
    standard_errors: dict[Track, Percentage] | None = Field(
        default=None, min_length=5, max_length=5
    )
    """The standard error of each score, in points."""
    sem: float | None = Field(default=None, ge=0)
    """The standard error of the first score's lead over the second, over the square root of 2."""
    z: float | None = Field(default=None, ge=0)
    """That lead in standard errors, from which `confidence` is derived."""
    tied: tuple[Track, ...] | None = Field(default=None, max_length=5)
    """The tracks that share the highest score; empty when one leads."""
    flags: tuple[AnswerFlag, ...] | None = Field(default=None, max_length=2)
    """Signs of careless responding."""


class _ProfilingFact(Fact, key=("session_id",), partition="user_id", subjects=("user_id",)):
    session_id: UUID
    user_id: UserId


class _ProfilingState(_ProfilingFact):
    questionnaire: Slug
    """The version of the question bank that was asked."""
    answers: tuple[Answer, ...] = Field(max_length=100)
    started_at: AwareDatetime


class ProfilingAnswered(_ProfilingState, type="ongoza.profiling.answered.v1"):
    """A session was started, a question was answered, or an answer was changed."""


class ProfilingCompleted(_ProfilingState, type="ongoza.profiling.completed.v1"):
    """A session was completed and its result recorded."""

    result: ProfilingResult
    completed_at: AwareDatetime


class ProfilingDeleted(_ProfilingFact, type="ongoza.profiling.deleted.v1", deletion=True):
    """A learner deleted a session: delete its answers and its result."""
