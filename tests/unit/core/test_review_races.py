"""Two processes that review at random: a submission never has two live claims, nor a reviewer four,
and each submission is decided once."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import QuerySet

from core.outbox.models import FactHistory
from core.reviews import decisions, services
from core.reviews.models import Claim, QueueEntry, Review
from core.submissions.models import Submission
from core.users.models import User
from ongoza_contracts.reviews import ReviewOutcome
from ongoza_contracts.submissions import SubmissionState
from tests.random_cases import CASES
from tests.unit.core.review_rows import assessment, graded_mission, handed_in, reviewer
from tests.unit.core.two_processes import outcomes, run_in_two
from tests.unit.core.world import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.random]

OPERATIONS, REVIEWERS, LEARNERS, MISSIONS = 200 * CASES, 3, 6, 4
LEASE = timedelta(seconds=1)


class Operations:
    """Random requests of reviewers about a few submissions."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  (repeatable)
        self.reviewers = [*User.objects.filter(email__startswith="reviewer-").order_by("pk")]
        self.submissions = [*Submission.objects.order_by("pk")]

    def run(self) -> Counter[str]:
        kinds = [self.claim] * 5 + [self.extend, self.release, self.save, self.decide] * 2
        kinds += [self.take_away, self.settle, self.second_opinion]
        return outcomes(self.random.choice(kinds) for _ in range(OPERATIONS))

    def some(self) -> dict[str, Any]:
        """A reviewer and, rather than any, a submission that they have claimed."""
        by = self.random.choice(self.reviewers)
        held = Claim.objects.filter(reviewer=by, state="open").order_by("?").first()
        key = self.random.choice(self.submissions).pk
        if held and self.random.random() < 0.8:
            key = held.submission_id
        return {"reviewer": by, "submission_id": key}

    def claim(self) -> None:
        submission = self.random.choice(self.submissions)
        services.claim(reviewer=self.random.choice(self.reviewers), submission_id=submission.pk)

    def extend(self) -> None:
        services.extend(**self.some())

    def release(self) -> None:
        services.release(**self.some())

    def save(self) -> None:
        decisions.save_draft(**self.some(), assessment=assessment())

    def decide(self) -> None:
        outcome = self.random.choice([ReviewOutcome.PASSED, ReviewOutcome.FAILED])
        decisions.decide(**self.some(), outcome=outcome, assessment=assessment())

    def take_away(self) -> None:
        some = self.some()
        submission_id = some["submission_id"]
        services.take_away(caller=some["reviewer"], submission_id=submission_id, reason="Late")

    def settle(self) -> None:
        services.settle(submission_id=self.random.choice(self.submissions).pk)

    def second_opinion(self) -> None:
        one = self.random.choice(self.submissions)
        decisions.request_second_opinion(user=one.user, submission_id=one.pk)


def run(seed: int) -> Counter[str]:
    services.LEASE = LEASE
    return Operations(seed).run()


def test_two_processes_make_one_live_claim_of_a_submission_and_three_of_a_reviewer() -> None:
    with transaction.atomic():
        missions = [graded_mission(f"mission-{number}") for number in range(MISSIONS)]
        for number in range(LEARNERS):
            learner = person(f"learner-{number}")
            for mission in missions:
                handed_in(learner, mission)
        for number in range(REVIEWERS):
            reviewer(f"reviewer-{number}")

    found = run_in_two(run)

    names = ("claim", "extend", "release", "save", "decide", "take_away", "second_opinion")
    assert min(found[name] for name in names) > 0, found
    assert min(found["claimed"], found["claim_limit"]) > 0, found
    check_claims()
    check_reviews()


def check_claims() -> None:
    claims = [*Claim.objects.all()]
    for one in {claim.submission_id for claim in claims}:
        assert most_at_once(claim for claim in claims if claim.submission_id == one) == 1
    for by in {claim.reviewer_id for claim in claims}:
        of_one = [claim for claim in claims if claim.reviewer_id == by]
        assert most_at_once(of_one) <= services.CLAIMS_MAX


def most_at_once(claims: Any) -> int:
    """How many were live at the same time at most."""
    moments: list[tuple[datetime, int]] = []
    for claim in claims:
        moments += [(claim.claimed_at, 1), (claim.ended_at or claim.until, -1)]
    live = most = 0
    for _, change in sorted(moments):
        live += change
        most = max(most, live)
    return most


def check_reviews() -> None:
    """Each submission has one first review at most, and a second by somebody else."""
    for submission in Submission.objects.prefetch_related("reviews"):
        reviews = [*submission.reviews.all()]
        kinds = [review.kind for review in reviews]
        assert kinds in ([], ["first"], ["first", "second_opinion"])
        assert len({review.reviewer_id for review in reviews}) == len(reviews)
        waits = QueueEntry.objects.filter(submission=submission)
        if reviews:
            assert submission.state == reviews[-1].outcome
            assert submission.score == reviews[-1].score
        assert waits.filter(second_opinion=False).exists() == (not reviews)
        states = [*published_states(submission)]
        assert states[0] == SubmissionState.SUBMITTED
        assert (states[-1] in ("passed", "failed")) == bool(reviews)
    assert FactHistory.objects.filter(type="ongoza.review.updated.v1").count() == (
        QuerySet(Review).count()
    )


def published_states(submission: Submission) -> Iterator[str]:
    for row in FactHistory.objects.filter(type="ongoza.submission.updated.v1").order_by("id"):
        if row.body["submission_id"] == str(submission.pk):
            yield row.body["state"]
