"""Calls of the services of reviews that write published entities."""

from collections.abc import Callable, Mapping
from typing import Any

from core.submissions.models import Submission
from core.users.models import User
from ongoza_contracts.reviews import ReviewOutcome
from tests.unit.core.review_rows import assessment, claimed, reviewed, reviewer, run_out, waiting
from tests.unit.core.school import World
from tests.unit.core.world import forget_appended


def of_reviewer(submission: Submission, **more: Any) -> dict[str, Any]:
    claimed(submission)
    return {"reviewer": reviewer(), "submission_id": submission.pk, **more}


def lapsed(learner: User) -> dict[str, Any]:
    submission = waiting(learner)
    run_out(claimed(submission))
    return {"submission_id": submission.pk}


def decided(learner: User) -> dict[str, Any]:
    submission = waiting(learner)
    reviewed(submission)
    forget_appended()
    return {"submission_id": submission.pk}


def found() -> dict[str, Any]:
    return {"outcome": ReviewOutcome.FAILED, "assessment": assessment()}


OF_REVIEWS: Mapping[str, tuple[str, Callable[[World], dict[str, Any]]]] = {
    "reviews.services.claim": (
        "submissions",
        lambda w: {"reviewer": w.admin, "submission_id": waiting(w.learner).pk},
    ),
    "reviews.services.release": ("submissions", lambda w: of_reviewer(waiting(w.learner))),
    "reviews.services.take_away": (
        "submissions",
        lambda w: {
            "caller": w.admin,
            "submission_id": claimed(waiting(w.learner)).submission_id,
            "reason": "On leave",
        },
    ),
    "reviews.services.settle": ("submissions", lambda w: lapsed(w.learner)),
    "reviews.decisions.decide": (
        "reviews submissions",
        lambda w: of_reviewer(waiting(w.learner), **found()),
    ),
    "reviews.decisions.regrade": (
        "reviews submissions",
        lambda w: {"caller": w.admin, **decided(w.learner), **found()},
    ),
}
