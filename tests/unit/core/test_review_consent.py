"""Work of a minor is reviewed only while their guardian's consent stands."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.jobs.services import run_due, schedule
from core.notifications.models import Notification
from core.reviews.models import Claim, QueueEntry, Review
from core.users.models import Consent, Minor, User
from core.users.preferences import record_consent
from ongoza_contracts.reviews import ReviewOutcome
from tests.unit.core.review_rows import claimed, reviewed, waiting
from tests.unit.core.school import World
from tests.unit.core.world import appended, forget_appended, person, refusal, signed_in

pytestmark = pytest.mark.django_db


def make_minor(user: User) -> None:
    """Without a guardian's consent."""
    Minor.objects.create(user=user, adult_from=timezone.now().date() + timedelta(days=400))


def consent(user: User) -> None:
    record_consent(user=user, kind=Consent.Kind.GUARDIAN, given=True, version="1")


def run_jobs() -> None:
    schedule("reviews.queue")
    while run_due():
        pass


def test_work_without_consent_waits_outside_the_queue_until_it_is_given(world: World) -> None:
    submission = waiting(world.learner, submitted_at=timezone.now() - timedelta(days=9))
    make_minor(world.learner)
    director = signed_in(world.director)
    assert director.get("reviews/queue/")[1]["results"] == []
    run_jobs()
    assert not Notification.objects.filter(kind="reviews.overdue").exists()
    consent(world.learner)
    rows = director.get("reviews/queue/")[1]["results"]
    assert [row["submission"] for row in rows] == [str(submission.pk)]
    run_jobs()
    assert Notification.objects.filter(kind="reviews.overdue").exists()


def test_an_unknown_year_of_birth_keeps_work_out_of_the_queue(world: World) -> None:
    waiting(world.learner)
    Minor.objects.create(user=world.learner)
    assert signed_in(world.director).get("reviews/queue/")[1]["results"] == []
    Minor.objects.update(adult_from=timezone.now().date())
    assert len(signed_in(world.director).get("reviews/queue/")[1]["results"]) == 1


def test_work_without_consent_is_not_counted_as_ahead_of_others(world: World) -> None:
    waiting(world.learner)
    found = waiting(person("ann", organization=world.school))
    make_minor(world.learner)
    caller = signed_in(world.director)
    assert caller.get(f"submissions/{found.pk}/waiting/")[1]["ahead"] == 0


def test_a_claim_without_consent_is_a_conflict_about_the_learner(world: World) -> None:
    submission = waiting(world.learner)
    make_minor(world.learner)
    answer = signed_in(world.director).post(f"reviews/{submission.pk}/claim/", None)
    assert refusal(answer) == (409, "learner_consent_missing", [])
    assert "learner" in answer[1]["detail"]
    assert (Claim.objects.count(), appended()) == (0, [])


@pytest.mark.parametrize("action", ["decide", "regrade"])
def test_no_review_is_decided_once_the_consent_is_withdrawn(action: str, world: World) -> None:
    submission = waiting(world.learner)
    if action == "decide":
        claimed(submission, world.director)
    else:
        reviewed(submission)
        forget_appended()
    make_minor(world.learner)
    before = (Review.objects.count(), QueueEntry.objects.count())
    body = {"outcome": "failed", "marks": [{"criterion": 1, "points": 1}] * 2}
    answer = signed_in(world.director).post(f"reviews/{submission.pk}/{action}/", body)
    assert refusal(answer) == (409, "learner_consent_missing", [])
    assert (Review.objects.count(), QueueEntry.objects.count(), appended()) == (*before, [])


def test_a_minor_asks_for_no_second_opinion_without_consent(world: World) -> None:
    submission = waiting(world.learner)
    reviewed(submission, ReviewOutcome.FAILED)
    make_minor(world.learner)
    answer = signed_in(world.learner).post(f"submissions/{submission.pk}/second-opinion/", None)
    assert refusal(answer) == (403, "guardian_consent_required", [])
    assert not QueueEntry.objects.exists()
