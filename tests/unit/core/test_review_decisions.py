"""A decided review is published with its numbers, and progress follows in the same transaction."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.erasure.services import erase_user
from core.notifications.models import Notification
from core.outbox.models import OutboxEvent
from core.progress.models import Progress
from core.reviews import decisions, services
from core.reviews.models import Claim, QueueEntry, Review, ReviewDraft
from core.submissions.models import Submission
from ongoza_contracts.reviews import ReviewKind, ReviewOutcome, ReviewUpdated
from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.vocabulary import ProgressSource, ProgressStatus
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

ALL_POINTS = [{"criterion": 1, "points": 10}, {"criterion": 2, "points": 5}]
FEW_POINTS = [{"criterion": 1, "points": 3}, {"criterion": 2, "points": 1}]
PASS = {"outcome": "passed", "marks": ALL_POINTS, "comments": "Well *done*"}


def decide(world: World, submission: Submission, **body: Any) -> tuple[int, Any]:
    """By the director, who claims it first."""
    claimed(submission, world.director)
    caller = signed_in(world.director)
    return caller.post(f"reviews/{submission.pk}/decide/", {**PASS, **body})


def test_a_pass_publishes_the_review_and_completes_the_mission(world: World) -> None:
    submission = waiting(world.learner, late_deduction=10, late_minutes=70)
    status, body = decide(world, submission, private_notes="Ask about page 2")
    assert status == 201
    submission.refresh_from_db()
    assert (submission.state, submission.score) == (SubmissionState.PASSED, 90)
    assert {name: body[name] for name in ("kind", "rubric_score", "late_deduction", "score")} == {
        "kind": "first",
        "rubric_score": 100.0,
        "late_deduction": 10.0,
        "score": 90.0,
    }
    kinds = [kind for kind, *_ in appended()]
    assert sorted(kinds) == ["progress.updated", "review.updated", "submission.updated"]
    progress = Progress.objects.get(user=world.learner)
    assert (progress.status, progress.source, progress.score) == (
        ProgressStatus.COMPLETED,
        ProgressSource.REVIEW,
        90,
    )
    assert (QueueEntry.objects.count(), ReviewDraft.objects.count()) == (0, 0)
    assert Claim.objects.get().state == "decided"


def test_the_fact_has_ids_and_numbers_and_no_text(world: World) -> None:
    submission = waiting(world.learner)
    decide(world, submission, private_notes="A secret", comments="A comment")
    row = OutboxEvent.objects.get(type=ReviewUpdated.type)
    fact = ReviewUpdated.model_validate_json(bytes(row.payload or b""))
    assert (fact.user_id, fact.reviewer_id) == (world.learner.pk, world.director.pk)
    assert (fact.submission_id, fact.outcome) == (submission.pk, ReviewOutcome.PASSED)
    assert b"secret" not in bytes(row.payload or b"")
    assert b"comment" not in bytes(row.payload or b"")


def test_the_learner_is_notified_and_sees_the_decided_review_without_private_notes(
    world: World,
) -> None:
    submission = waiting(world.learner)
    decide(world, submission, private_notes="A secret", comments="<script>x</script> **Good**")
    notice = Notification.objects.get(user=world.learner, kind="reviews.decided")
    assert notice.subject == str(Review.objects.get().pk)
    found = signed_in(world.learner).get(f"submissions/{submission.pk}/reviews/")[1]["results"]
    assert [one["outcome"] for one in found] == ["passed"]
    assert "private_notes" not in found[0]
    assert "<script" not in found[0]["comments_html"]
    assert "<strong>Good</strong>" in found[0]["comments_html"]
    notes = signed_in(world.director).get(f"reviews/{submission.pk}/")[1]["reviews"]
    assert [one["private_notes"] for one in notes] == ["A secret"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"marks": ALL_POINTS[:1]}, "invalid_marks"),
        ({"marks": [*ALL_POINTS, {"criterion": 3, "points": 1}]}, "invalid_marks"),
        ({"marks": [{"criterion": 1, "points": 11}, ALL_POINTS[1]]}, "invalid_marks"),
        ({"marks": FEW_POINTS}, "below_pass_mark"),
        ({"outcome": "excellent"}, "invalid"),
        ({"marks": [{"criterion": 1, "points": -1}, ALL_POINTS[1]]}, "invalid"),
        ({"score": 100}, "unknown_field"),
    ],
    ids=["missing", "unknown", "too many", "below", "outcome", "negative", "field"],
)
def test_a_decision_that_does_not_fit_the_rubric_is_refused(
    body: dict[str, Any], code: str, world: World
) -> None:
    submission = waiting(world.learner)
    status, answer = decide(world, submission, **body)
    assert (status, answer["code"]) == (400, code)
    assert (Review.objects.count(), appended()) == (0, [])
    assert Claim.objects.get().state == "open"


@pytest.mark.parametrize("outcome", ["changes_requested", "failed"])
def test_work_that_does_not_pass_completes_nothing(outcome: str, world: World) -> None:
    submission = waiting(world.learner)
    status, body = decide(world, submission, outcome=outcome, marks=FEW_POINTS)
    assert (status, body["outcome"], body["score"]) == (201, outcome, 26.67)
    submission.refresh_from_db()
    assert submission.state == outcome
    assert not Progress.objects.exists()


def test_a_mission_without_a_rubric_is_passed_with_the_whole_score(world: World) -> None:
    submission = waiting(world.learner, graded_mission(points=()))
    status, body = decide(world, submission, marks=[])
    assert (status, body["rubric_score"], body["score"]) == (201, None, 100.0)


def test_a_failing_transaction_leaves_claim_draft_and_progress(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = waiting(world.learner)
    claimed(submission)

    def fail(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(decisions, "notify", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        reviewed(submission)
    submission.refresh_from_db()
    assert submission.state == SubmissionState.IN_REVIEW
    assert (Review.objects.count(), Progress.objects.count(), appended()) == (0, 0, [])


# --- second opinions -----------------------------------------------------------------------------
def test_a_second_opinion_is_another_reviewers_and_replaces_the_outcome(world: World) -> None:
    submission = waiting(world.learner)
    reviewed(submission, ReviewOutcome.FAILED, by=world.director)
    learner, first, second = map(signed_in, (world.learner, world.director, world.admin))
    status, body = learner.post(f"submissions/{submission.pk}/second-opinion/", None)
    assert (status, body["second_opinion"], body["ahead"]) == (201, True, 0)
    submission.refresh_from_db()
    assert submission.state == SubmissionState.FAILED
    assert first.get("reviews/queue/")[1]["results"] == []
    answer = first.post(f"reviews/{submission.pk}/claim/", None)
    assert refusal(answer) == (409, "own_review", [])
    rows = second.get("reviews/queue/")[1]["results"]
    assert [(row["submission"], row["second_opinion"]) for row in rows] == [
        (str(submission.pk), True)
    ]
    assert second.post(f"reviews/{submission.pk}/claim/", None)[0] == 200
    submission.refresh_from_db()
    assert submission.state == SubmissionState.FAILED  # the learner sees no claim
    path = f"reviews/{submission.pk}/decide/"
    changes = second.post(path, {**PASS, "outcome": "changes_requested"})
    assert refusal(changes) == (400, "no_changes_now", [])
    assert second.post(path, PASS)[0] == 201
    submission.refresh_from_db()
    assert (submission.state, submission.score) == (SubmissionState.PASSED, 100)
    found = learner.get(f"submissions/{submission.pk}/reviews/")[1]["results"]
    assert [(one["kind"], one["outcome"]) for one in found] == [
        ("first", "failed"),
        ("second_opinion", "passed"),
    ]
    answer = learner.post(f"submissions/{submission.pk}/second-opinion/", None)
    assert refusal(answer) == (409, "second_opinion_used", [])


def test_a_released_second_opinion_keeps_the_outcome(world: World) -> None:
    submission = waiting(world.learner)
    reviewed(submission, ReviewOutcome.FAILED, by=world.director)
    decisions.request_second_opinion(user=world.learner, submission_id=submission.pk)
    claimed(submission, world.admin)
    services.release(reviewer=world.admin, submission_id=submission.pk)
    submission.refresh_from_db()
    assert (submission.state, appended()) == (SubmissionState.FAILED, [])
    assert QueueEntry.objects.get().second_opinion


STATES = {
    "submitted": "not_decided",
    "in_review": "not_decided",
    "changes_requested": "not_decided",
    "passed": None,
    "failed": None,
    "asked": "second_opinion_used",
    "late": "too_late",
    "regraded": None,
}


@pytest.mark.parametrize("state", STATES)
def test_a_second_opinion_in_every_state(state: str, world: World) -> None:
    submission = waiting(world.learner)
    if state == "in_review":
        claimed(submission)
    elif state != "submitted":
        outcome = state if state in ("passed", "changes_requested") else "failed"
        reviewed(submission, ReviewOutcome(outcome))
    if state == "asked":
        decisions.request_second_opinion(user=world.learner, submission_id=submission.pk)
    if state == "regraded":
        decisions.regrade(
            caller=reviewer("staff"),
            submission_id=submission.pk,
            outcome=ReviewOutcome.FAILED,
            assessment=assessment(),
        )
    if state == "late":
        move_decision(timezone.now() - timedelta(days=15))
    forget_appended()
    before = QueueEntry.objects.count()
    answer = signed_in(world.learner).post(f"submissions/{submission.pk}/second-opinion/", None)
    if (code := STATES[state]) is None:
        assert (answer[0], QueueEntry.objects.get().second_opinion) == (201, True)
    else:
        assert refusal(answer) == (409, code, [])
        assert QueueEntry.objects.count() == before
    assert appended() == []


def move_decision(to: Any) -> None:
    QuerySet(Review).update(decided_at=to)


def test_nobody_else_asks_for_a_second_opinion(world: World) -> None:
    submission = waiting(world.learner)
    reviewed(submission, ReviewOutcome.FAILED)
    for other in (world.foreign, world.director, world.admin):
        answer = signed_in(other).post(f"submissions/{submission.pk}/second-opinion/", None)
        assert refusal(answer) == (404, "not_found", [])
    assert not QueueEntry.objects.exists()


# --- regrades ------------------------------------------------------------------------------------
def test_a_regrade_is_a_review_of_its_own_and_both_stay(world: World) -> None:
    submission = waiting(world.learner)
    reviewed(submission, by=world.admin)
    forget_appended()
    path = f"reviews/{submission.pk}/regrade/"
    body = {"outcome": "failed", "marks": FEW_POINTS, "comments": "The lab was wrong."}
    status, answer = signed_in(world.director).post(path, body)
    assert (status, answer["kind"], answer["score"]) == (201, "regrade", 26.67)
    submission.refresh_from_db()
    assert (submission.state, submission.score) == (SubmissionState.FAILED, 26.67)
    kinds = [kind for kind, *_ in appended()]
    assert sorted(kinds) == ["review.updated", "submission.updated"]
    rows = Review.objects.order_by("decided_at")
    assert [row.kind for row in rows] == [ReviewKind.FIRST, ReviewKind.REGRADE]
    assert Progress.objects.get().status == ProgressStatus.COMPLETED  # stays completed


@pytest.mark.parametrize(
    ("state", "code"), [("submitted", "not_decided"), ("asked", "second_opinion_open")]
)
def test_a_regrade_that_does_not_fit_the_state_is_refused(
    state: str, code: str, world: World
) -> None:
    submission = waiting(world.learner)
    if state == "asked":
        reviewed(submission)
        decisions.request_second_opinion(user=world.learner, submission_id=submission.pk)
    forget_appended()
    before = Review.objects.count()
    answer = signed_in(world.director).post(f"reviews/{submission.pk}/regrade/", PASS)
    assert refusal(answer) == (409, code, [])
    assert (Review.objects.count(), appended()) == (before, [])


# --- erasure -------------------------------------------------------------------------------------
def test_reviews_of_an_erased_reviewer_keep_their_numbers_and_lose_their_author(
    world: World,
) -> None:
    submission = waiting(world.learner)
    review = reviewed(submission, by=world.director, comments="Well done")
    again = waiting(world.learner, graded_mission("mission-2"))
    claimed(again, world.director)
    forget_appended()
    erase_user(user_id=world.director.pk)
    review.refresh_from_db()
    assert (review.reviewer, review.score, review.comments) == (None, 100, "Well done")
    assert not Claim.objects.filter(submission=again).exists()
    found = signed_in(world.learner).get(f"submissions/{submission.pk}/reviews/")[1]["results"]
    assert [(one["reviewer"], one["score"]) for one in found] == [(None, 100.0)]


def test_an_erased_learner_takes_reviews_drafts_and_claims_along(world: World) -> None:
    reviewed(waiting(world.learner), by=world.director)
    second = waiting(world.learner, graded_mission("mission-2"))
    claimed(second, world.director)
    decisions.save_draft(reviewer=world.director, submission_id=second.pk, assessment=assessment())
    erase_user(user_id=world.learner.pk)
    models: list[Any] = [Review, ReviewDraft, Claim, QueueEntry, Submission]
    assert [model.objects.count() for model in models] == [0] * len(models)
