"""What reviewers are shown of work that is like that of others."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.missions.models import Mission
from core.submissions import similar
from core.submissions.artifacts import add_artifact
from core.submissions.models import Submission
from core.submissions.services import start_attempt, submit
from core.submissions.similarity import Overlap, overlap
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.school import ABSENT, World
from tests.unit.core.submission_rows import drafted, mission, submitted
from tests.unit.core.test_files import root
from tests.unit.core.uploaded import TEXT as BYTES
from tests.unit.core.uploaded import staged, upload
from tests.unit.core.world import assign, person, refusal, signed_in

__all__ = ["root", "staged"]
pytestmark = pytest.mark.django_db

COPIED = "The attacker moved from the mail server to the file share by a stolen ticket."
OWN = "First I looked at what the firewall had dropped since Monday, and found nothing of note."
STORY = "At nine in the morning the help desk of the bank reports that nobody can sign in."


@pytest.fixture
def row(world: World) -> Mission:
    return mission(story=STORY)


def classmate(world: World, name: str = "baraka") -> User:
    return person(name, Role.LEARNER, world.school)


def shown(reader: User, submission: Submission) -> list[Any]:
    status, body = signed_in(reader).get(f"submissions/{submission.pk}/similarities/")
    assert status == 200, body
    found: list[Any] = body["similarities"]
    return found


def test_a_copied_passage_is_shown_with_the_attempt_that_has_it_too(
    world: World, row: Mission
) -> None:
    other = submitted(classmate(world), row, f"{STORY} My answer: {COPIED}")
    found = submitted(world.learner, row, f"{OWN}\n\n{COPIED}\n\n{STORY}", OWN)
    (one,) = shown(world.director, found)
    assert one["passages"] == [COPIED.removesuffix(".")]
    assert (one["equal"], one["other_submission"]) == (False, str(other.pk))
    assert one["artifact"] == str(found.artifact_set.earliest("id").pk)
    assert 20 < one["percent"] < 60


def test_equal_work_comes_first(world: World, row: Mission, staged: Path) -> None:
    for user in (classmate(world), world.learner):
        draft = start_attempt(user=user, mission_id=row.pk)
        file = upload(signed_in(user), BYTES)["id"]
        link = "https://code.example/solution"
        own = OWN if user == world.learner else ""
        add_artifact(user=user, submission_id=draft.pk, kind="text", text=f"{COPIED} {own}".strip())
        add_artifact(user=user, submission_id=draft.pk, kind="file", file=file)
        add_artifact(user=user, submission_id=draft.pk, kind="link", url=link)
        found = submit(user=user, submission_id=draft.pk)
    kinds = {str(one.pk): one.kind for one in found.artifact_set.all()}
    rows = [(kinds[one["artifact"]], one["equal"]) for one in shown(world.director, found)]
    assert sorted(rows[:2]) == [("file", True), ("link", True)]
    assert rows[2:] == [("text", False)]


def test_the_sources_of_a_copy_are_found_behind_newer_work(
    world: World, row: Mission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "CANDIDATES_MAX", 2)
    near = submitted(classmate(world, "near"), row, f"{OWN} Afterwards I slept. {COPIED}")
    equal = submitted(classmate(world, "equal"), row, f"{COPIED} {OWN}")
    for number in range(3):
        submitted(classmate(world, f"newer-{number}"), row, COPIED)
    found = submitted(world.learner, row, f"{COPIED} {OWN}")
    sources = [one["other_submission"] for one in shown(world.director, found)]
    assert sources[:2] == [str(equal.pk), str(near.pk)]


def test_links_are_not_compared_word_by_word(
    world: World, row: Mission, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []

    def recorded(text: str, other: str, given: str) -> Overlap:
        compared.append(text)
        return overlap(text, other, given)

    monkeypatch.setattr(similar, "overlap", recorded)
    for user in (classmate(world), world.learner):
        draft = drafted(user, row, COPIED)
        link = "https://code.example/solution"
        add_artifact(user=user, submission_id=draft.pk, kind="link", url=link)
        found = submit(user=user, submission_id=draft.pk)
    assert [one["percent"] for one in shown(world.director, found)] == [100, 0]
    assert compared == [COPIED]


def test_an_attempt_is_sought_with_a_limited_number_of_fingerprints(
    world: World, row: Mission, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("one", COPIED), ("two", OWN)):
        submitted(classmate(world, name), row, text)
    found = submitted(world.learner, row, f"{COPIED} {OWN}")
    assert len(shown(world.director, found)) == 2
    monkeypatch.setattr(similar, "SOUGHT_MAX", 1)
    assert len(shown(world.director, found)) < 2


def test_what_is_not_comparable_is_left_out(world: World, row: Mission) -> None:
    drafted(classmate(world, "one"), row, COPIED)
    submitted(classmate(world, "two"), mission("mission-2"), COPIED)
    submitted(classmate(world, "three"), row, f"{STORY} {OWN}")
    found = submitted(world.learner, row, f"{STORY} {COPIED}")
    assert shown(world.director, found) == []


def test_the_work_of_learners_out_of_reach_is_not_named(world: World, row: Mission) -> None:
    submitted(world.foreign, row, f"{COPIED} This is a secret of Fred alone, and of nobody else.")
    found = submitted(world.learner, row, f"{COPIED} {OWN}")
    assign(world.mentor, world.learner)
    (one,) = shown(world.mentor, found)
    assert (one["other_submission"], one["passages"]) == (None, [COPIED.removesuffix(".")])
    (by_admin,) = shown(world.admin, found)
    assert by_admin["other_submission"] is not None


def test_only_reviewers_are_shown_it(world: World, row: Mission) -> None:
    found = submitted(world.learner, row)
    path = f"submissions/{found.pk}/similarities/"
    assert signed_in(world.learner).get(path)[0] == 403
    for other in (world.mentor, world.foreign_mentor):
        assert refusal(signed_in(other).get(path)) == ABSENT
    own = submitted(world.director, row)
    answer = signed_in(world.director).get(f"submissions/{own.pk}/similarities/")
    assert refusal(answer) == ABSENT


def test_many_similar_attempts_cost_no_more_queries(world: World, row: Mission) -> None:
    found = submitted(world.learner, row, f"{COPIED} {OWN}")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            shown(world.admin, found)
        return len(queries)

    submitted(classmate(world, "first"), row, COPIED)
    few = cost()
    for number in range(24):
        submitted(classmate(world, f"more-{number}"), row, COPIED)
    assert cost() == few
    assert len(shown(world.admin, found)) == 20
