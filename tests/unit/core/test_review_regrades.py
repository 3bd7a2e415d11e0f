"""A regrade uses the mission's current rubric, and progress shows the best passed attempt."""

from typing import Any

import pytest

from core.missions.models import Rubric
from core.missions.services import set_rubric
from core.progress.models import Progress
from core.progress.services import start_attempt
from core.reviews import decisions
from core.reviews.models import QueueEntry, Review
from core.submissions.models import Submission
from ongoza_contracts.reviews import ReviewOutcome
from ongoza_contracts.vocabulary import ProgressStatus
from tests.unit.core.review_rows import (
    assessment,
    claimed,
    graded_mission,
    reviewed,
    reviewer,
    waiting,
)
from tests.unit.core.school import World
from tests.unit.core.world import appended, forget_appended, refusal, signed_in

pytestmark = pytest.mark.django_db


def regrade(submission: Submission, outcome: ReviewOutcome, *points: float) -> Review:
    return decisions.regrade(
        caller=reviewer(),
        submission_id=submission.pk,
        outcome=outcome,
        assessment=assessment(*points),
    )


def correct_rubric() -> None:
    """One criterion of 20 points in place of two."""
    criteria: Any = [{"title": "Report", "description": "", "max_points": 20}]
    set_rubric(mission_id=graded_mission().pk, criteria=criteria, pass_percentage=50)


# --- the rubric ----------------------------------------------------------------------------------
def test_a_regrade_uses_the_corrected_rubric_and_says_which(world: World) -> None:
    submission = waiting(world.learner)
    first = reviewed(submission, ReviewOutcome.FAILED)
    correct_rubric()
    review = regrade(submission, ReviewOutcome.PASSED, 15)
    assert (first.rubric_version, review.rubric_version) == (1, 2)
    assert (review.rubric_score, [mark["max_points"] for mark in review.marks]) == (75, [20])
    submission.refresh_from_db()
    assert submission.rubric_version == 1


@pytest.mark.parametrize("kind", ["first", "second_opinion"])
def test_other_reviews_use_the_rubric_of_the_hand_in(kind: str, world: World) -> None:
    submission = waiting(world.learner)
    if kind == "second_opinion":
        reviewed(submission, ReviewOutcome.FAILED, by=world.director)
        decisions.request_second_opinion(user=world.learner, submission_id=submission.pk)
    correct_rubric()
    review = reviewed(submission, by=world.admin)
    assert (review.kind, review.rubric_version, review.score) == (kind, 1, 100)


def test_work_is_reviewed_by_the_current_rubric_where_a_restore_lost_its_own(world: World) -> None:
    submission = waiting(world.learner)
    correct_rubric()
    Rubric.objects.filter(version=1).delete()
    claimed(submission, world.director)
    review = decisions.decide(
        reviewer=world.director,
        submission_id=submission.pk,
        outcome=ReviewOutcome.PASSED,
        assessment=assessment(12),
    )
    assert (review.rubric_version, review.score) == (2, 60)


def test_no_score_is_given_where_a_restore_lost_every_rubric(world: World) -> None:
    submission = waiting(world.learner)
    claimed(submission, world.director)
    Rubric.objects.all().delete()
    caller, body = signed_in(world.director), {"outcome": "passed", "marks": []}
    for method, path in (("POST", "decide"), ("PUT", "draft")):
        answer = caller.call(method, f"reviews/{submission.pk}/{path}/", body)
        assert refusal(answer) == (409, "rubric_lost", [])
    assert (Review.objects.count(), QueueEntry.objects.count(), appended()) == (0, 1, [])


def test_no_regrade_is_scored_where_a_restore_lost_every_rubric(world: World) -> None:
    submission = waiting(world.learner)
    reviewed(submission)
    forget_appended()
    Rubric.objects.all().delete()
    with pytest.raises(decisions.RubricLost):
        regrade(submission, ReviewOutcome.PASSED)
    assert (Review.objects.count(), appended()) == (1, [])


# --- progress ------------------------------------------------------------------------------------
def test_a_regrade_to_failed_leaves_the_score_of_the_best_passed_attempt(world: World) -> None:
    best, other = two_attempts(world)
    regrade(best, ReviewOutcome.FAILED, 0, 0)
    found = Progress.objects.get()
    assert (found.status, found.score) == (ProgressStatus.COMPLETED, 80)
    assert found.best_score == 100  # the highest that a review has ever given
    regrade(other, ReviewOutcome.FAILED, 0, 0)
    found.refresh_from_db()
    assert (found.status, found.score) == (ProgressStatus.COMPLETED, 80)  # stays completed


def test_a_pass_that_is_taken_back_completes_no_later_attempt_at_the_item(world: World) -> None:
    best, _ = two_attempts(world)
    start_attempt(user=world.learner, progress_id=Progress.objects.get().pk)
    regrade(best, ReviewOutcome.FAILED, 0, 0)
    found = Progress.objects.get()
    assert (found.status, found.score) == (ProgressStatus.IN_PROGRESS, None)


def two_attempts(world: World) -> list[Submission]:
    """Passed ones, with 100 and with 80 per cent."""
    found = []
    for number, points in enumerate(((10, 5), (9, 3)), start=1):
        submission = waiting(world.learner, attempt=number)
        claimed(submission, world.director)
        decisions.decide(
            reviewer=world.director,
            submission_id=submission.pk,
            outcome=ReviewOutcome.PASSED,
            assessment=assessment(*points),
        )
        found.append(submission)
    return found
