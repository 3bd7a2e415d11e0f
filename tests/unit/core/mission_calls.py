"""Calls of the services of missions that write published entities."""

from collections.abc import Callable, Mapping
from typing import Any

from core.missions.services import retire_mission
from tests.unit.core.offered_missions import CRITERIA, complete_draft, offered_mission
from tests.unit.core.school import World


def retired() -> dict[str, Any]:
    return {"mission_id": retire_mission(mission_id=offered_mission().pk).pk}


OF_MISSIONS: Mapping[str, tuple[str, Callable[[World], dict[str, Any]]]] = {
    "missions.services.draft_mission": ("missions", lambda _: {"title": "New"}),
    "missions.services.change_mission": (
        "missions content",
        lambda _: {"mission_id": offered_mission().pk, "title": "New"},
    ),
    "missions.services.set_rubric": (
        "missions",
        lambda _: {
            "mission_id": complete_draft().pk,
            "criteria": CRITERIA[:1],
            "pass_percentage": 60,
        },
    ),
    "missions.services.publish_mission": (
        "missions content",
        lambda _: {"mission_id": complete_draft().pk},
    ),
    "missions.services.retire_mission": (
        "missions content",
        lambda _: {"mission_id": offered_mission().pk},
    ),
    "missions.services.restore_mission": ("missions content", lambda _: retired()),
}
