"""Learners see by when a review is promised and how many promises their queue kept; directors are
notified of promises that were not."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from core.jobs.services import run_due, schedule
from core.notifications.models import Notification
from core.reviews.models import QueueEntry, Review, ReviewDraft
from core.reviews.promises import DEFAULT, REVIEWS_MIN, WINDOW
from core.submissions.models import Submission
from core.submissions.services import withdraw
from core.users.services import update_user
from ongoza_contracts.reviews import ReviewKind
from ongoza_contracts.submissions import SubmissionState
from tests.unit.core.review_rows import claimed, graded_mission, published_review, waiting
from tests.unit.core.school import World
from tests.unit.core.submission_rows import mission, submitted
from tests.unit.core.world import Caller, appended, forget_appended, person, refusal, signed_in

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def wait(caller: Caller, submission: Submission) -> Any:
    return caller.get(f"submissions/{submission.pk}/waiting/")


def reviewed_after(world: World, *hours: float) -> None:
    """Reviews of work of the school, decided an hour ago after so long, promised after ten."""
    decided_at = timezone.now() - HOUR
    submission = waiting(world.learner, graded_mission("mission-0"), state="failed")
    for wait in hours:
        review = published_review(submission)
        since = decided_at - wait * HOUR
        QuerySet(Review).filter(pk=review.pk).update(
            waiting_since=since, promised_by=since + 10 * HOUR, decided_at=decided_at
        )
    forget_appended()


def tick() -> None:
    """Run the recurring job of this app and what it adds."""
    schedule("reviews.queue")
    while run_due():
        pass


def test_handing_in_enters_the_queue_in_the_same_transaction(world: World) -> None:
    found = submitted(world.learner, mission())
    entry = QueueEntry.objects.get()
    assert entry.submission == found
    assert entry.first_submitted_at == entry.entered_at == found.submitted_at
    assert entry.promised_by == entry.entered_at + DEFAULT


def test_a_withdrawn_submission_leaves_the_queue(world: World) -> None:
    found = submitted(world.learner, mission())
    ReviewDraft.objects.create(submission=found)  # of a claim that was lost
    withdraw(user=world.learner, submission_id=found.pk)
    caller = signed_in(world.learner)
    assert refusal(wait(caller, found)) == (404, "not_found", [])
    assert signed_in(world.director).get("reviews/queue/")[1]["results"] == []
    tick()
    assert (QueueEntry.objects.count(), ReviewDraft.objects.count()) == (0, 0)


def test_the_tick_puts_back_what_a_restore_took_from_the_queue(world: World) -> None:
    found = waiting(world.learner)
    before = QueueEntry.objects.values("first_submitted_at", "entered_at").get()
    QueueEntry.objects.all().delete()
    tick()
    assert QueueEntry.objects.values("first_submitted_at", "entered_at").get() == before
    assert QueueEntry.objects.get().submission == found


def test_before_there_are_enough_reviews_the_numbers_are_null(world: World) -> None:
    reviewed_after(world, *[5] * (REVIEWS_MIN - 1))
    reviewed_after_elsewhere(world)
    found = waiting(world.learner)
    status, body = wait(signed_in(world.learner), found)
    assert status == 200
    assert (body["reviews"], body["has_enough_reviews"]) == (REVIEWS_MIN - 1, False)
    names = ("median_hours", "p80_hours", "share_kept")
    assert [body[name] for name in names] == [None, None, None]
    entry = QueueEntry.objects.get()
    assert (entry.entered_at, entry.promised_by) == (found.submitted_at, entry.entered_at + DEFAULT)


def reviewed_after_elsewhere(world: World) -> None:
    """Reviews that do not count: of another queue, too old, and a regrade."""
    foreign = waiting(world.foreign, graded_mission("mission-0"), state="failed")
    published_review(foreign)
    own = Submission.objects.get(user=world.learner)
    old, regrade = published_review(own), published_review(own)
    QuerySet(Review).filter(pk=old.pk).update(decided_at=timezone.now() - WINDOW - HOUR)
    QuerySet(Review).filter(pk=regrade.pk).update(kind=ReviewKind.REGRADE)


def test_the_promise_follows_the_last_reviews_of_the_same_queue(world: World) -> None:
    reviewed_after(world, 1, 2, 3, 4, 5, 6, 7, 8.5, 20, 30)
    found = waiting(world.learner)
    body = wait(signed_in(world.learner), found)[1]
    assert (body["median_hours"], body["p80_hours"], body["share_kept"]) == (5.0, 8.5, 0.8)
    entry = QueueEntry.objects.get()
    assert entry.promised_by == entry.entered_at + 9 * HOUR
    other = waiting(world.foreign)
    entry = QueueEntry.objects.get(submission=other)
    assert entry.promised_by == entry.entered_at + DEFAULT


def test_the_promise_stays_what_it_was(world: World) -> None:
    waiting(world.learner)
    before = QueueEntry.objects.get().promised_by
    reviewed_after(world, *[1] * REVIEWS_MIN)
    tick()
    assert QueueEntry.objects.get().promised_by == before


def test_the_place_counts_the_submissions_of_the_same_queue(world: World) -> None:
    days = [timezone.now() - timedelta(days=number) for number in range(3)]
    waiting(world.foreign, submitted_at=days[2])
    first = waiting(person("ann", organization=world.school), submitted_at=days[1])
    found = waiting(world.learner)
    caller = signed_in(world.learner)
    assert wait(caller, found)[1]["ahead"] == 1
    claimed(first)
    assert wait(caller, found)[1]["ahead"] == 1  # a claim is no result
    assert wait(signed_in(world.director), first)[1]["ahead"] == 0


def test_nobody_else_reads_the_wait(world: World) -> None:
    found = waiting(world.learner)
    for other in (world.foreign, world.mentor):
        assert refusal(wait(signed_in(other), found)) == (404, "not_found", [])


# --- promises that were not kept -----------------------------------------------------------------
def test_directors_are_notified_once_of_a_review_that_is_overdue(world: World) -> None:
    found = waiting(world.learner, submitted_at=timezone.now() - DEFAULT - HOUR)
    in_time = waiting(world.learner, graded_mission("mission-2"))
    for _ in range(2):
        tick()
    notices = Notification.objects.filter(kind="reviews.overdue")
    assert [(one.user_id, one.subject) for one in notices] == [(world.director.pk, str(found.pk))]
    assert QueueEntry.objects.get(submission=in_time).escalated_at is None
    rows = signed_in(world.director).get("reviews/queue/?overdue=true")[1]["results"]
    assert [row["submission"] for row in rows] == [str(found.pk)]
    assert appended() == []


def test_admins_are_notified_where_a_learner_has_no_director(world: World) -> None:
    waiting(person("free"), submitted_at=timezone.now() - DEFAULT - HOUR)
    tick()
    notices = Notification.objects.filter(kind="reviews.overdue")
    assert [one.user_id for one in notices] == [world.admin.pk]


def test_a_deactivated_director_leaves_the_notice_to_the_admins(world: World) -> None:
    waiting(world.learner, submitted_at=timezone.now() - DEFAULT - HOUR)
    update_user(user_id=world.director.pk, is_active=False)
    forget_appended()
    tick()
    notices = Notification.objects.filter(kind="reviews.overdue")
    assert [one.user_id for one in notices] == [world.admin.pk]


def test_a_review_that_is_decided_late_is_not_escalated(world: World) -> None:
    found = waiting(world.learner, submitted_at=timezone.now() - DEFAULT - HOUR)
    withdrawn = waiting(
        world.learner, graded_mission("mission-2"), submitted_at=timezone.now() - DEFAULT - HOUR
    )
    withdraw(user=world.learner, submission_id=withdrawn.pk)
    QueueEntry.objects.filter(submission=found).delete()
    QuerySet(Submission).filter(pk=found.pk).update(state=SubmissionState.FAILED)
    tick()
    assert not Notification.objects.filter(kind="reviews.overdue").exists()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("overdue=maybe", 400),
        ("mission=1", 400),
        ("reviewer=1", 400),
        ("second_opinion=false&overdue=false", 200),
    ],
    ids=str,
)
def test_filters_of_the_queue_are_known_by_name_and_strict(
    query: str, status: int, world: World
) -> None:
    waiting(world.learner)
    answer = signed_in(world.director).get(f"reviews/queue/?{query}")
    assert answer[0] == status
    if status == 200:
        assert len(answer[1]["results"]) == 1


def test_the_queue_counts_artifacts_that_somebody_else_handed_in_too(world: World) -> None:
    one = mission()
    submitted(world.learner, one, "The same words.", "Words of my own.")
    submitted(person("copy", organization=world.school), one, "The same words.")
    rows = signed_in(world.director).get("reviews/queue/")[1]["results"]
    assert [row["equal_artifacts"] for row in rows] == [1, 1]
