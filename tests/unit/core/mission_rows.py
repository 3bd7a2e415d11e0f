"""Missions and submissions for tests."""

from typing import Any
from uuid import uuid4

from core.missions.models import Mission
from core.outbox.publish import publish
from core.submissions.models import Submission, Suggestion
from core.users.models import User


def published_mission(**columns: Any) -> Mission:
    """A mission with its fact; a draft unless `columns` say otherwise."""
    mission = Mission(title="Find the intruder", code=uuid4().hex, **columns)
    publish(mission)
    return mission


def published_submission(user: User, mission: Mission | None = None, **columns: Any) -> Submission:
    """A learner's first attempt at a mission, with its fact."""
    submission = Submission(user=user, mission=mission or published_mission(), attempt=1, **columns)
    publish(submission)
    return submission


def published_suggestion(submission: Submission, **columns: Any) -> Suggestion:
    """With one check; with its fact."""
    checks = [{"check": "secrets", "verdict": "ok", "value": 0.0}]
    defaults = {"on_draft": False, "model": "model@1", "rule_version": 1, "checks": checks}
    suggestion = Suggestion(user=submission.user, submission=submission, **{**defaults, **columns})
    publish(suggestion)
    return suggestion
