"""What the profiling routes take and give."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ongoza_contracts.http.base import Request, Response
from ongoza_contracts.vocabulary import Confidence, Percentage, Slug, Track, UserId


class AnswerGiven(Request):
    question_id: Slug
    option_id: Slug


class SessionProgress(Response):
    session_id: UUID
    status: Literal["open", "completed"]
    questionnaire: Slug
    answered: int
    required: int
    """Answers needed for a result."""
    missing: int
    """How many of these are still to be given."""
    total: int
    """Questions there are."""
    percentage: Percentage
    """Of `total`."""
    unanswered: tuple[Slug, ...]
    """Ids of the questions without an answer, in the order they are asked."""
    started_at: datetime


class OptionShown(Response):
    id: Slug
    text: str


class QuestionShown(Response):
    id: Slug
    category: Slug
    text: str
    options: tuple[OptionShown, ...]


class CategoryShown(Response):
    key: Slug
    name: str
    description: str
    weight: float


class Questionnaire(Response):
    questionnaire: Slug
    required: int
    total: int
    categories: tuple[CategoryShown, ...]
    questions: tuple[QuestionShown, ...]


class TrackShown(Response):
    key: Track
    name: str
    summary: str
    focus: tuple[str, ...]
    careers: tuple[str, ...]


class TrackList(Response):
    tracks: tuple[TrackShown, ...]


class Reason(Response):
    text: str
    question_id: Slug
    option_id: Slug
    points: float
    """What this answer adds to the track's score."""


class TrackMatch(TrackShown):
    score: Percentage
    reasons: tuple[Reason, ...]
    """The answers that speak for the track most, strongest first."""


class ProfilingResults(Response):
    session_id: UUID
    user_id: UserId
    questionnaire: Slug
    scores: dict[Track, Percentage]
    """0 to 100 each, of what was possible with the answers given; they do not sum to 100."""
    primary: TrackMatch
    secondary: tuple[TrackMatch, ...]
    confidence: Confidence
    completed_at: datetime | None
    redirect_url: str
    """Where the learner's application goes next."""
