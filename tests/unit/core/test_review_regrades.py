"""A regrade uses the mission's current rubric, and progress shows the best passed attempt."""

from typing import Any

import pytest

from core.missions.services import set_rubric
from core.progress.models import Progress
from core.progress.services import start_attempt
from core.reviews import decisions
from core.reviews.models import Review
from core.submissions.models import Submission
from ongoza_contracts.reviews import ReviewOutcome
from ongoza_contracts.vocabulary import ProgressStatus
from tests.unit.core.review_rows import (
    assessment,
    claimed,
    graded_mission,
    reviewer,
    waiting,
)
from tests.unit.core.school import World

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
