"""The answers of demo learners to quizzes. They miss hard questions more often than easy ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from core.demo.history import ProgressStep
from core.demo.learners import DemoLearner
from core.quizzes.grading import Answer, ShownQuestion, drawn_questions
from core.quizzes.models import Question, QuestionKind, Quiz
from core.quizzes.services import SEED_BYTES, PastAttempt

ATTEMPTS_MAX = 3
"""Of one learner at one quiz; by the last, at the latest, they know all answers."""


@dataclass(frozen=True)
class DemoQuiz:
    quiz: Quiz
    questions: Sequence[Question]


def past_attempts(
    demo: DemoQuiz, learner: DemoLearner, completion: ProgressStep
) -> list[PastAttempt]:
    """The attempts of a learner, of which the last passes at the time of the completion."""
    rng = Random(f"{learner.account.email}:{completion.content_id}")  # noqa: S311 - demo data
    attempts: list[PastAttempt] = []
    submitted_at = completion.at
    for seed, answers in reversed(_answers_until_passed(demo, learner.traits.ability, rng)):
        started_at = submitted_at - timedelta(minutes=rng.randint(6, 20))
        one = PastAttempt(
            quiz=demo.quiz,
            seed=seed,
            answers=answers,
            started_at=started_at,
            submitted_at=submitted_at,
        )
        attempts.append(one)
        pause = demo.quiz.wait_minutes + rng.randint(15, 200)
        submitted_at = started_at - timedelta(minutes=pause)
    return attempts[::-1]


def _answers_until_passed(
    demo: DemoQuiz, ability: float, rng: Random
) -> list[tuple[bytes, list[Answer]]]:
    """The seed and the answers of each attempt."""
    found: list[tuple[bytes, list[Answer]]] = []
    is_passed = False
    while not is_passed:
        seed = rng.randbytes(SEED_BYTES)
        count = demo.quiz.question_count or len(demo.questions)
        shown = drawn_questions(demo.questions, seed, demo.quiz.version, count)
        is_last = len(found) + 1 == ATTEMPTS_MAX
        knowledge = ability + 0.25 * len(found)
        known = [is_last or _is_known(demo, one.question, knowledge, rng) for one in shown]
        is_passed = 100 * sum(known) >= demo.quiz.pass_percentage * count
        answers = [
            right_answer(one) if knows else _wrong_answer(one, rng)
            for one, knows in zip(shown, known, strict=True)
        ]
        found.append((seed, answers))
    return found


def right_answer(shown: ShownQuestion) -> Answer:
    question = shown.question
    if question.kind == QuestionKind.TEXT:
        return Answer(shown.number, text=question.key[0])
    stored = question.key or range(1, len(shown.order) + 1)
    return Answer(shown.number, choices=tuple(shown.order.index(one) + 1 for one in stored))


def _wrong_answer(shown: ShownQuestion, rng: Random) -> Answer:
    """One mistake away from the right answer."""
    right = right_answer(shown)
    if right.choices is None:
        return Answer(shown.number, text="I do not remember")
    choices, options = [*right.choices], [*range(1, len(shown.order) + 1)]
    match shown.question.kind:
        case QuestionKind.ORDER:
            place = rng.randrange(len(choices) - 1)
            choices[place : place + 2] = reversed(choices[place : place + 2])
        case QuestionKind.MULTIPLE:
            choices = sorted({*choices} ^ {rng.choice(options)})
        case _:
            choices = [rng.choice([one for one in options if one not in choices])]
    return Answer(shown.number, choices=tuple(choices))


def _is_known(demo: DemoQuiz, question: Question, knowledge: float, rng: Random) -> bool:
    place = f"{demo.quiz.item.content_id}:{question.position}"
    difficulty = Random(place).uniform(0, 0.3)  # noqa: S311 - demo data
    return rng.random() < 0.6 + 0.75 * knowledge - difficulty
