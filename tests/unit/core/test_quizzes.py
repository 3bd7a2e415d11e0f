"""Attempts at quizzes: what they show, how many there are, and that passing completes the item."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.outbox.models import FactHistory
from core.programs.services import retire_content, update_program
from core.progress.models import Progress
from core.quizzes.authoring import retire_quiz, update_quiz
from core.quizzes.models import Quiz, QuizAttempt, QuizResult
from core.quizzes.selectors import shown_questions
from core.quizzes.services import start_attempt
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.progress_reports import learner
from tests.unit.core.quiz_rows import answers, attempted, body, quiz
from tests.unit.core.world import (
    Caller,
    appended,
    forget_appended,
    item,
    person,
    progress_report,
    refusal,
    signed_in,
)

__all__ = ["learner"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def amina(learner: User) -> Caller:
    quiz()
    forget_appended()
    return signed_in(learner)


def path(suffix: str = "attempts/") -> str:
    return f"quizzes/{Quiz.objects.get().pk}/{suffix}"


def started(caller: Caller) -> Any:
    status, attempt = caller.call("POST", path())
    assert status == 201, attempt
    return attempt


def submitted(caller: Caller, attempt: Any, wrong: int = 0) -> Any:
    row = QuizAttempt.objects.get(pk=attempt["id"])
    status, answer = caller.post(path(f"attempts/{row.pk}/submit/"), body(answers(row, wrong)))
    assert status == 200, answer
    return answer


def rows() -> list[Any]:
    """Everything that an attempt may change."""
    models = (QuizAttempt, QuizResult, Progress)
    return [[*model.objects.order_by("pk").values()] for model in models]


def test_an_attempt_shows_its_questions_without_their_key(amina: Caller, learner: User) -> None:
    attempt = started(amina)
    assert [one["number"] for one in attempt["questions"]] == [1, 2, 3, 4]
    assert {one["kind"] for one in attempt["questions"]} == {"single", "multiple", "order", "text"}
    found = [(one["answer"], one["right"], one["feedback"]) for one in attempt["questions"]]
    assert found == [(None, None, "")] * 4
    assert (attempt["score"], attempt["passed"], attempt["submitted_at"]) == (None, None, None)
    assert amina.get(path(f"attempts/{attempt['id']}/")) == (200, attempt)
    progress = Progress.objects.get()
    assert (progress.status, progress.source, progress.attempt) == ("in_progress", "self", 1)
    assert [kind for kind, *_ in appended()] == ["progress.updated"]


def test_passing_completes_the_item_by_a_check_and_publishes_the_result(
    amina: Caller, learner: User
) -> None:
    attempt = started(amina)
    forget_appended()
    found = submitted(amina, attempt)
    assert (found["score"], found["passed"]) == (100, True)
    assert [one["right"] for one in found["questions"]] == [True] * 4
    assert "RFC 9110 names it." in [one["feedback"] for one in found["questions"]]
    progress = Progress.objects.get()
    assert (progress.status, progress.score) == ("completed", 100)
    assert (progress.source, progress.completion_source) == ("check", "check")
    assert [kind for kind, *_ in appended()] == ["quiz_result.recorded", "progress.updated"]
    fact = FactHistory.objects.filter(type__contains="quiz_result").get().body
    assert fact["quiz_result_id"] == attempt["id"]
    assert (fact["user_id"], fact["content_id"]) == (learner.pk, "module-1")
    assert (fact["right"], fact["questions"], fact["score"], fact["passed"]) == (4, 4, 100, True)


def test_an_attempt_that_does_not_pass_completes_nothing(amina: Caller) -> None:
    found = submitted(amina, started(amina), wrong=1)
    assert (found["score"], found["passed"]) == (75, False)
    assert [one["right"] for one in found["questions"]] == [False, True, True, True]
    assert Progress.objects.get().status == "in_progress"
    assert QuizResult.objects.get().passed is False


def test_the_pass_mark_itself_passes(learner: User) -> None:
    row = quiz(pass_percentage=75)
    assert attempted(learner, row.pk, wrong=1).passed is True


def test_an_attempt_keeps_the_questions_and_the_pass_mark_it_started_with(
    amina: Caller, learner: User
) -> None:
    attempt = started(amina)
    question = {"kind": "text", "prompt": "New", "options": [], "key": ["x"], "feedback": ""}
    update_quiz(quiz_id=Quiz.objects.get().pk, questions=[question], pass_percentage=100)
    found = submitted(amina, attempt, wrong=0)
    assert (found["version"], found["pass_percentage"], len(found["questions"])) == (1, 80, 4)
    assert Quiz.objects.get().version == 2


def test_a_learner_has_one_open_attempt(amina: Caller) -> None:
    attempt = started(amina)
    before = rows()
    forget_appended()
    status, answer = amina.call("POST", path())
    assert (status, answer["code"]) == (409, "attempt_open")
    assert attempt["id"] in answer["detail"]
    assert (rows(), appended()) == (before, [])


def test_an_attempt_is_submitted_once(amina: Caller) -> None:
    attempt = started(amina)
    submitted(amina, attempt, wrong=4)
    before = rows()
    forget_appended()
    again = amina.post(path(f"attempts/{attempt['id']}/submit/"), {"answers": []})
    assert refusal(again) == (409, "already_submitted", [])
    assert (rows(), appended()) == (before, [])


def test_no_more_attempts_than_the_maximum_for_each_attempt_at_the_item(learner: User) -> None:
    row, amina = quiz(max_attempts=2), signed_in(learner)
    attempted(learner, row.pk, wrong=4)
    attempted(learner, row.pk, wrong=4)
    before = rows()
    forget_appended()
    assert refusal(amina.call("POST", path())) == (409, "no_attempts_left", [])
    assert (rows(), appended()) == (before, [])
    update_quiz(quiz_id=row.pk, max_attempts=3)
    assert attempted(learner, row.pk).passed
    amina.call("POST", f"progress/{Progress.objects.get().pk}/attempts/")
    again = started(amina)
    assert (again["number"], QuizAttempt.objects.get(pk=again["id"]).progress_attempt) == (4, 2)


def test_a_learner_waits_after_an_attempt_that_did_not_pass(learner: User) -> None:
    row, amina = quiz(wait_minutes=60), signed_in(learner)
    attempted(learner, row.pk, wrong=4)
    before = rows()
    forget_appended()
    assert refusal(amina.call("POST", path())) == (409, "too_soon", [])
    assert (rows(), appended()) == (before, [])
    QuizAttempt.objects.update(submitted_at=timezone.now() - timedelta(minutes=61))
    assert started(amina)["number"] == 2


def test_what_is_completed_is_taken_again_as_a_new_attempt_at_the_item(amina: Caller) -> None:
    submitted(amina, started(amina))
    before = rows()
    forget_appended()
    assert refusal(amina.call("POST", path())) == (409, "already_completed", [])
    assert (rows(), appended()) == (before, [])


def test_a_self_reported_completion_of_before_is_confirmed_by_passing(learner: User) -> None:
    item("course-1")
    item("module-2", course="course-1")
    amina = signed_in(learner)
    report = progress_report("module-2", content_type="module", status="completed")
    amina.post("progress/", {**report, "completion_percentage": 100, "score": 10})
    quiz("module-2")
    forget_appended()
    attempt = started(amina)
    assert appended() == []
    submitted(amina, attempt)
    progress = Progress.objects.get()
    assert (progress.completion_source, progress.score, progress.best_score) == ("check", 100, 100)


def test_the_first_attempt_needs_the_prerequisites(amina: Caller, learner: User) -> None:
    program = Quiz.objects.get().item.program
    update_program(program_id=program.pk, prerequisites_policy="require")
    item("course-9")
    signed_in(person("ada", Role.ADMIN)).call(
        "PATCH", "content/module-1/", {"prerequisites": ["course-9"]}
    )
    forget_appended()
    status, answer = amina.call("POST", path())
    assert (status, answer["code"]) == (409, "prerequisites_missing")
    assert answer["missing_prerequisites"] == ["course-9"]
    assert (rows(), appended()) == ([[], [], []], [])


def test_a_retired_quiz_is_not_started_and_an_open_attempt_is_submitted(
    amina: Caller, learner: User
) -> None:
    attempt, row = started(amina), Quiz.objects.get()
    retire_quiz(quiz_id=row.pk)
    other = signed_in(person("olive"))
    before = rows()
    forget_appended()
    assert refusal(other.call("POST", path())) == (409, "quiz_retired", [])
    assert (rows(), appended()) == (before, [])
    assert submitted(amina, attempt)["passed"]


def test_a_retired_item_is_finished_by_those_who_began_it(amina: Caller, learner: User) -> None:
    attempt = started(amina)
    retire_content(content_id="module-1")
    assert refusal(signed_in(person("olive")).call("POST", path()))[1] == "unknown_content"
    submitted(amina, attempt, wrong=4)
    assert submitted(amina, started(amina))["passed"]
    assert Progress.objects.get().status == "completed"


BAD_BODIES: dict[str, Any] = {
    "no answers": {},
    "another type": {"answers": {}},
    "a text": {"answers": ["nmap"]},
    "no question": {"answers": [{"text": "nmap"}]},
    "another question": {"answers": [{"question": 5, "text": "nmap"}]},
    "question 0": {"answers": [{"question": 0, "text": "nmap"}]},
    "a question as text": {"answers": [{"question": "1", "text": "nmap"}]},
    "twice": {"answers": [{"question": 1, "choices": [1]}, {"question": 1, "choices": [1]}]},
    "nothing of it": {"answers": [{"question": 1}]},
    "both": {"answers": [{"question": 1, "choices": [1], "text": "nmap"}]},
    "option 0": {"answers": [{"question": 1, "choices": [0]}]},
    "option 21": {"answers": [{"question": 1, "choices": [21]}]},
    "options as texts": {"answers": [{"question": 1, "choices": ["1"]}]},
    "options as a number": {"answers": [{"question": 1, "choices": 1}]},
    "null": {"answers": [{"question": 1, "choices": None}]},
    "a long text": {"answers": [{"question": 1, "text": "x" * 201}]},
    "two lines": {"answers": [{"question": 1, "text": "a\nb"}]},
    "another field": {"answers": [{"question": 1, "choices": [1], "right": True}]},
    "too many": {"answers": [{"question": 1, "choices": [1]}] * 101},
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_answer_is_a_400_and_the_attempt_stays_open(amina: Caller, name: str) -> None:
    attempt = started(amina)
    before = rows()
    forget_appended()
    status, answer = amina.post(path(f"attempts/{attempt['id']}/submit/"), BAD_BODIES[name])
    assert status == 400, answer
    assert (rows(), appended()) == (before, [])


@pytest.mark.parametrize("kind", ["single", "multiple", "order", "text"])
def test_an_answer_of_another_kind_is_a_400(amina: Caller, kind: str) -> None:
    attempt = started(amina)
    number = next(one["number"] for one in attempt["questions"] if one["kind"] == kind)
    wrong = {"choices": [1]} if kind == "text" else {"text": "x"}
    before = rows()
    submit = path(f"attempts/{attempt['id']}/submit/")
    answer = amina.post(submit, {"answers": [{"question": number, **wrong}]})
    assert refusal(answer) == (400, "invalid_answer", [])
    assert rows() == before


def test_attempts_of_others_are_absent(amina: Caller, learner: User) -> None:
    attempt, other = started(amina), signed_in(person("olive"))
    before = rows()
    for answer in (
        other.get(path(f"attempts/{attempt['id']}/")),
        other.post(path(f"attempts/{attempt['id']}/submit/"), {"answers": []}),
        other.get(path(f"attempts/?user={learner.pk}")),
        amina.get(f"quizzes/2147483647/attempts/{attempt['id']}/"),
        amina.call("POST", "quizzes/2147483647/attempts/"),
    ):
        assert refusal(answer) == (404, "not_found", [])
    assert rows() == before
    admin = signed_in(person("ada", Role.ADMIN))
    status, page = admin.get(path(f"attempts/?user={learner.pk}"))
    assert (status, [one["id"] for one in page["results"]]) == (200, [attempt["id"]])
    assert admin.get(path(f"attempts/{attempt['id']}/"))[0] == 404


def _fields(node: Any) -> list[tuple[str, Any]]:
    if isinstance(node, dict):
        return [*node.items(), *(pair for value in node.values() for pair in _fields(value))]
    return [pair for value in node for pair in _fields(value)] if isinstance(node, list) else []


def test_no_answer_has_the_key(amina: Caller, learner: User) -> None:
    """Nor the seed, from which the right order follows."""
    admin = signed_in(person("ada", Role.ADMIN))
    attempt = started(amina)
    ended = submitted(amina, attempt, wrong=4)
    detail = path(f"attempts/{attempt['id']}/")
    seen = [
        attempt,
        ended,
        *(
            who.get(route)[1]
            for who, route in (
                (amina, detail),
                (amina, path()),
                (amina, path("")),
                (amina, "quizzes/"),
                (admin, path("statistics/")),
                (admin, path(f"attempts/?user={learner.pk}")),
            )
        ),
    ]
    seen.append(admin.call("PATCH", path(""), {"wait_minutes": 5})[1])
    for answer in seen:
        fields = _fields(answer)
        assert {"key", "accepted", "seed", "order", "outcomes"}.isdisjoint(
            name for name, _ in fields
        )
        assert {value for name, value in fields if name == "right"} <= {None, False}
        assert "Network Mapper" not in str(answer)


def test_the_shown_order_of_options_differs_between_attempts(learner: User) -> None:
    row, orders = quiz(), set()
    for number in range(12):
        attempt = start_attempt(user=person(f"learner-{number}"), quiz_id=row.pk)
        shown = shown_questions(attempt)
        orders |= {one.order for one in shown if one.question.kind == "order"}
    assert len(orders) > 1
