"""Every action in every state of an attempt."""

import pytest

from core.kit.transitions import IllegalTransition
from core.missions.models import Mission
from core.submissions.models import Submission
from core.submissions.services import begin_review, end_review, record_outcome
from core.submissions.states import SUBMISSION_STATES
from core.users.models import User
from ongoza_contracts.submissions import SubmissionState as State
from tests.unit.core.progress_reports import learner
from tests.unit.core.submission_rows import act, everything, in_state, mission
from tests.unit.core.world import Caller, appended, signed_in

__all__ = ["learner"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def row(learner: User) -> Mission:
    return mission()


@pytest.fixture
def amina(learner: User) -> Caller:
    return signed_in(learner)


ACTIONS = ("submit", "withdraw", "begin_review", "end_review", "request_changes", "pass", "fail")
MOVES: dict[tuple[str, str], str] = {
    ("draft", "submit"): "submitted",
    ("submitted", "withdraw"): "withdrawn",
    ("submitted", "begin_review"): "in_review",
    ("in_review", "end_review"): "submitted",
    ("in_review", "request_changes"): "changes_requested",
    ("in_review", "pass"): "passed",
    ("in_review", "fail"): "failed",
    ("passed", "pass"): "passed",
    ("passed", "fail"): "failed",
    ("failed", "pass"): "passed",
    ("failed", "fail"): "failed",
}


def carry_out(caller: Caller, submission: Submission, action: str) -> tuple[str, str]:
    """The state after an action, or the code of its refusal."""
    if action in ("submit", "withdraw"):
        answer = act(caller, submission, action)
        return ("state", answer[1]["state"]) if answer[0] == 200 else ("code", answer[1]["code"])
    outcomes = {"request_changes": State.CHANGES_REQUESTED, "pass": State.PASSED}
    try:
        match action:
            case "begin_review":
                found = begin_review(submission_id=submission.pk)
            case "end_review":
                found = end_review(submission_id=submission.pk)
            case _:
                state = outcomes.get(action, State.FAILED)
                found = record_outcome(submission=submission, state=state, score=70)
    except IllegalTransition as refused:
        return "code", refused.code
    return "state", found.state


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", [one.value for one in State])
def test_each_action_in_each_state(
    amina: Caller, learner: User, row: Mission, state: str, action: str
) -> None:
    submission = in_state(learner, row, state)
    before, target = everything(), MOVES.get((state, action))
    found = carry_out(amina, submission, action)
    assert found == (("state", target) if target else ("code", "illegal_transition"))
    submission.refresh_from_db()
    assert submission.state == (target or state)
    if target is None:
        assert everything() == before
    else:
        assert appended()[-1][0] in ("submission.updated", "progress.updated")


def test_the_table_has_no_other_moves() -> None:
    table = {(one.origin, one.action): one.target for one in SUBMISSION_STATES.transitions}
    assert {(str(o), a): str(t) for (o, a), t in table.items()} == MOVES
