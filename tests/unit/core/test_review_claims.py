"""A submission has one live claim, a reviewer three; claims end by time and drafts do not."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.jobs.models import Job
from core.jobs.services import run_due, schedule
from core.kit.errors import DomainError
from core.notifications.models import Notification
from core.outbox.models import OutboxEvent
from core.reviews import decisions, services
from core.reviews.models import Claim, ClaimState, QueueEntry, ReviewDraft
from core.reviews.services import CLAIMS_MAX, EXTENSIONS_MAX, LEASE
from core.reviews.states import CLAIM_STATES
from core.submissions.models import Submission
from core.submissions.services import withdraw
from core.users.models import User
from ongoza_contracts.reviews import ReviewOutcome
from ongoza_contracts.submissions import SubmissionState
from tests.unit.core.review_rows import (
    assessment,
    claimed,
    graded_mission,
    reviewer,
    run_out,
    waiting,
)
from tests.unit.core.school import World
from tests.unit.core.world import appended, assign, forget_appended, person, refusal, signed_in

pytestmark = pytest.mark.django_db

ACTIONS: dict[str, Callable[[User, Submission], object]] = {
    "claim": lambda by, one: services.claim(reviewer=by, submission_id=one.pk),
    "extend": lambda by, one: services.extend(reviewer=by, submission_id=one.pk),
    "release": lambda by, one: services.release(reviewer=by, submission_id=one.pk),
    "take-away": lambda by, one: services.take_away(caller=by, submission_id=one.pk, reason="Ill"),
    "save": lambda by, one: decisions.save_draft(
        reviewer=by, submission_id=one.pk, assessment=assessment()
    ),
    "decide": lambda by, one: decisions.decide(
        reviewer=by,
        submission_id=one.pk,
        outcome=ReviewOutcome.PASSED,
        assessment=assessment(),
    ),
}
Codes = Mapping[str, str | None]
LOST: Codes = dict.fromkeys(("extend", "release", "save", "decide"), "claim_lost")
FREE: Codes = {**LOST, "claim": None, "take-away": "not_claimed"}
TABLE: Mapping[str, Codes] = {
    "none": FREE,
    "own": dict.fromkeys(ACTIONS),
    "another's": {**LOST, "claim": "claimed", "take-away": None},
    "run out": FREE,
    "released": FREE,
    "taken away": FREE,
    "decided": {**FREE, "claim": "not_waiting"},
    "withdrawn": dict.fromkeys(ACTIONS, "not_found"),
}
"""By the newest claim, or the state of the submission, the code with which each action of a
reviewer is refused; None where it is carried out."""


def bring_to(state: str, submission: Submission) -> None:
    by = reviewer()
    if state == "withdrawn":
        withdraw(user=submission.user, submission_id=submission.pk)
    elif state != "none":
        claim = claimed(submission, reviewer("other") if state == "another's" else by)
        if state == "run out":
            run_out(claim)
        elif state == "released":
            ACTIONS["release"](by, submission)
        elif state == "taken away":
            ACTIONS["take-away"](reviewer("staff"), submission)
        elif state == "decided":
            ACTIONS["decide"](by, submission)
    forget_appended()


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", TABLE)
def test_every_action_in_every_state_of_a_claim(state: str, action: str, world: World) -> None:
    submission = waiting(world.learner)
    bring_to(state, submission)
    before = (stored(), Job.objects.count())
    code = TABLE[state][action]
    if code is None:
        ACTIONS[action](reviewer(), submission)
        return
    with pytest.raises(DomainError) as refused:
        ACTIONS[action](reviewer(), submission)
    assert refused.value.code == code
    assert ((stored(), Job.objects.count()), appended()) == (before, [])


def stored() -> list[Any]:
    models: list[Any] = [Claim, QueueEntry, ReviewDraft, Submission]
    return [[*model.objects.order_by("pk").values()] for model in models]


def test_no_action_leads_out_of_an_ended_claim() -> None:
    assert {one.origin for one in CLAIM_STATES.transitions} == {ClaimState.OPEN}
    assert {one.target for one in CLAIM_STATES.transitions} == {*ClaimState}


def test_a_claim_is_a_lease_of_an_hour_that_is_published_as_a_state_alone(world: World) -> None:
    submission = waiting(world.learner)
    claim = services.claim(reviewer=world.admin, submission_id=submission.pk)
    assert claim.until - claim.claimed_at == LEASE == timedelta(minutes=60)
    submission.refresh_from_db()
    assert submission.state == SubmissionState.IN_REVIEW
    assert [kind for kind, *_ in appended()] == ["submission.updated"]


def test_claiming_again_answers_with_the_present_claim(world: World) -> None:
    submission = waiting(world.learner)
    first = claimed(submission)
    assert services.claim(reviewer=reviewer(), submission_id=submission.pk) == first
    assert (Claim.objects.count(), appended()) == (1, [])


def test_a_claim_of_somebody_else_says_until_when(world: World) -> None:
    submission = waiting(world.learner)
    until = claimed(submission).until
    answer = signed_in(world.admin).post(f"reviews/{submission.pk}/claim/", None)
    assert refusal(answer) == (409, "claimed", [])
    assert until.isoformat() in answer[1]["detail"]


def test_the_fourth_claim_is_refused_with_the_three_that_the_reviewer_has(world: World) -> None:
    rows = [waiting(world.learner, graded_mission(f"mission-{number}")) for number in range(4)]
    held = [claimed(row, world.admin) for row in rows[:CLAIMS_MAX]]
    status, body = signed_in(world.admin).post(f"reviews/{rows[3].pk}/claim/", None)
    assert (status, body["code"]) == (409, "claim_limit")
    assert [one["submission"] for one in body["claims"]] == [str(one.pk) for one in rows[:3]]
    assert (Claim.objects.count(), appended()) == (CLAIMS_MAX, [])
    run_out(held[0])  # no job has to run first
    assert signed_in(world.admin).post(f"reviews/{rows[3].pk}/claim/", None)[0] == 200


def test_a_claim_is_extended_twice_by_an_hour_each(world: World) -> None:
    submission = waiting(world.learner)
    first = claimed(submission).until
    caller = signed_in(reviewer())
    answers = [caller.post(f"reviews/{submission.pk}/extend/", None) for _ in range(3)]
    assert [(status, body.get("extensions_left")) for status, body in answers[:2]] == [
        (200, 1),
        (200, 0),
    ]
    assert refusal(answers[2]) == (409, "no_extension_left", [])
    assert Claim.objects.get().until == first + EXTENSIONS_MAX * LEASE


def test_a_released_submission_waits_at_its_old_place_and_says_so(world: World) -> None:
    first, second = (waiting(world.learner, graded_mission(f"mission-{n}")) for n in (1, 2))
    claimed(first, world.director)
    services.release(reviewer=world.director, submission_id=first.pk)
    assert [kind for kind, *_ in appended()] == ["submission.updated"]
    rows = signed_in(world.director).get("reviews/queue/")[1]["results"]
    assert [(row["submission"], row["returned"]) for row in rows] == [
        (str(first.pk), "released"),
        (str(second.pk), None),
    ]


# --- claims that are lost ------------------------------------------------------------------------
def test_a_lost_claim_keeps_the_draft_for_the_next_reviewer(world: World) -> None:
    submission = waiting(world.learner)
    path = f"reviews/{submission.pk}/draft/"
    claim = claimed(submission, world.admin)
    marks = [{"criterion": 1, "points": 4, "comment": "Terse"}]
    draft = {"marks": marks, "comments": "So far *good*", "private_notes": "Check page 2"}
    assert signed_in(world.admin).call("PUT", path, draft)[0] == 200
    run_out(claim)
    answer = signed_in(world.admin).call("PUT", path, {"comments": "Late"})
    assert refusal(answer) == (409, "claim_lost", [])
    claimed(submission, world.director)
    body = signed_in(world.director).get(f"reviews/{submission.pk}/")[1]
    assert body["draft"]["comments"] == "So far *good*"
    assert body["draft"]["marks"] == [{**marks[0], "points": 4.0, "max_points": 10}]
    assert body["draft"]["reviewer"] == world.admin.pk
    assert body["claim"]["reviewer"] == world.director.pk
    answer = signed_in(world.admin).post(
        f"reviews/{submission.pk}/decide/", {"outcome": "failed", "marks": marks}
    )
    assert refusal(answer) == (409, "claim_lost", [])


def test_a_claim_that_ran_out_ends_by_a_job_which_notifies_the_reviewer(world: World) -> None:
    submission = waiting(world.learner)
    claim = claimed(submission, world.director)
    run_out(claim)
    tick()
    submission.refresh_from_db()
    claim.refresh_from_db()
    assert (submission.state, claim.state) == (SubmissionState.SUBMITTED, ClaimState.EXPIRED)
    assert claim.ended_at == claim.until
    assert [kind for kind, *_ in appended()] == ["submission.updated"]
    notice = Notification.objects.get(kind="reviews.claim_expired")
    assert (notice.user_id, notice.subject) == (world.director.pk, str(claim.pk))
    rows = signed_in(world.director).get("reviews/queue/")[1]["results"]
    assert [row["returned"] for row in rows] == ["expired"]


def test_staff_take_a_claim_away_with_a_reason_and_mentors_do_not(world: World) -> None:
    submission = waiting(world.learner)
    assign(world.mentor, world.learner)
    claim = claimed(submission, world.mentor)
    path, reason = f"reviews/{submission.pk}/take-away/", {"reason": "On leave"}
    assert signed_in(world.mentor).post(path, reason)[0] == 403
    status, body = signed_in(world.director).post(path, reason)
    assert (status, body["state"]) == (200, "taken_away")
    claim.refresh_from_db()
    assert (claim.taken_by, claim.reason) == (world.director, "On leave")
    tick()
    notice = Notification.objects.get(kind="reviews.claim_taken_away")
    assert notice.user_id == world.mentor.pk
    submission.refresh_from_db()
    assert submission.state == SubmissionState.SUBMITTED


def test_a_submission_whose_reviewer_was_erased_waits_again(world: World) -> None:
    submission = waiting(world.learner)
    claim = claimed(submission, world.director)
    claim.delete()
    tick()
    submission.refresh_from_db()
    assert submission.state == SubmissionState.SUBMITTED


# --- who may claim -------------------------------------------------------------------------------
def test_reviewers_see_the_learners_they_reach_and_never_themselves(world: World) -> None:
    own = waiting(world.director)
    foreign = waiting(world.foreign)
    reached = waiting(world.learner)
    caller = signed_in(world.director)
    rows = caller.get("reviews/queue/")[1]["results"]
    assert [row["submission"] for row in rows] == [str(reached.pk)]
    for row in (own, foreign):
        for method, path in (("GET", ""), ("POST", "claim/"), ("POST", "release/")):
            answer = caller.call(method, f"reviews/{row.pk}/{path}")
            assert refusal(answer) == (404, "not_found", [])
    assert (Claim.objects.count(), appended()) == (0, [])


def test_a_learner_has_no_part_in_claims(world: World) -> None:
    submission = waiting(world.learner)
    claimed(submission)
    caller = signed_in(world.learner)
    for method, path in (
        ("GET", "reviews/queue/"),
        ("GET", "reviews/claims/"),
        ("GET", f"reviews/{submission.pk}/"),
        ("POST", f"reviews/{submission.pk}/claim/"),
    ):
        assert caller.call(method, path)[0] == 403
    assert caller.get(f"submissions/{submission.pk}/reviews/")[1]["results"] == []


def tick() -> None:
    """Run the tick's job of this app and what it adds."""
    schedule("reviews.queue")
    while run_due():
        pass


def test_the_facts_of_a_claim_say_nothing_of_the_reviewer(world: World) -> None:
    submission = waiting(world.learner)
    services.claim(reviewer=world.admin, submission_id=submission.pk)
    payloads = [bytes(row.payload or b"") for row in OutboxEvent.objects.all()]
    assert [one for one in payloads if b"reviewer" in one] == []
    assert len(payloads) == 1


def test_the_place_in_the_queue_is_that_of_the_first_attempt_of_the_chain(world: World) -> None:
    days = [timezone.now() - timedelta(days=number) for number in range(5)]
    first = waiting(world.learner, state=SubmissionState.CHANGES_REQUESTED, submitted_at=days[4])
    assert not QueueEntry.objects.exists()
    other = waiting(person("other"), submitted_at=days[2])
    again = waiting(world.learner, attempt=2, previous_id=first.pk, submitted_at=days[1])
    rows = signed_in(world.admin).get("reviews/queue/")[1]["results"]
    assert [row["submission"] for row in rows] == [str(again.pk), str(other.pk)]
