"""Writing quizzes: by directors and admins, and their items are completed by a check."""

from typing import Any

import pytest

from core.programs.models import ContentItem
from core.programs.services import retire_content
from core.quizzes.models import Question, Quiz
from ongoza_contracts.vocabulary import Role
from tests.unit.core.quiz_rows import MULTIPLE, ORDER, QUESTIONS, SINGLE, TEXT, quiz_request
from tests.unit.core.world import (
    Caller,
    appended,
    forget_appended,
    item,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dora() -> Caller:
    item("course-1")
    item("module-1", course="course-1")
    item("mission-1")
    caller = signed_in(person("dora", Role.DIRECTOR))
    forget_appended()
    return caller


def rows() -> list[Any]:
    models: Any = (Quiz, Question, ContentItem)
    return [[*model.objects.order_by("pk").values()] for model in models]


def published(caller: Caller, **changes: Any) -> Any:
    status, found = caller.post("quizzes/", quiz_request(**changes))
    assert status == 201, found
    return found


def test_a_quiz_makes_its_item_completed_by_a_check(dora: Caller) -> None:
    tag = ContentItem.objects.get(content_id="module-1").etag
    found = published(dora, max_attempts=3, question_count=2)
    assert (found["content_id"], found["version"], found["pass_percentage"]) == ("module-1", 1, 80)
    assert (found["max_attempts"], found["question_count"]) == (3, 2)
    module = ContentItem.objects.get(content_id="module-1")
    assert (module.completed_by, module.version, appended()) == ("check", 1, [])
    assert module.etag != tag
    keys = [*Question.objects.order_by("position").values_list("key", flat=True)]
    assert keys == [[2], [1, 3], [], ["nmap", "Network Mapper"]]
    assert dora.get("quizzes/?content=module-1")[1]["results"] == [found]
    assert dora.get("quizzes/?content=course-1")[1]["results"] == []


def test_retiring_a_quiz_lets_self_reports_complete_its_item_until_it_is_restored(
    dora: Caller,
) -> None:
    found = published(dora)
    path = f"quizzes/{found['id']}/"
    for action, completed_by in (("retire", "self"), ("restore", "check"), ("restore", "check")):
        status, answer = dora.call("POST", f"{path}{action}/")
        assert (status, answer["retired"]) == (200, action == "retire")
        assert ContentItem.objects.get(content_id="module-1").completed_by == completed_by
        assert dora.get("quizzes/")[1]["count"] == (0 if action == "retire" else 1)
    assert dora.get(path)[0] == 200


@pytest.mark.parametrize(
    ("content_id", "expected"),
    [
        ("mission-1", (400, "not_quizzed", [])),
        ("module-9", (404, "not_found", [])),
        ("course-2", (409, "retired", [])),
        ("course-1", (409, "quiz_exists", [])),
    ],
)
def test_other_items_get_no_quiz(dora: Caller, content_id: str, expected: Any) -> None:
    published(dora, content_id="course-1")
    item("course-2")
    retire_content(content_id="course-2")
    before = rows()
    forget_appended()
    assert refusal(dora.post("quizzes/", quiz_request(content_id))) == expected
    assert (rows(), appended()) == (before, [])


BAD_QUESTIONS: dict[str, Any] = {
    "another kind": {**SINGLE, "kind": "essay"},
    "no prompt": {**SINGLE, "prompt": ""},
    "single without options": {**SINGLE, "options": []},
    "single with one option": {**SINGLE, "options": ["22"], "right": [1]},
    "single without a right one": {**SINGLE, "right": []},
    "single with two right ones": {**SINGLE, "right": [1, 2]},
    "single with a right one there is not": {**SINGLE, "right": [4]},
    "single with accepted texts": {**SINGLE, "accepted": ["443"]},
    "equal options": {**SINGLE, "options": ["ssh", "ssh ", "x"]},
    "multiple without a right one": {**MULTIPLE, "right": []},
    "multiple with one right twice": {**MULTIPLE, "right": [1, 1]},
    "order with a right one": {**ORDER, "right": [1]},
    "order with one option": {**ORDER, "options": ["SYN"]},
    "text without accepted texts": {**TEXT, "accepted": []},
    "text with a blank accepted text": {**TEXT, "accepted": [" "]},
    "text with options": {**TEXT, "options": ["a", "b"]},
    "another field": {**TEXT, "key": ["nmap"]},
    "not an object": "nmap",
    "no kind": {"prompt": "x", "accepted": ["x"]},
}


@pytest.mark.parametrize("name", BAD_QUESTIONS)
def test_a_question_without_a_fitting_key_is_refused(dora: Caller, name: str) -> None:
    before = rows()
    questions = [*QUESTIONS, BAD_QUESTIONS[name]]
    status, answer = dora.post("quizzes/", quiz_request(questions=questions))
    assert status == 400, answer
    assert answer["errors"][0]["field"].startswith("questions.4")
    assert (rows(), appended()) == (before, [])


def test_options_may_differ_in_case_alone(dora: Caller) -> None:
    question = {**SINGLE, "options": ["ls -a", "ls -A"]}
    assert dora.post("quizzes/", quiz_request(questions=[question]))[0] == 201


def test_a_quiz_has_as_many_questions_as_an_attempt_draws(dora: Caller) -> None:
    before = rows()
    refused = dora.post("quizzes/", quiz_request(question_count=5))
    assert refusal(refused) == (400, "too_few_questions", [])
    assert rows() == before
    path = f"quizzes/{published(dora, question_count=4)['id']}/"
    before = rows()
    refused = dora.post(f"{path}versions/", {"questions": [SINGLE]})
    assert refusal(refused) == (400, "too_few_questions", [])
    refused = dora.call("PATCH", path, {"question_count": 5})
    assert refusal(refused) == (400, "too_few_questions", [])
    assert rows() == before


def test_the_next_version_leaves_the_questions_of_the_former(dora: Caller) -> None:
    found = published(dora)
    status, newer = dora.post(f"quizzes/{found['id']}/versions/", {"questions": [TEXT]})
    assert (status, newer["version"]) == (201, 2)
    versions = [*Question.objects.order_by("pk").values_list("version", flat=True)]
    assert versions == [1, 1, 1, 1, 2]


def test_a_change_with_an_outdated_tag_is_refused(dora: Caller) -> None:
    found = published(dora)
    path, tag = f"quizzes/{found['id']}/", Quiz.objects.get().etag
    headers = {"Content-Type": "application/json", "If-Match": tag}
    change = {"wait_minutes": 5, "max_attempts": None}
    assert dora.call("PATCH", path, change, headers)[1]["wait_minutes"] == 5
    before = rows()
    refused = dora.call("PATCH", path, {"wait_minutes": 6}, headers)
    assert refusal(refused) == (412, "precondition_failed", [])
    assert rows() == before


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR, Role.SPONSOR])
def test_others_write_no_quiz_and_read_no_statistics(dora: Caller, role: Role) -> None:
    path = f"quizzes/{published(dora)['id']}/"
    somebody = signed_in(person("somebody", role))
    before = rows()
    for answer in (
        somebody.post("quizzes/", quiz_request("course-1")),
        somebody.call("PATCH", path, {"wait_minutes": 5}),
        somebody.post(f"{path}versions/", {"questions": [TEXT]}),
        somebody.call("POST", f"{path}retire/"),
        somebody.call("POST", f"{path}restore/"),
        somebody.get(f"{path}statistics/"),
    ):
        assert refusal(answer) == (403, "forbidden", [])
    assert rows() == before
    assert somebody.get(path)[0] == 200
