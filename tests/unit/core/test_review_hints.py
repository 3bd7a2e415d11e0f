"""A score loses the cost of the hints that its learner had when they handed in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.missions.labs import enter_flag, issue_flag, set_hints, unlock_hint
from core.missions.models import Mission
from core.reviews.decisions import regrade
from core.reviews.models import Review
from core.submissions.models import Submission
from core.users.models import User
from ongoza_contracts.reviews import ReviewOutcome
from ongoza_contracts.submissions import SubmissionState
from tests.unit.core.review_rows import assessment, graded_mission, reviewed, reviewer, waiting
from tests.unit.core.school import World
from tests.unit.core.submission_rows import change
from tests.unit.core.world import signed_in

pytestmark = pytest.mark.django_db

COSTS = (15, 20)


@pytest.fixture
def mission() -> Mission:
    found = graded_mission()
    set_hints(mission_id=found.pk, hints=[{"text": "Look.", "cost": cost} for cost in COSTS])
    return found


def unlock(user: User, mission: Mission, number: int) -> None:
    unlock_hint(user=user, mission_id=mission.pk, number=number)


def score_of(submission: Submission) -> tuple[float, float | None]:
    """The hint cost of its newest review, and the submission's score."""
    submission.refresh_from_db()
    return Review.objects.filter(submission=submission).latest("pk").hint_cost, submission.score


def test_hints_unlocked_after_handing_in_lower_no_score(world: World, mission: Mission) -> None:
    unlock(world.learner, mission, 1)
    submission = waiting(world.learner, mission)
    unlock(world.learner, mission, 2)
    reviewed(submission)
    assert score_of(submission) == (15, 85)


def test_a_regrade_counts_the_hints_of_the_first_review(world: World, mission: Mission) -> None:
    unlock(world.learner, mission, 1)
    submission = waiting(world.learner, mission)
    reviewed(submission, ReviewOutcome.FAILED)
    unlock(world.learner, mission, 2)
    regrade(
        caller=reviewer(),
        submission_id=submission.pk,
        outcome=ReviewOutcome.PASSED,
        assessment=assessment(),
    )
    assert score_of(submission) == (15, 85)


def test_requested_changes_cost_the_hints_that_helped_to_make_them(
    world: World, mission: Mission
) -> None:
    before = timezone.now() - timedelta(days=1)
    unlock(world.learner, mission, 1)
    first = waiting(
        world.learner, mission, state=SubmissionState.CHANGES_REQUESTED, submitted_at=before
    )
    again = waiting(world.learner, mission, attempt=2, previous_id=first.pk)
    unlock(world.learner, mission, 2)
    reviewed(again)
    assert score_of(again) == (15, 85)


# --- what reviewers read -------------------------------------------------------------------------
def test_reviewers_read_what_hints_cost_and_how_flags_were_entered(
    world: World, mission: Mission
) -> None:
    change(mission, flag_attempts=3)
    flags = [
        issue_flag(caller=world.admin, mission_id=mission.pk, user_id=user.pk)
        for user in (world.learner, world.foreign)
    ]
    unlock(world.learner, mission, 1)
    submission = waiting(world.learner, mission)
    unlock(world.learner, mission, 2)
    for entered in ("a guess", flags[1], flags[0]):
        enter_flag(user=world.learner, mission_id=mission.pk, entered=entered)
    enter_flag(user=world.foreign, mission_id=mission.pk, entered="another guess")
    body = signed_in(world.director).get(f"reviews/{submission.pk}/")[1]
    assert body["flag"] == {"solved": True, "attempts": 3, "of_another": 1}
    assert body["hint_cost"] == 15


def test_reviewers_read_that_no_flag_was_entered(world: World, mission: Mission) -> None:
    submission = waiting(world.learner, mission)
    body = signed_in(world.director).get(f"reviews/{submission.pk}/")[1]
    assert body["flag"] == {"solved": False, "attempts": 0, "of_another": 0}
    assert body["hint_cost"] == 0
