"""The file of missions: each as a row, and a mission as a file."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from rest_framework import serializers

from core.imports.reading import RowError, Unreadable
from core.imports.rows import CheckedRow
from core.imports.yaml_files import check_keys, checked_row, dump_yaml, read_document
from core.kit.errors import Conflict
from core.missions.models import Mission
from core.missions.selectors import criteria_of, current_hints, current_rubric
from core.missions.serializers import (
    CHANGEABLE,
    CODE,
    HINTS_MAX,
    DraftMissionRequest,
    HintRequest,
    SetRubricRequest,
)

MAX_MISSIONS = 500
KEY = "missions"


class WithoutCode(Conflict):
    code = "no_code"
    detail = "Give the mission a code first: an import finds it by its code."


class MissionPart(DraftMissionRequest):
    """A mission, which is found by its code. What the file leaves out stays as it is."""

    code = serializers.RegexField(CODE, max_length=32)
    title = serializers.CharField(max_length=200, required=False)
    rubric = SetRubricRequest(required=False)
    hints = serializers.ListField(child=HintRequest(), max_length=HINTS_MAX, required=False)


class MissionFile(serializers.Serializer[Any]):
    """A file of missions as the OpenAPI document has it."""

    missions = serializers.ListField(child=serializers.DictField())


def mission_rows(file: BinaryIO, max_missions: int = MAX_MISSIONS) -> Iterator[CheckedRow]:
    """Raises Unreadable."""
    document = read_document(file)
    check_keys(document, (KEY,), required=(KEY,), lists=(KEY,))
    count = len(document.values[KEY] or ())
    if count > max_missions:
        raise Unreadable(RowError(1, "", f"A file has at most {max_missions:,} missions."))
    for number in range(count):
        yield checked_row(document, (KEY, number), MissionPart)


def mission_document(mission: Mission) -> str:
    """A mission with its rubric and hints, as a file that can be imported. Raises WithoutCode."""
    if mission.code is None:
        raise WithoutCode
    found: dict[str, Any] = {name: getattr(mission, name) for name in CHANGEABLE}
    found["program"] = mission.program.slug if mission.program else None
    found["due_at"] = mission.due_at.isoformat() if mission.due_at else None
    if rubric := current_rubric(mission):
        criteria = criteria_of(rubric)
        found["rubric"] = {"pass_percentage": rubric.pass_percentage, "criteria": criteria}
    found["hints"] = current_hints(mission)
    return dump_yaml({KEY: [found]})
