"""Core's record of profiling sessions, as ai reads and writes it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from ongoza_contracts.http.base import Request, Response
from ongoza_contracts.vocabulary import Confidence, Percentage, Slug, Track, UserId


class SessionRequest(Request):
    questionnaire: Slug


class AnswerRequest(Request):
    option_id: Slug


class ResultRequest(Request):
    """Only ai may record a result: core accepts it with ai's service token alone."""

    scores: dict[Track, Percentage] = Field(min_length=5, max_length=5, strict=False)
    primary: Track = Field(strict=False)
    secondary: list[Track] = Field(max_length=4, strict=False)
    confidence: Confidence = Field(strict=False)


class RecordedAnswer(Response):
    question_id: Slug
    option_id: Slug
    answered_at: datetime


class RecordedResult(Response):
    scores: dict[Track, Percentage]
    primary: Track
    secondary: tuple[Track, ...]
    confidence: Confidence


class SessionRecord(Response):
    id: UUID
    user: UserId
    questionnaire: Slug
    status: Literal["open", "completed"]
    version: int
    answers: tuple[RecordedAnswer, ...]
    result: RecordedResult | None
    created_at: datetime
    completed_at: datetime | None
