"""Writes the missions of a file."""

from collections.abc import Mapping
from typing import Any, ClassVar

from core.imports.services import InvalidRow, Outcome
from core.kit.errors import DomainError
from core.missions.labs import HintsTooExpensive, set_hints
from core.missions.models import Mission
from core.missions.selectors import current_hints
from core.missions.services import (
    MissionExists,
    MissionRetired,
    NotMission,
    ProgramFixed,
    change_mission,
    draft_mission,
    set_rubric,
)
from core.programs.competencies import UnknownCompetency
from core.programs.selectors import UnknownContent
from core.programs.services import CircularPrerequisites


class MissionWriter:
    """Drafts missions, and changes those that have the code already. Publishes and removes none."""

    fields: ClassVar[Mapping[type[DomainError], str]] = {
        CircularPrerequisites: "prerequisites",
        HintsTooExpensive: "hints",
        MissionExists: "content_id",
        MissionRetired: "code",
        NotMission: "content_id",
        ProgramFixed: "program",
        UnknownCompetency: "competencies",
    }

    def __init__(self) -> None:
        self._written: set[str] = set()

    def write(self, values: dict[str, Any]) -> Outcome:
        """Raises InvalidRow and what the services of missions do."""
        if values["code"] in self._written:
            raise InvalidRow("code", "An earlier mission has the same code.")
        self._written.add(values["code"])
        rubric, hints = values.pop("rubric", None), values.pop("hints", None)
        before = Mission.objects.filter(code=values["code"]).first()
        mission = _change(before, values) if before else _draft(values)
        if rubric:
            mission = set_rubric(mission_id=mission.pk, **rubric)
        has_new_hints = hints is not None and hints != current_hints(mission)
        if has_new_hints:
            set_hints(mission_id=mission.pk, hints=hints)
        if before is None:
            return Outcome.CREATED
        is_same = mission.version == before.version and not has_new_hints
        return Outcome.UNCHANGED if is_same else Outcome.CHANGED


def _draft(values: dict[str, Any]) -> Mission:
    if "title" not in values and "content_id" not in values:
        raise InvalidRow("title", "A new mission needs this field.")
    try:
        return draft_mission(**values)
    except UnknownContent as refusal:
        raise InvalidRow("content_id", refusal.detail) from None


def _change(mission: Mission, values: dict[str, Any]) -> Mission:
    if values.pop("content_id", mission.content_id) != mission.content_id:
        raise InvalidRow("content_id", "An import does not change this of a mission.")
    try:
        return change_mission(mission_id=mission.pk, **values)
    except UnknownContent as refusal:
        raise InvalidRow("prerequisites", refusal.detail) from None
