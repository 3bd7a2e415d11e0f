"""Reads from core what the features need of a learner whom ai does not know yet."""

from dataclasses import replace

from ai.kit.core_client import CoreCalls, CoreUnavailable
from ai.learners.learner import Feedback, Interaction, Learner
from ai.learners.queries import chosen
from ai.projections.completion import effective_state
from ongoza_contracts.http.feedback import FeedbackPage
from ongoza_contracts.http.progress import ProgressPage
from ongoza_contracts.http.users import User


async def get_learner(core: CoreCalls, user_id: int, *, own: bool) -> Learner:
    """The learner as core shows them to the caller. Only their author (`own`) sees feedback.

    Raises CoreUnavailable.
    """
    user = await core.get(User, f"/api/v1/users/{user_id}")
    pages = core.pages(ProgressPage, "/api/v1/progress/", {"user": user_id})
    states = [(item.content_id, *effective_state(item)) async for item in pages]
    interactions = {
        content_id: Interaction(status, 0)
        for content_id, status, _ in sorted(states, key=lambda one: (one[2], one[0]))
    }
    profile = chosen(user.track, 0) if user.track else None
    learner = Learner(user_id, profile=profile, interactions=interactions)
    if not own:
        return learner
    try:
        feedback = {
            item.content_id: Feedback(item.verdict, 0)
            async for item in core.pages(FeedbackPage, "/api/v1/feedback/")
        }
    except CoreUnavailable:  # a list without feedback is better than none
        return learner
    return replace(learner, feedback=feedback)
