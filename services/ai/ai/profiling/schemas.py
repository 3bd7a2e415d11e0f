"""The bodies of requests and answers of the profiling routes."""

from datetime import datetime
from uuid import UUID

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


class AnswerGiven(Request):
    question_id: Slug
    option_id: Slug


class OptionShown(Response):
    id: Slug
    text: str


class AnswerShown(Response):
    question_id: Slug
    option_id: Slug


class QuestionShown(Response):
    id: Slug
    category: Slug
    text: str
    options: tuple[OptionShown, ...]


class SessionProgress(Response):
    session_id: UUID
    status: ProfilingStatus
    questionnaire: Slug
    answered: int
    """Answers that count: those to questions that were asked, or would have been."""
    answers: tuple[AnswerShown, ...]
    """These answers, in the order in which their questions are asked."""
    required: int
    """Answers needed for a result."""
    missing: int
    """How many of these are still to be given."""
    total: int
    """Questions that are asked at most; fewer when the answers are clear before."""
    percentage: Percentage
    """The answered share of the questions that are asked for certain, `unanswered` being the
    others; 100 exactly when nothing more is asked. A changed answer may lead to more questions."""
    unanswered: tuple[Slug, ...]
    """Ids of the questions that are still asked, in their order, as far as that is settled: which
    come after the required ones depends on the answers."""
    next_question: QuestionShown | None
    """Null when nothing more is asked."""
    started_at: datetime
    previous: UUID | None
    """The session this is a retake of."""


class CategoryShown(Response):
    key: Slug
    name: str
    description: str
    weight: float


class Questionnaire(Response):
    questionnaire: Slug
    required: int
    total: int
    most: int
    """How many of them are asked at most."""
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


class ResultListed(Response):
    session_id: UUID
    questionnaire: Slug
    completed_at: datetime
    track: Track
    """The primary one."""


class ResultList(Response):
    results: tuple[ResultListed, ...]
    """Newest first, 50 at most."""


class Reason(Response):
    text: str
    question_id: Slug
    option_id: Slug
    points: float
    """The points that this answer adds to the track's score."""


class TrackMatch(TrackShown):
    score: Percentage
    standard_error: Percentage | None
    """In points; null where it was not recorded and no answers are known."""
    reasons: tuple[Reason, ...]
    """The answers that speak for the track most, strongest first."""


class Certainty(Response):
    """How clearly the primary track leads."""

    text: str
    lead: Percentage
    """The first score less the second."""
    sem: float
    """The standard error of the lead, over the square root of 2."""
    z: float
    """lead / (sem * sqrt 2): high confidence from 1.645, medium from 1.0, else low."""
    claim: float
    """The least share of results with this confidence whose primary track is the right one, among
    populations of simulated learners. Not yet checked with learners."""
    claim_most: float
    """The greatest of these shares."""
    tied: tuple[Track, ...]
    """The tracks that share the highest score; empty when one leads."""


class Contribution(Response):
    question_id: Slug
    option_id: Slug
    points: dict[Track, float]
    """The answer's part of each track's score; over all answers they sum to the scores."""


class Overturning(Response):
    question_id: Slug
    track: Track
    """Would be first without this answer."""


class StabilityShown(Response):
    kept: int
    """In how many of the cases with one answer left out the primary track is still on top."""
    of: int
    overturning: tuple[Overturning, ...]


class OtherAnswer(Response):
    question_id: Slug
    option_id: Slug
    """To be taken instead."""


class ChangeShown(Response):
    track: Track
    text: str
    answers: tuple[OtherAnswer, ...]
    """With these taken instead, the track would be first."""


class FlagShown(Response):
    flag: AnswerFlag
    text: str
    answers: int
    of: int


class ProfilingResults(Response):
    session_id: UUID
    user_id: UserId
    questionnaire: Slug
    scores: dict[Track, Percentage]
    """0 to 100 each, of what was possible with the answers given; they do not sum to 100."""
    primary: TrackMatch
    secondary: tuple[TrackMatch, ...]
    confidence: Confidence
    certainty: Certainty | None
    """Null for results that were recorded without it."""
    tracks: tuple[TrackMatch, ...]
    """All five, the primary first, then by score."""
    contributions: tuple[Contribution, ...]
    """One for each answer; this and the next three are empty or null when no answers are known."""
    stability: StabilityShown | None
    changes: tuple[ChangeShown, ...]
    """The change that would put each of the other tracks first, the nearest first."""
    flags: tuple[FlagShown, ...]
    """Signs of careless answering; they change no score."""
    completed_at: datetime | None
    previous: UUID | None
    """The session this is a retake of; `comparison` sets the two side by side."""
    redirect_url: str
    """Where the learner's application goes next."""


class ResultSummary(Response):
    session_id: UUID
    questionnaire: Slug
    primary: Track
    confidence: Confidence
    completed_at: datetime | None


class ScoreShift(Response):
    before: Percentage
    after: Percentage
    change: float
    standard_error: float | None
    """In points, of the change; null when either result was recorded without it."""
    beyond_chance: bool | None
    """More than 2.576 standard errors: by chance any of the five scores exceeds that at most one
    time in twenty (Bonferroni's correction)."""


class Comparison(Response):
    earlier: ResultSummary
    later: ResultSummary
    same_primary: bool
    same_questionnaire: bool
    """Otherwise other questions were asked, and scores compare with care."""
    scores: dict[Track, ScoreShift]
    text: str
