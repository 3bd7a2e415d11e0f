"""How well the questions of a quiz measure, from the learners' first attempts.

Later attempts are left out: learners have seen the questions and the feedback by then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import correlation, fmean

from core.quizzes.models import Question, Quiz, QuizAttempt
from core.quizzes.selectors import questions_of

ATTEMPTS_MIN = 30
"""With fewer attempts chance alone moves the numbers too far."""

Outcomes = Mapping[int, bool]
"""Whether each question of one attempt was answered right, by its position."""


@dataclass(frozen=True)
class QuestionStatistics:
    question: Question
    attempts: int
    """First attempts in which it was drawn; what was not answered there is wrong."""
    difficulty: float | None = None
    """The share of right answers; None before there are enough, as is the next."""
    discrimination: float | None = None
    """The correlation of this question with the share of right answers to the others in the same
    attempt (the point-biserial correlation with the rest score: Henrysson, Psychometrika 28, 1963).
    None also where all answers to the question, or all rest scores, are equal."""

    @property
    def has_enough_attempts(self) -> bool:
        return self.attempts >= ATTEMPTS_MIN


def question_statistics(quiz: Quiz, version: int) -> list[QuestionStatistics]:
    """Of each question of the version, in the order of their positions."""
    first = QuizAttempt.objects.filter(quiz=quiz, version=version, number=1)
    rows = first.exclude(submitted_at=None).order_by().values_list("outcomes", flat=True)
    attempts = [{int(position): right for position, right in row.items()} for row in rows]
    return [_of(question, attempts) for question in questions_of(quiz.pk, version)]


def _of(question: Question, attempts: Sequence[Outcomes]) -> QuestionStatistics:
    position = question.position
    drawn = [one for one in attempts if position in one]
    if len(drawn) < ATTEMPTS_MIN:
        return QuestionStatistics(question, len(drawn))
    return QuestionStatistics(
        question,
        len(drawn),
        difficulty=fmean(one[position] for one in drawn),
        discrimination=discrimination(position, drawn),
    )


def discrimination(position: int, attempts: Sequence[Outcomes]) -> float | None:
    """The correlation of a question that all attempts have with the rest of each."""
    right, rest = [], []
    for outcomes in attempts:
        others = [found for other, found in outcomes.items() if other != position]
        if not others:
            return None
        right.append(float(outcomes[position]))
        rest.append(fmean(others))
    is_constant = len({*right}) == 1 or len({*rest}) == 1
    return None if is_constant else correlation(right, rest)
