"""Core's record of profiling sessions, as ai reads and writes it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from ongoza_contracts.http.base import Request, Response
from ongoza_contracts.vocabulary import (
    AnswerFlag,
    Confidence,
    Percentage,
    ProfilingStatus,
    Slug,
    Track,
    UserId,
)


class SessionRequest(Request):
    questionnaire: Slug


class AnswerRequest(Request):
    option_id: Slug


class ResultRequest(Request):
    """Only ai may record a result: core accepts it with ai's service token alone."""

    judged_version: int = Field(ge=0)
    """Of the session whose answers were judged: core refuses what was found from other answers."""
    scores: dict[Track, Percentage] = Field(min_length=5, max_length=5, strict=False)
    primary: Track = Field(strict=False)
    secondary: list[Track] = Field(max_length=4, strict=False)
    confidence: Confidence = Field(strict=False)
    standard_errors: dict[Track, Percentage] = Field(min_length=5, max_length=5, strict=False)
    sem: float = Field(ge=0)
    z: float = Field(ge=0)
    tied: list[Track] = Field(max_length=5, strict=False)
    flags: list[AnswerFlag] = Field(max_length=2, strict=False)


class RecordedAnswer(Response):
    question_id: Slug
    option_id: Slug
    answered_at: datetime


class RecordedResult(Response):
    scores: dict[Track, Percentage]
    primary: Track
    secondary: tuple[Track, ...]
    confidence: Confidence
    standard_errors: dict[Track, Percentage] | None = None
    """This and all below: not known of results recorded before they were published."""
    sem: float | None = None
    z: float | None = None
    tied: tuple[Track, ...] | None = None
    flags: tuple[AnswerFlag, ...] | None = None


class SessionRecord(Response):
    id: UUID
    user: UserId
    questionnaire: Slug
    status: ProfilingStatus
    version: int
    answers: tuple[RecordedAnswer, ...]
    result: RecordedResult | None
    created_at: datetime
    completed_at: datetime | None
    previous: UUID | None = None
    """The session with the learner's last result when this one was started: this is its retake."""
