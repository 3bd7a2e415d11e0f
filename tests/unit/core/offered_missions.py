"""Missions that learners may work on, made through the services."""

from typing import Any

from core.missions.labs import set_hints
from core.missions.models import Mission
from core.missions.selectors import CriterionSpec, HintSpec
from core.missions.services import draft_mission, publish_mission, set_rubric
from core.programs.models import Program

CRITERIA = [
    CriterionSpec(title="Evidence", description="Screenshots.", max_points=60),
    CriterionSpec(title="Report", description="", max_points=40),
]
HINTS = [HintSpec(text="Look at the logs.", cost=0), HintSpec(text="At port 4444.", cost=15)]
RUBRIC = {"pass_percentage": 60, "criteria": CRITERIA}


def complete_draft(**state: Any) -> Mission:
    """A draft that lacks nothing."""
    some: dict[str, Any] = {
        "title": "Find the intruder",
        "program": Program.objects.get_or_create(slug="core", defaults={"title": "Core"})[0],
        "track": "leaders",
        "skills": ["Log analysis"],
        "duration_minutes": 90,
    }
    mission = draft_mission(**{**some, **state})
    return set_rubric(mission_id=mission.pk, criteria=CRITERIA, pass_percentage=60)


def offered_mission(**state: Any) -> Mission:
    return publish_mission(mission_id=complete_draft(**state).pk)


def lab(flag_attempts: int = 3, **state: Any) -> Mission:
    """A mission with a flag and two hints, of which the second costs 15 per cent."""
    mission = offered_mission(mission_type="lab", flag_attempts=flag_attempts, **state)
    return set_hints(mission_id=mission.pk, hints=HINTS)
