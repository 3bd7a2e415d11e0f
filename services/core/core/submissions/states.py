"""The life of an attempt as a table."""

from core.kit.transitions import StateMachine, Transition
from ongoza_contracts.submissions import SubmissionState as State

OUTCOMES = {
    State.CHANGES_REQUESTED: "request_changes",
    State.PASSED: "pass",
    State.FAILED: "fail",
}
"""The action of each outcome of a review."""

SUBMISSION_STATES = StateMachine(
    "submission",
    (
        Transition(State.DRAFT, "submit", None, State.SUBMITTED),
        Transition(State.SUBMITTED, "withdraw", None, State.WITHDRAWN),
        Transition(State.SUBMITTED, "begin_review", None, State.IN_REVIEW),
        Transition(State.IN_REVIEW, "end_review", None, State.SUBMITTED),
        *(Transition(State.IN_REVIEW, action, None, state) for state, action in OUTCOMES.items()),
        # Decided again, in a review of its own.
        *(
            Transition(decided, OUTCOMES[state], None, state)
            for decided in (State.PASSED, State.FAILED)
            for state in (State.PASSED, State.FAILED)
        ),
    ),
)
