"""Attempts at missions: how many there are, what becomes of them, and who reads them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.missions.models import Mission
from core.outbox.models import FactHistory
from core.programs.services import retire_content
from core.progress.models import Progress
from core.submissions.models import Extension, Submission
from core.submissions.selectors import best_submission
from core.submissions.services import (
    WITHDRAWALS_MAX,
    StateChanged,
    begin_review,
    record_outcome,
    start_attempt,
)
from core.users.models import User
from ongoza_contracts.missions import LatePolicy, MissionState
from ongoza_contracts.submissions import SubmissionState as State
from tests.unit.core.progress_reports import learner
from tests.unit.core.school import ABSENT
from tests.unit.core.submission_rows import (
    act,
    change,
    decided,
    drafted,
    everything,
    in_state,
    mission,
    path,
    submitted,
)
from tests.unit.core.world import (
    Caller,
    appended,
    forget_appended,
    refusal,
    signed_in,
)

__all__ = ["learner"]
pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def row(learner: User) -> Mission:
    found = mission(max_attempts=2, rubric_version=3)
    forget_appended()
    return found


@pytest.fixture
def amina(learner: User, row: Mission) -> Caller:
    return signed_in(learner)


# --- starting ------------------------------------------------------------------------------------
def test_an_attempt_begins_as_a_draft_and_its_item_is_in_progress(
    amina: Caller, learner: User, row: Mission
) -> None:
    status, body = amina.call("POST", path(row))
    assert status == 201, body
    shown = {name: body[name] for name in ("user", "mission", "attempt", "previous", "state")}
    assert shown == {
        "user": learner.pk,
        "mission": str(row.pk),
        "attempt": 1,
        "previous": None,
        "state": "draft",
    }
    assert amina.get(f"submissions/{body['id']}/") == (200, body)
    assert amina.get(path(row))[1]["results"] == [body]
    progress = Progress.objects.get()
    assert (progress.status, progress.source) == ("in_progress", "self")
    assert appended() == [
        ("progress.updated", f"{learner.pk}:mission-1", 1),
        ("submission.updated", body["id"], 1),
    ]


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.IN_REVIEW])
def test_a_second_attempt_waits_for_the_end_of_the_first(
    amina: Caller, learner: User, row: Mission, state: State
) -> None:
    first, before = in_state(learner, row, state), everything()
    answer = amina.call("POST", path(row))
    assert refusal(answer) == (409, "attempt_open", [])
    assert str(first.pk) in answer[1]["detail"]
    assert everything() == before


def test_attempts_are_limited(amina: Caller, learner: User, row: Mission) -> None:
    for _ in range(2):
        decided(learner, row, State.FAILED)
    before = everything()
    answer = amina.call("POST", path(row))
    assert refusal(answer) == (409, "no_attempts_left", [])
    assert answer[1]["detail"] == "You have used 2 of 2 attempts."
    assert everything() == before
    change(row, max_attempts=None)
    assert amina.call("POST", path(row))[1]["attempt"] == 3


def test_withdrawn_attempts_and_requested_changes_count_against_no_limit(
    amina: Caller, learner: User, row: Mission
) -> None:
    change(row, max_attempts=1)
    in_state(learner, row, State.WITHDRAWN)
    first = decided(learner, row, State.CHANGES_REQUESTED)
    second = decided(learner, row, State.CHANGES_REQUESTED)
    in_state(learner, row, State.WITHDRAWN)
    third = decided(learner, row, State.FAILED)
    found = [(one.attempt, one.previous_id) for one in (first, second, third)]
    assert found == [(2, None), (3, first.pk), (5, second.pk)]
    assert refusal(amina.call("POST", path(row))) == (409, "no_attempts_left", [])


def test_a_mission_that_is_not_offered_takes_no_attempt(amina: Caller, row: Mission) -> None:
    change(row, state=MissionState.RETIRED)
    before = everything()
    assert refusal(amina.call("POST", path(row))) == (409, "mission_retired", [])
    change(row, state=MissionState.PUBLISHED)
    retire_content(content_id="mission-1")
    assert refusal(amina.call("POST", path(row))) == (409, "mission_retired", [])
    change(row, state=MissionState.DRAFT)
    assert refusal(amina.call("POST", path(row))) == ABSENT
    assert everything()[:2] == before[:2]


# --- handing in ----------------------------------------------------------------------------------
def test_what_was_handed_in_is_published_without_its_text(
    amina: Caller, learner: User, row: Mission
) -> None:
    draft = drafted(learner, row, "The first text.", "The second text.")
    forget_appended()
    status, body = act(amina, draft, "submit")
    assert status == 200, body
    assert (body["state"], body["artifacts"], body["rubric_version"]) == ("submitted", 2, 3)
    assert body["submitted_at"] is not None
    assert (body["late_minutes"], body["late_deduction"], body["score"]) == (0, 0, None)
    assert appended() == [("submission.updated", str(draft.pk), 2)]
    fact = str(FactHistory.objects.order_by("-pk")[0].body)
    assert "text" not in fact


def test_an_empty_draft_is_not_taken(amina: Caller, learner: User, row: Mission) -> None:
    draft = start_attempt(user=learner, mission_id=row.pk)
    before = everything()
    assert refusal(act(amina, draft, "submit")) == (409, "nothing_to_submit", [])
    assert everything() == before


def test_lateness_is_stored_with_the_version_of_its_rule(
    amina: Caller, learner: User, row: Mission
) -> None:
    change(
        row,
        due_at=timezone.now() - timedelta(hours=25),
        late_policy=LatePolicy.DEDUCT,
        late_deduction_per_day=15,
        late_grace_minutes=30,
    )
    body = act(amina, drafted(learner, row), "submit")[1]
    assert body["late_minutes"] > 25 * 60
    assert body["late_deduction"] == 30  # two days have begun after the grace
    stored = Submission.objects.get(pk=body["id"])
    assert stored.late_policy_version == 1
    under_review = begin_review(submission_id=stored.pk)
    done = record_outcome(submission=under_review, state=State.PASSED, score=90, deduction=10)
    assert done.score == 56  # 90 - 10, of which 30 per cent are lost


def test_work_on_requested_changes_is_as_late_as_the_first(
    amina: Caller, learner: User, row: Mission
) -> None:
    change(row, due_at=NOW + timedelta(days=1), late_policy=LatePolicy.REFUSE)
    decided(learner, row, State.CHANGES_REQUESTED)
    change(row, due_at=NOW - timedelta(days=9))
    body = act(amina, drafted(learner, row), "submit")[1]
    assert (body["attempt"], body["late_minutes"], body["state"]) == (2, 0, "submitted")
    assert Submission.objects.get(pk=body["id"]).late_policy_version == 1


def test_work_after_the_grace_is_refused_unless_there_is_an_extension(
    amina: Caller, learner: User, row: Mission
) -> None:
    draft = drafted(learner, row)
    change(row, due_at=NOW - timedelta(hours=1), late_policy=LatePolicy.REFUSE)
    before = everything()
    assert refusal(act(amina, draft, "submit")) == (409, "too_late", [])
    assert everything() == before
    Extension.objects.create(mission=row, user=learner, until=NOW + timedelta(days=1))
    assert act(amina, draft, "submit")[1]["late_minutes"] == 0


def test_no_attempt_begins_that_could_not_be_handed_in(amina: Caller, row: Mission) -> None:
    change(row, due_at=NOW - timedelta(hours=1), late_policy=LatePolicy.REFUSE)
    before = everything()
    assert refusal(amina.call("POST", path(row))) == (409, "too_late", [])
    assert everything() == before


def test_a_stale_etag_hands_nothing_in(amina: Caller, learner: User, row: Mission) -> None:
    draft, before = drafted(learner, row), None
    before = everything()
    headers = {"If-Match": f'"{draft.pk}-7"', "Content-Type": "application/json"}
    for action in ("submit", "withdraw"):
        answer = amina.call("POST", f"submissions/{draft.pk}/{action}/", None, headers)
        assert refusal(answer) == (412, "precondition_failed", [])
    assert everything() == before


def test_withdrawals_are_limited(amina: Caller, learner: User, row: Mission) -> None:
    for _ in range(WITHDRAWALS_MAX):
        in_state(learner, row, State.WITHDRAWN)
    last = submitted(learner, row)
    before = everything()
    assert refusal(act(amina, last, "withdraw")) == (409, "too_many_withdrawn", [])
    assert everything() == before


# --- outcomes ------------------------------------------------------------------------------------
def test_passing_completes_the_item_by_a_review_in_the_same_transaction(
    learner: User, row: Mission
) -> None:
    found = in_state(learner, row, State.IN_REVIEW)
    forget_appended()
    done = record_outcome(submission=found, state=State.PASSED, score=80)
    assert (done.state, done.score) == ("passed", 80)
    assert done.decided_at is not None
    progress = Progress.objects.get()
    assert (progress.status, progress.source, progress.score) == ("completed", "review", 80)
    assert [kind for kind, *_ in appended()] == ["submission.updated", "progress.updated"]


@pytest.mark.parametrize("state", [State.FAILED, State.CHANGES_REQUESTED])
def test_other_outcomes_complete_nothing(learner: User, row: Mission, state: State) -> None:
    assert decided(learner, row, state).score == (80 if state == State.FAILED else None)
    assert Progress.objects.get().status == "in_progress"


def test_the_best_passed_attempt_counts(amina: Caller, learner: User, row: Mission) -> None:
    change(row, max_attempts=None)
    assert best_submission(learner.pk, row.pk) is None
    decided(learner, row, State.FAILED, 99)
    best = decided(learner, row, State.PASSED, 90)
    worse = decided(learner, row, State.PASSED, 70)
    assert best_submission(learner.pk, row.pk) == best
    progress = Progress.objects.get()
    assert (progress.status, progress.score, progress.best_score) == ("completed", 90, 90)
    record_outcome(submission=worse, state=State.PASSED, score=95)
    assert best_submission(learner.pk, row.pk) == worse
    assert Progress.objects.get().score == 95


def test_an_outcome_replaces_none_that_its_reviewer_has_not_seen(
    learner: User, row: Mission
) -> None:
    found = in_state(learner, row, State.IN_REVIEW)
    record_outcome(submission=found, state=State.PASSED, score=80)
    before = everything()
    with pytest.raises(StateChanged):
        record_outcome(submission=found, state=State.FAILED, score=10)
    assert everything() == before


def test_what_is_completed_stays_so_when_a_review_is_decided_again(
    learner: User, row: Mission
) -> None:
    passed = decided(learner, row, State.PASSED)
    assert record_outcome(submission=passed, state=State.FAILED, score=20).state == "failed"
    assert best_submission(learner.pk, row.pk) is None
    assert Progress.objects.get().status == "completed"
