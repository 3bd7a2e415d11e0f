"""Missions are published without their texts, which their catalogue items have."""

from core.missions.models import Mission
from core.outbox.publications import Publication, register
from ongoza_contracts.missions import MissionUpdated

MISSIONS = register(
    Publication(
        model=Mission,
        fact=MissionUpdated,
        columns={"mission_id": "id"},
        unpublished={
            "code": None,
            "title": "(the title was lost)",
            **dict.fromkeys(("description", "story", "track"), ""),
            **{name: [] for name in ("objectives", "subtasks", "skills", "competencies")},
            "prerequisites": [],
            "program_id": None,
            "duration_minutes": None,
            "late_deduction_per_day": 0,
            "late_deduction_limit": 100,
            "flag_attempts": None,
        },
    )
)
