"""What an attempt shows, and whether an answer is right. Nothing here reads or writes rows.

Questions and options are numbered from 1 as they are shown: their own numbers would give away the
key of a question about an order.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from core.kit.errors import DomainError
from core.quizzes.models import Question, QuestionKind

TEXT_MAX = 200


class InvalidAnswer(DomainError):
    code = "invalid_answer"


@dataclass(frozen=True)
class Answer:
    """What was answered to the question with this number."""

    question: int
    choices: tuple[int, ...] | None = None
    """Numbers of options, in order where the question is about one."""
    text: str | None = None


@dataclass(frozen=True)
class ShownQuestion:
    number: int
    question: Question
    order: tuple[int, ...]
    """The option, counted from 1 as it is stored, that each place shows."""

    @property
    def options(self) -> list[str]:
        return [self.question.options[one - 1] for one in self.order]

    def is_correct(self, answer: Answer) -> bool:
        """Raises InvalidAnswer for one that does not fit the question."""
        kind, key = self.question.kind, self.question.key
        if kind == QuestionKind.TEXT:
            return normalized(self._text(answer)) in {normalized(one) for one in key}
        selected = [self.order[one - 1] for one in self._choices(answer)]
        if kind == QuestionKind.ORDER:
            return selected == sorted(selected)
        return sorted(selected) == sorted(key)

    def _text(self, answer: Answer) -> str:
        if answer.text is None or answer.choices is not None:
            raise InvalidAnswer(f"Question {self.number} is answered by text alone.")
        return answer.text

    def _choices(self, answer: Answer) -> tuple[int, ...]:
        selected, count = answer.choices, len(self.order)
        if selected is None or answer.text is not None:
            raise InvalidAnswer(f"Question {self.number} is answered by choices alone.")
        if len({*selected}) != len(selected) or not all(1 <= one <= count for one in selected):
            raise InvalidAnswer(f"Question {self.number} has the options 1 to {count}, each once.")
        if self.question.kind == QuestionKind.SINGLE and len(selected) != 1:
            raise InvalidAnswer(f"Question {self.number} takes one choice.")
        if self.question.kind == QuestionKind.ORDER and len(selected) != count:
            raise InvalidAnswer(f"Question {self.number} takes all {count} options in order.")
        return selected


def normalized(text: str) -> str:
    """Texts that differ in case, spaces or the way of writing a letter alone are equal."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def shown_order(seed: bytes, version: int, place: str, count: int) -> tuple[int, ...]:
    """The numbers from 1 to `count` in the order of their hashes."""

    def digest(number: int) -> bytes:
        return hashlib.sha256(seed + f":{version}:{place}:{number}".encode()).digest()

    return tuple(sorted(range(1, count + 1), key=digest))


def drawn_questions(
    questions: Sequence[Question], seed: bytes, version: int, count: int
) -> list[ShownQuestion]:
    """The `count` questions that an attempt draws from those of the version, in their order."""
    drawn = shown_order(seed, version, "questions", len(questions))[:count]
    return [
        ShownQuestion(
            number,
            questions[one - 1],
            shown_order(seed, version, f"options-{one}", len(questions[one - 1].options)),
        )
        for number, one in enumerate(drawn, start=1)
    ]


def grade(shown: Sequence[ShownQuestion], answers: Sequence[Answer]) -> dict[int, bool]:
    """By the position of each question in its version, whether it was answered right. What is not
    answered is wrong. Raises InvalidAnswer."""
    by_number = {one.question: one for one in answers}
    if len(by_number) != len(answers) or not by_number.keys() <= {one.number for one in shown}:
        raise InvalidAnswer(f"The attempt has the questions 1 to {len(shown)}, each once.")
    return {
        one.question.position: one.number in by_number and one.is_correct(by_number[one.number])
        for one in shown
    }
