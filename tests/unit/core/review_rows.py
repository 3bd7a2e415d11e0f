"""Submissions, claims and reviews for tests."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from core.missions.models import Criterion, Mission, Rubric
from core.outbox.publish import publish
from core.programs.models import ContentItem
from core.reviews import decisions, services
from core.reviews.decisions import Assessment
from core.reviews.models import Claim, Review
from core.reviews.scores import Mark
from core.submissions.models import Submission
from core.users.models import User
from ongoza_contracts.missions import MissionState
from ongoza_contracts.reviews import ReviewKind, ReviewOutcome
from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.vocabulary import Role
from tests.unit.core.mission_rows import published_mission
from tests.unit.core.world import forget_appended, item, person

POINTS = (10, 5)


def graded_mission(content_id: str = "mission-1", points: Sequence[int] = POINTS) -> Mission:
    """On offer, with a rubric of criteria with these points, of which 60 % pass."""
    found = Mission.objects.filter(content__content_id=content_id).first()
    if found is not None:
        return found
    content = ContentItem.objects.filter(content_id=content_id).first() or item(content_id)
    mission = published_mission(
        content=content, state=MissionState.PUBLISHED, rubric_version=int(bool(points))
    )
    if points:
        rubric = Rubric.objects.create(mission=mission, version=1)
        Criterion.objects.bulk_create(
            Criterion(rubric=rubric, position=position, title="Report", max_points=most)
            for position, most in enumerate(points, start=1)
        )
    return mission


def handed_in(user: User, mission: Mission | None = None, **columns: Any) -> Submission:
    """A submission that waits in the queue, with its fact."""
    mission = mission or graded_mission()
    values = {
        "attempt": 1,
        "state": SubmissionState.SUBMITTED,
        "submitted_at": timezone.now(),
        "rubric_version": mission.rubric_version,
        "artifacts": 1,
        **columns,
    }
    submission = Submission(user=user, mission=mission, **values)
    publish(submission)
    services.settle(submission_id=submission.pk)
    return submission


def waiting(user: User, mission: Mission | None = None, **columns: Any) -> Submission:
    """As `handed_in`, with the facts forgotten."""
    submission = handed_in(user, mission, **columns)
    forget_appended()
    return submission


def reviewer(name: str = "reviewer") -> User:
    """An admin, who reviews everybody's work."""
    return User.objects.filter(email=f"{name}@ongoza.example").first() or person(name, Role.ADMIN)


def assessment(*points: float, **texts: Any) -> Assessment:
    """With these points, or all."""
    marks = [
        Mark(criterion=number, points=given, comment="")
        for number, given in enumerate(points or POINTS, start=1)
    ]
    return Assessment(marks=marks, **texts)


def claimed(submission: Submission, by: User | None = None) -> Claim:
    """With the facts forgotten."""
    found = services.claim(reviewer=by or reviewer(), submission_id=submission.pk)
    forget_appended()
    return found


def reviewed(
    submission: Submission,
    outcome: ReviewOutcome = ReviewOutcome.PASSED,
    by: User | None = None,
    **texts: str,
) -> Review:
    """Decided by a reviewer who claims it first."""
    by = by or reviewer()
    services.claim(reviewer=by, submission_id=submission.pk)
    return decisions.decide(
        reviewer=by, submission_id=submission.pk, outcome=outcome, assessment=assessment(**texts)
    )


def run_out(claim: Claim) -> None:
    """Let the claim's time be over."""
    past = timezone.now() - timedelta(seconds=1)
    Claim.objects.filter(pk=claim.pk).update(until=past)


def published_review(submission: Submission) -> Review:
    """Without the submission's outcome, with its fact."""
    review = Review(
        user=submission.user,
        reviewer=None,
        submission=submission,
        kind=ReviewKind.FIRST,
        outcome=ReviewOutcome.FAILED,
        rubric_version=0,
        waiting_since=timezone.now(),
    )
    publish(review)
    return review


def many_waiting(_: User, numbers: range) -> None:
    """Submissions of so many learners in the queue, each of which has been claimed before."""
    mission = graded_mission()
    past = timezone.now() - timedelta(days=1)
    for number in numbers:
        learner = person(f"waiting-{number}")
        submission = handed_in(learner, mission)
        Claim.objects.create(
            submission=submission, reviewer=learner, state="released", until=past, ended_at=past
        )


def many_claims(user: User, numbers: range) -> None:
    """Live ones of a reviewer: more than the services allow."""
    many_waiting(user, numbers)
    until = timezone.now() + timedelta(hours=1)
    free = Submission.objects.exclude(claims__state="open")
    Claim.objects.bulk_create(
        Claim(submission=submission, reviewer=user, until=until) for submission in free
    )


def many_reviews(user: User, numbers: range) -> None:
    """Of one submission of the user's."""
    submission = Submission.objects.first() or handed_in(user)
    for _ in numbers:
        published_review(submission)
