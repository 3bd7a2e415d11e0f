"""The texts and quizzes of the demo catalogue are valid, and its learners' attempts plausible."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from core.demo.attempts import DemoQuiz, past_attempts, right_answer
from core.demo.items import Catalogue
from core.demo.learners import DemoLearner, demo_learner, invent_learners
from core.demo.lessons import LESSONS, load_quizzes
from core.demo.loader import CatalogueError, load_catalogue
from core.imports.bodies import read_text
from core.lessons.markup import check, sections
from core.lessons.models import Language
from core.programs.models import ContentItem
from core.quizzes.grading import drawn_questions, grade
from core.quizzes.models import Question, QuestionKind, Quiz
from core.quizzes.services import PastAttempt
from core.quizzes.statistics import ATTEMPTS_MIN
from ongoza_contracts.vocabulary import ProgressStatus
from tests.unit.core.quiz_rows import wrong_answer

TEXTS = sorted(LESSONS.glob("*.md"))
QUIZZES = [*load_quizzes()]
TEXT_COUNT, QUIZ_COUNT = 30, 12
TRANSLATED = {"module-101-1", "module-104-3", "module-206-1"}
IMAGE_BYTES = 40_000
Taken = list[tuple[DemoLearner, DemoQuiz, list[PastAttempt]]]


def demo_quiz(fields: dict[str, Any]) -> DemoQuiz:
    """As `plant_quizzes` makes it, without rows."""
    policy = {name: value for name, value in fields.items() if name != "questions"}
    item = ContentItem(content_id=policy.pop("content_id"))
    questions = [
        Question(position=position, **one) for position, one in enumerate(fields["questions"], 1)
    ]
    return DemoQuiz(Quiz(item=item, **policy), questions)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def first_modules(catalogue: Catalogue, count: int) -> list[str]:
    """The ids of modules in the order of their numbers."""
    return sorted(item.content_id for item in catalogue.modules)[:count]


# --- texts ---------------------------------------------------------------------------------------


def test_the_first_modules_have_texts_and_some_are_translated(catalogue: Catalogue) -> None:
    languages: dict[str, set[str]] = {}
    for path in TEXTS:
        text = read_text(path)
        languages.setdefault(text.content_id, set()).add(text.language)
    assert [*languages] == first_modules(catalogue, TEXT_COUNT)
    assert {one for one, found in languages.items() if len(found) > 1} == TRANSLATED
    assert all(languages[one] == {*Language} for one in TRANSLATED)
    assert all("en" in found for found in languages.values())


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_a_text_can_be_published_and_has_the_length_of_a_lesson(path: Path) -> None:
    text = read_text(path)
    assert check(text.markdown) == text.paths.keys()
    found = sections(text.markdown)
    assert all(one.title for one in found)
    assert 5 <= len(found) <= 9
    assert 400 <= sum(len(one.markdown.split()) for one in found) <= 900


def test_images_are_small_and_each_is_shown_by_a_text() -> None:
    shown = {file for path in TEXTS for file in read_text(path).paths.values()}
    assert shown == {*(LESSONS / "images").iterdir()}
    assert len(shown) >= 2
    for file in shown:
        content = file.read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < IMAGE_BYTES


# --- quizzes -------------------------------------------------------------------------------------


def test_the_first_modules_have_quizzes(catalogue: Catalogue) -> None:
    assert [quiz["content_id"] for quiz in QUIZZES] == first_modules(catalogue, QUIZ_COUNT)
    policies = {(quiz["pass_percentage"], quiz["wait_minutes"]) for quiz in QUIZZES}
    assert len(policies) > QUIZ_COUNT / 2
    assert {quiz["max_attempts"] is None for quiz in QUIZZES} == {True, False}


@pytest.mark.parametrize("fields", QUIZZES, ids=lambda fields: fields["content_id"])
def test_a_quiz_has_all_kinds_of_questions_and_the_grader_knows_its_key(
    fields: dict[str, Any],
) -> None:
    demo = demo_quiz(fields)
    assert {one.kind for one in demo.questions} == {*QuestionKind}
    assert 6 <= len(demo.questions) <= 10
    assert all(one.feedback for one in demo.questions)
    for seed in (b"one order", b"another"):
        shown = drawn_questions(demo.questions, seed, 1, len(demo.questions))
        assert all(grade(shown, [right_answer(one) for one in shown]).values())
        assert not any(grade(shown, [wrong_answer(one) for one in shown]).values())


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[[questions", "module-1.toml: "),
        ("pass_percentage = 80", "module-1.toml: .*questions"),
        ('[[questions]]\nkind = "single"\nprompt = "P"\noptions = ["a", "b"]', "right"),
    ],
)
def test_a_broken_quiz_is_refused_by_name(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "module-1.toml").write_text(content)
    with pytest.raises(CatalogueError, match=f"(?s){complaint}"):
        [*load_quizzes(tmp_path)]


# --- attempts ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def taken(catalogue: Catalogue) -> Taken:
    """The attempts of all demo learners at all quizzes."""
    quizzes = {fields["content_id"]: demo_quiz(fields) for fields in QUIZZES}
    return [
        (learner, quizzes[step.content_id], past_attempts(quizzes[step.content_id], learner, step))
        for learner in [*invent_learners(catalogue), demo_learner(catalogue)]
        for step in learner.steps
        if step.status == ProgressStatus.COMPLETED and step.content_id in quizzes
    ]


def graded(demo: DemoQuiz, attempt: PastAttempt) -> tuple[dict[int, bool], bool]:
    """Which questions were answered right, and whether the attempt passes."""
    shown = drawn_questions(demo.questions, attempt.seed, 1, len(demo.questions))
    outcomes = grade(shown, attempt.answers)
    return outcomes, 100 * sum(outcomes.values()) >= demo.quiz.pass_percentage * len(outcomes)


def test_the_last_attempt_alone_passes_and_the_policy_is_kept(taken: Taken) -> None:
    for _, demo, attempts in taken:
        *failed, passed = [graded(demo, one)[1] for one in attempts]
        assert passed
        assert not any(failed)
        assert len(attempts) <= (demo.quiz.max_attempts or len(attempts))
        wait = timedelta(minutes=demo.quiz.wait_minutes)
        for one, following in pairwise(attempts):
            assert one.started_at < one.submitted_at < following.started_at - wait


def test_attempts_lie_between_the_steps_of_the_learner(taken: Taken) -> None:
    for learner, demo, attempts in taken:
        before = [one.at for one in learner.steps if one.at < attempts[-1].submitted_at]
        assert max([learner.account.joined_at, *before]) < attempts[0].started_at, demo.quiz.item


def outcomes_of(taken: Taken, content_id: str) -> Iterator[dict[int, bool]]:
    """Of the first attempts at one quiz."""
    for _, demo, attempts in taken:
        if demo.quiz.item.content_id == content_id:
            yield graded(demo, attempts[0])[0]


def test_about_a_quarter_of_first_attempts_fail_and_questions_differ(taken: Taken) -> None:
    first = [graded(demo, attempts[0])[1] for _, demo, attempts in taken]
    assert 0.2 < first.count(False) / len(first) < 0.32
    counts = Counter(demo.quiz.item.content_id for _, demo, _ in taken)
    enough = [content_id for content_id, count in counts.items() if count > ATTEMPTS_MIN]
    assert {"module-101-1", "module-101-2", "module-101-3"} <= {*enough}
    for content_id in enough:
        rows = [*outcomes_of(taken, content_id)]
        right = {position: sum(row[position] for row in rows) for position in rows[0]}
        assert max(right.values()) - min(right.values()) > len(rows) / 10
