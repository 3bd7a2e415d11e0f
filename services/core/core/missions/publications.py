"""Missions are published without their texts, which their catalogue items have."""

from core.missions.models import Mission
from core.outbox.publications import Publication, register
from core.programs.models import CompletedBy, ContentItem
from ongoza_contracts.missions import MissionState, MissionUpdated


def complete_by_review(mission: Mission, _: MissionUpdated) -> None:
    """No fact of an item says by what it is completed: that follows from its mission."""
    if mission.state != MissionState.DRAFT:
        items = ContentItem.objects.filter(content_id=mission.content_id)
        items.update(completed_by=CompletedBy.REVIEW.value)


MISSIONS = register(
    Publication(
        model=Mission,
        fact=MissionUpdated,
        columns={"mission_id": "id"},
        assign_related=complete_by_review,
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
