"""Calls of the services of attempts that write them."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from ongoza_contracts.submissions import SubmissionState
from tests.unit.core.school import World
from tests.unit.core.submission_rows import in_state, mission, submitted


def of_learner(world: World, state: SubmissionState) -> dict[str, Any]:
    row = in_state(world.learner, mission(), state)
    return {"user": world.learner, "submission_id": row.pk}


def of_reviewer(world: World, state: SubmissionState) -> dict[str, Any]:
    return {"submission_id": in_state(world.learner, mission(), state).pk}


def of_late_work(world: World) -> dict[str, Any]:
    """An extension by which work that waits for a review is not late."""
    now = timezone.now()
    row = mission(due_at=now - timedelta(days=2))
    submitted(world.learner, row)
    return {
        "granted_by": world.director,
        "mission_id": row.pk,
        "user_id": world.learner.pk,
        "until": now + timedelta(days=1),
    }


OF_SUBMISSIONS: Mapping[str, tuple[str, Callable[[World], dict[str, Any]]]] = {
    "submissions.suggestions.record_suggestion": (
        "suggestions",
        lambda world: {
            **of_reviewer(world, SubmissionState.SUBMITTED),
            "found": {"on_draft": False, "model": "m@1", "rule_version": 1, "checks": []},
        },
    ),
    "submissions.services.start_attempt": (
        "progress submissions",
        lambda world: {"user": world.learner, "mission_id": mission().pk},
    ),
    "submissions.services.submit": (
        "submissions",
        lambda world: of_learner(world, SubmissionState.DRAFT),
    ),
    "submissions.services.withdraw": (
        "submissions",
        lambda world: of_learner(world, SubmissionState.SUBMITTED),
    ),
    "submissions.services.begin_review": (
        "submissions",
        lambda world: of_reviewer(world, SubmissionState.SUBMITTED),
    ),
    "submissions.services.end_review": (
        "submissions",
        lambda world: of_reviewer(world, SubmissionState.IN_REVIEW),
    ),
    "submissions.services.record_outcome": (
        "progress submissions",
        lambda world: {
            "submission": in_state(world.learner, mission(), SubmissionState.IN_REVIEW),
            "state": SubmissionState.PASSED,
            "score": 80,
        },
    ),
    "submissions.extensions.grant_extension": ("submissions", of_late_work),
}
"""As `PUBLISHING` of `service_calls`."""
