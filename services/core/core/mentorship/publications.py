"""Matches and sessions are published whole; what people write about them is in other rows."""

from core.mentorship.models import Match, Session
from core.outbox.publications import Publication, register
from ongoza_contracts.mentorship import MatchUpdated, SessionUpdated

MATCHES = register(
    Publication(model=Match, fact=MatchUpdated, columns={"match_id": "id", "user_id": "learner_id"})
)
SESSIONS = register(
    Publication(
        model=Session, fact=SessionUpdated, columns={"session_id": "id", "user_id": "learner_id"}
    )
)
