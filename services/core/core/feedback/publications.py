"""Feedback is published whole."""

from core.feedback.models import Feedback
from core.outbox.publications import Publication, register
from ongoza_contracts.feedback import FeedbackGiven

FEEDBACK = register(
    Publication(model=Feedback, fact=FeedbackGiven, columns={"verdict": "verdict_or_none"})
)
