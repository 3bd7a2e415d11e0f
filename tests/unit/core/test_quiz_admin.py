"""Quizzes in the admin site, which alone shows the key of a question."""

import json
from typing import Any

import pytest
from django.test import Client

from core.erasure.services import erase_user
from core.export.contents import tables
from core.programs.models import ContentItem
from core.quizzes.authoring import update_quiz
from core.quizzes.models import Question, Quiz, QuizAttempt, QuizResult
from ongoza_contracts.vocabulary import Role
from tests.unit.core.quiz_rows import QUESTIONS, SINGLE, TEXT, attempted, columns, quiz
from tests.unit.core.world import admin_site_client, item, person

pytestmark = pytest.mark.django_db

PAGE = "/admin/quizzes/quiz/"


@pytest.fixture
def admin() -> Client:
    item("course-1")
    return admin_site_client(person("ada", Role.ADMIN))


def form(questions: Any = QUESTIONS, **changes: Any) -> dict[str, Any]:
    course = ContentItem.objects.get(content_id="course-1").pk
    good = {"item": course, "pass_percentage": 80, "wait_minutes": 0}
    return {**good, "questions": json.dumps(questions), **changes}


def test_a_quiz_is_added_changed_and_retired(admin: Client) -> None:
    assert admin.post(f"{PAGE}add/", form(max_attempts=3)).status_code == 302
    row = Quiz.objects.get()
    assert (row.version, row.max_attempts, row.item.completed_by) == (1, 3, "check")
    change = f"{PAGE}{row.pk}/change/"
    shown = admin.get(change).content.decode()
    assert "Network Mapper" in shown
    same = json.loads(admin.get(change).context["adminform"].form["questions"].value())
    assert admin.post(change, form(same, pass_percentage=70)).status_code == 302
    row.refresh_from_db()
    assert (row.version, row.pass_percentage, row.max_attempts) == (1, 70, None)
    assert admin.post(change, form([TEXT])).status_code == 302
    row.refresh_from_db()
    assert (row.version, Question.objects.filter(version=2).count()) == (2, 1)
    admin.post(PAGE, {"action": "retire", "_selected_action": [str(row.pk)]})
    row.refresh_from_db()
    assert (row.retired, ContentItem.objects.get().completed_by) == (True, "self")
    assert "Network Mapper" in admin.get(change).content.decode()


def test_a_form_that_another_author_outdated_changes_nothing(admin: Client) -> None:
    row = quiz("module-2")
    change = f"{PAGE}{row.pk}/change/"
    read = admin.get(change).context["adminform"].form["etag"].value()
    update_quiz(quiz_id=row.pk, questions=[*map(columns, [SINGLE])])
    answer = admin.post(change, form(pass_percentage=70, etag=read))
    assert "The object has changed since" in answer.content.decode()
    row.refresh_from_db()
    assert (row.version, row.pass_percentage) == (2, 80)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("pass_percentage", value) for value in (0, 101)),
        *(("max_attempts", value) for value in (0, 1001)),
        *(("wait_minutes", 2147483647), ("question_count", 0)),
    ],
)
def test_a_policy_that_the_api_refuses_is_shown_in_the_form(
    admin: Client, name: str, value: int
) -> None:
    answer = admin.post(f"{PAGE}add/", form(**{name: value}))
    assert [*answer.context["adminform"].form.errors] == [name]
    assert not Quiz.objects.exists()


@pytest.mark.parametrize("questions", [[{**SINGLE, "right": [9]}], [], {}, ["x"], [{}]])
def test_a_wrong_question_is_shown_in_the_form(admin: Client, questions: Any) -> None:
    answer = admin.post(f"{PAGE}add/", form(questions))
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert not Quiz.objects.exists()


def test_the_archive_of_a_learner_has_the_answers_without_the_seed() -> None:
    (table,) = [one for one in tables() if one.model is QuizAttempt]
    assert "answers" in [one.name for one in table.columns]
    assert table.left_out == ["seed"]
    assert Question not in [one.model for one in tables()]


def test_an_erased_learner_leaves_no_attempt_and_no_result() -> None:
    learner, row = person("amina"), quiz()
    attempted(learner, row.pk)
    erase_user(user_id=learner.pk)
    assert not QuizAttempt.objects.exists()
    assert not QuizResult.objects.exists()
