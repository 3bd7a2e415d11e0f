"""The life of a claim, as a table."""

from core.kit.transitions import StateMachine, Transition
from core.reviews.models import ClaimState
from ongoza_contracts.access import Permission

TAKE_AWAY = REGRADE = Permission.PROGRESS_RECORD
"""Which directors and admins have, and mentors have not."""

CLAIM_STATES = StateMachine(
    "claim",
    (
        Transition(ClaimState.OPEN, "extend", None, ClaimState.OPEN),
        Transition(ClaimState.OPEN, "release", None, ClaimState.RELEASED),
        Transition(ClaimState.OPEN, "expire", None, ClaimState.EXPIRED),
        Transition(ClaimState.OPEN, "take-away", TAKE_AWAY, ClaimState.TAKEN_AWAY),
        Transition(ClaimState.OPEN, "decide", None, ClaimState.DECIDED),
    ),
)
"""No state leads back to open: who goes on reviewing makes another claim."""
