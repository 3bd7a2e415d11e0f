"""The lives of requests, matches and sessions, as tables."""

from core.kit.transitions import StateMachine, Transition
from core.mentorship.models import RequestState
from ongoza_contracts.mentorship import MatchState, SessionState

_WAITING, _ASKED = RequestState.WAITING, RequestState.ASKED
_REQUESTED, _CONFIRMED = SessionState.REQUESTED, SessionState.CONFIRMED

REQUEST_STATES = StateMachine(
    "request",
    (
        Transition(_WAITING, "ask", None, _ASKED),
        Transition(_WAITING, "withdraw", None, RequestState.WITHDRAWN),
        Transition(_ASKED, "accept", None, RequestState.ACCEPTED),
        Transition(_ASKED, "decline", None, _WAITING),
        Transition(_ASKED, "expire", None, _WAITING),
        Transition(_ASKED, "reassign", None, _WAITING),
        Transition(_ASKED, "withdraw", None, RequestState.WITHDRAWN),
    ),
)
MATCH_STATES = StateMachine(
    "match", (Transition(MatchState.ACTIVE, "end", None, MatchState.ENDED),)
)
SESSION_STATES = StateMachine(
    "session",
    (
        Transition(_REQUESTED, "confirm", None, _CONFIRMED),
        Transition(_REQUESTED, "move", None, _REQUESTED),
        Transition(_REQUESTED, "cancel", None, SessionState.CANCELLED),
        Transition(_REQUESTED, "lapse", None, SessionState.CANCELLED),
        Transition(_CONFIRMED, "move", None, _REQUESTED),
        Transition(_CONFIRMED, "cancel", None, SessionState.CANCELLED),
        Transition(_CONFIRMED, "hold", None, SessionState.HELD),
        Transition(_CONFIRMED, "miss", None, SessionState.MISSED),
    ),
)
