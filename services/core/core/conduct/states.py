"""The life of a report, as a table."""

from core.conduct.models import DecisionAction, ReportState
from core.kit.transitions import StateMachine, Transition
from ongoza_contracts.access import Permission

MANAGE = Permission.CONDUCT_MANAGE
_IN_REVIEW, _RESOLVED, _DISMISSED = (
    ReportState.IN_REVIEW,
    ReportState.RESOLVED,
    ReportState.DISMISSED,
)

REPORT_STATES = StateMachine(
    "report",
    (
        Transition(ReportState.OPEN, DecisionAction.TAKE, MANAGE, _IN_REVIEW),
        Transition(ReportState.OPEN, DecisionAction.DISMISS, MANAGE, _DISMISSED),
        Transition(_IN_REVIEW, DecisionAction.RESOLVE, MANAGE, _RESOLVED),
        Transition(_IN_REVIEW, DecisionAction.DISMISS, MANAGE, _DISMISSED),
        Transition(_RESOLVED, DecisionAction.REOPEN, MANAGE, _IN_REVIEW),
        Transition(_DISMISSED, DecisionAction.REOPEN, MANAGE, _IN_REVIEW),
    ),
)
