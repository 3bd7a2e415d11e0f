"""Facts about quizzes."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import ID_MAX, ContentId, Percentage, UserId, unit

QUESTIONS_MAX = 100
"""The most questions of one quiz."""


class QuizResultRecorded(
    Fact,
    type="ongoza.quiz_result.recorded.v1",
    key=("quiz_result_id",),
    partition="user_id",
    subjects=("user_id",),
):
    """A learner submitted an attempt at a quiz. It never changes. Questions and answers are not
    published."""

    quiz_result_id: UUID
    """A UUID of version 7."""
    user_id: UserId
    """The learner's id in core."""
    content_id: ContentId
    """The item that is completed by passing the quiz."""
    quiz_version: int = Field(ge=1, le=ID_MAX)
    """Counts the versions of the quiz's questions, from 1."""
    attempt: int = Field(ge=1, le=ID_MAX)
    """Counts the learner's attempts at the quiz, from 1."""
    questions: int = Field(ge=1, le=QUESTIONS_MAX, json_schema_extra=unit("questions"))
    """How many questions the attempt had."""
    right: int = Field(ge=0, le=QUESTIONS_MAX, json_schema_extra=unit("questions"))
    """How many of them were answered right."""
    score: Percentage
    """The score that the quiz gave to the answers."""
    passed: bool
    """Whether the score reached the quiz's pass mark."""
    started_at: AwareDatetime
    """When the learner started the attempt."""
    created_at: AwareDatetime
    """When the attempt was submitted."""
    updated_at: AwareDatetime
    """As `created_at`, because a result never changes."""
