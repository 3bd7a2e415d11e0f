"""Quizzes and attempts for tests, made through the services."""

from datetime import UTC, datetime, timedelta
from typing import Any

from core.programs.models import ContentItem
from core.quizzes.authoring import publish_quiz
from core.quizzes.grading import Answer, ShownQuestion, drawn_questions, normalized
from core.quizzes.models import QuestionKind, Quiz, QuizAttempt, QuizResult
from core.quizzes.selectors import questions_of, shown_questions
from core.quizzes.services import SEED_BYTES, PastAttempt, start_attempt, submit_attempt
from core.users.models import User
from tests.unit.core.world import item

SINGLE: dict[str, Any] = {
    "kind": "single",
    "prompt": "Which port has HTTPS?",
    "options": ["22", "443", "8080"],
    "right": [2],
    "feedback": "RFC 9110 names it.",
}
MULTIPLE: dict[str, Any] = {
    "kind": "multiple",
    "prompt": "Which are hash functions?",
    "options": ["SHA-256", "AES", "BLAKE2", "RSA"],
    "right": [1, 3],
}
ORDER: dict[str, Any] = {
    "kind": "order",
    "prompt": "Put the handshake in order.",
    "options": ["SYN", "SYN-ACK", "ACK"],
}
TEXT: dict[str, Any] = {
    "kind": "text",
    "prompt": "Which program scans ports?",
    "accepted": ["nmap", "Network Mapper"],
}
QUESTIONS = [SINGLE, MULTIPLE, ORDER, TEXT]
AT = datetime(2026, 5, 4, 9, tzinfo=UTC)


def quiz_request(content_id: str = "module-1", **changes: Any) -> dict[str, Any]:
    return {"content_id": content_id, "questions": QUESTIONS, **changes}


def columns(question: dict[str, Any]) -> dict[str, Any]:
    """What the serializer makes of a question."""
    fields = {name: question.get(name, []) for name in ("kind", "prompt", "options")}
    key = question.get("accepted") or question.get("right", [])
    return {**fields, "key": key, "feedback": question.get("feedback", "")}


def quiz(content_id: str = "module-1", **policy: Any) -> Quiz:
    """Of a module, made if it is missing, with the four kinds of questions."""
    for missing, course in (("course-1", None), (content_id, "course-1")):
        if not ContentItem.objects.filter(content_id=missing).exists():
            item(missing, course=course)
    return publish_quiz(content_id=content_id, questions=[*map(columns, QUESTIONS)], **policy)


def right_answer(shown: ShownQuestion) -> Answer:
    question = shown.question
    if question.kind == QuestionKind.TEXT:
        return Answer(shown.number, text=question.key[0])
    stored = question.key or [*range(1, len(shown.order) + 1)]
    return Answer(shown.number, choices=tuple(shown.order.index(one) + 1 for one in stored))


def wrong_answer(shown: ShownQuestion) -> Answer:
    question = shown.question
    if question.kind == QuestionKind.TEXT:
        return Answer(shown.number, text=f"not {normalized(question.key[0])}")
    stored = [*range(len(shown.order), 0, -1)]
    if question.kind == QuestionKind.SINGLE:
        stored = [one for one in stored if one not in question.key][:1]
    return Answer(shown.number, choices=tuple(shown.order.index(one) + 1 for one in stored))


def answers(attempt: QuizAttempt, wrong: int = 0) -> list[Answer]:
    """Answers of which the first `wrong` are wrong."""
    shown = shown_questions(attempt)
    return [wrong_answer(one) for one in shown[:wrong]] + [
        right_answer(one) for one in shown[wrong:]
    ]


def body(found: list[Answer]) -> dict[str, Any]:
    """The request that submits these answers."""
    rows: list[dict[str, Any]] = []
    for one in found:
        answer = {"text": one.text} if one.choices is None else {"choices": [*one.choices]}
        rows.append({"question": one.question, **answer})
    return {"answers": rows}


def past_attempt(found: Quiz, wrong: int = 0, at: datetime = AT) -> PastAttempt:
    """Submitted `at` a time, half an hour after it was started."""
    seed = bytes(SEED_BYTES)
    shown = drawn_questions(
        questions_of(found.pk, found.version), seed, found.version, len(QUESTIONS)
    )
    return PastAttempt(
        quiz=found,
        seed=seed,
        answers=[wrong_answer(one) if one.number <= wrong else right_answer(one) for one in shown],
        started_at=at - timedelta(minutes=30),
        submitted_at=at,
    )


def attempted(user: User, quiz_id: int, wrong: int = 0) -> QuizAttempt:
    """A submitted attempt."""
    attempt = start_attempt(user=user, quiz_id=quiz_id)
    return submit_attempt(
        user=user, quiz_id=quiz_id, attempt_id=attempt.pk, answers=answers(attempt, wrong)
    )


def published_result(user: User) -> QuizResult:
    """Of the quiz of course-1, which is made if there is none; the attempt does not pass."""
    found = Quiz.objects.first() or quiz("course-1")
    return QuizResult.objects.get(pk=attempted(user, found.pk, wrong=4).pk)
