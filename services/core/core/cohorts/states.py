"""The lives of cohorts and of enrolments, as tables."""

from core.kit.transitions import StateMachine, Transition
from ongoza_contracts.access import Permission
from ongoza_contracts.cohorts import CohortState, EnrolmentState

MANAGE = Permission.COHORT_MANAGE

COHORT_STATES = StateMachine(
    "cohort",
    (
        Transition(CohortState.DRAFT, "open", MANAGE, CohortState.OPEN),
        Transition(CohortState.DRAFT, "close", MANAGE, CohortState.CLOSED),
        Transition(CohortState.OPEN, "start", MANAGE, CohortState.RUNNING),
        Transition(CohortState.OPEN, "close", MANAGE, CohortState.CLOSED),
        Transition(CohortState.RUNNING, "close", MANAGE, CohortState.CLOSED),
        Transition(CohortState.CLOSED, "reopen", MANAGE, CohortState.OPEN),
    ),
)

_APPLIED, _OFFERED = EnrolmentState.APPLIED, EnrolmentState.OFFERED
_PENDING, _ACTIVE = EnrolmentState.PENDING_PAYMENT, EnrolmentState.ACTIVE
_SUSPENDED, _WITHDRAWN = EnrolmentState.SUSPENDED, EnrolmentState.WITHDRAWN

ENROLMENT_STATES = StateMachine(
    "enrolment",
    (
        Transition(_APPLIED, "offer", None, _OFFERED),
        Transition(_APPLIED, "withdraw", None, _WITHDRAWN),
        Transition(_OFFERED, "accept", None, _ACTIVE),
        Transition(_OFFERED, "accept-unpaid", None, _PENDING),
        Transition(_OFFERED, "decline", None, _WITHDRAWN),
        Transition(_OFFERED, "withdraw", None, _WITHDRAWN),
        Transition(_OFFERED, "expire", None, EnrolmentState.EXPIRED),
        Transition(_PENDING, "confirm-payment", MANAGE, _ACTIVE),
        Transition(_PENDING, "withdraw", None, _WITHDRAWN),
        Transition(_PENDING, "expire", None, EnrolmentState.EXPIRED),
        Transition(_ACTIVE, "suspend", MANAGE, _SUSPENDED),
        Transition(_ACTIVE, "withdraw", None, _WITHDRAWN),
        Transition(_ACTIVE, "transfer", MANAGE, _WITHDRAWN),
        Transition(_ACTIVE, "complete", None, EnrolmentState.COMPLETED),
        Transition(_SUSPENDED, "resume", MANAGE, _ACTIVE),
        Transition(_SUSPENDED, "withdraw", None, _WITHDRAWN),
    ),
)
"""Promotion offers, time lets expire and the tick completes; the rest are requests of people. No
state leads out of withdrawn, expired and completed: a learner who applies again gets a new row."""
