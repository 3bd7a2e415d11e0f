"""The rows of a file, checked field by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, TypeAlias

from rest_framework.exceptions import ValidationError

from core.imports.reading import (
    MAX_ROWS,
    Columns,
    Format,
    Row,
    RowError,
    items,
    number,
    read_rows,
    whole_number,
)
from core.imports.row_fields import ChallengeRow, CompetencyRow, ContentRow, ProgressRow
from core.kit.errors import validation_errors
from core.kit.serializers import StrictSerializer
from ongoza_contracts.skills import NotASkill, skill_slug
from ongoza_contracts.vocabulary import ContentType

CheckedRow: TypeAlias = Row | list[RowError]
"""A row whose values have the types of its fields, or what is wrong with it."""

_EXTERNAL: Columns = {"content_id": str, "external_source": str, "external_id": str}
CONTENT: Columns = {
    **_EXTERNAL,
    "content_type": str,
    "program": str,
    "course": str,
    "title": str,
    "description": str,
    "track": str,
    "level": whole_number,
    "skills": items,
    "prerequisites": items,
    "competencies": items,
    "duration_minutes": whole_number,
    "completed_by": str,
}
PROGRESS: Columns = {
    **_EXTERNAL,
    "email": str,
    "user_id": whole_number,
    "status": str,
    "completion_percentage": number,
    "score": number,
    "reported_at": str,
    "source": str,
}
COMPETENCIES: Columns = {"framework": str, "code": str, "name": str}
SECRET = {"flags": str, "hints": str}
"""The columns of challenges that are read and never stored."""
CHALLENGES: Columns = {
    "name": str,
    "category": str,
    "value": whole_number,
    "description": str,
    **SECRET,
}
POINTS_OF_A_LEVEL = 100
HIGHEST_LEVEL = 5


@dataclass(frozen=True, kw_only=True)
class Challenges:
    """What the items of a file of challenges have in common."""

    program: str
    track: str
    duration_minutes: int
    external_source: str = "ctf"


def content_rows(file: BinaryIO, form: Format, max_rows: int = MAX_ROWS) -> Iterator[CheckedRow]:
    """Raises Unreadable."""
    for row in read_rows(file, form, CONTENT, max_rows):
        yield _checked(row, partial(ContentRow, partial=True))


def progress_rows(file: BinaryIO, form: Format, max_rows: int = MAX_ROWS) -> Iterator[CheckedRow]:
    """Raises Unreadable."""
    for row in read_rows(file, form, PROGRESS, max_rows):
        yield _checked(row, ProgressRow)


def competency_rows(file: BinaryIO, form: Format, max_rows: int = MAX_ROWS) -> Iterator[CheckedRow]:
    """Raises Unreadable."""
    for row in read_rows(file, form, COMPETENCIES, max_rows):
        yield _checked(row, CompetencyRow)


def challenge_rows(file: BinaryIO, form: Format, common: Challenges) -> Iterator[CheckedRow]:
    """The missions that challenges become. Raises Unreadable."""
    for row in read_rows(file, form, CHALLENGES):
        if isinstance(row, Row):
            row = Row(row.line, {k: v for k, v in row.values.items() if k not in SECRET})
        checked = _checked(row, ChallengeRow)
        if isinstance(checked, Row):
            mission = _mission(checked.values, common)
            checked = _checked(Row(checked.line, mission), partial(ContentRow, partial=True))
        yield checked


def _checked(row: Row | RowError, serializer_class: Any) -> CheckedRow:
    if isinstance(row, RowError):
        return [row]
    serializer: StrictSerializer = serializer_class(data=row.values)
    try:
        serializer.is_valid(raise_exception=True)
    except ValidationError as error:
        found = validation_errors(error)
        return [RowError(row.line, one["field"], one["detail"]) for one in found]
    return Row(row.line, serializer.validated_data)


def _mission(challenge: dict[str, Any], common: Challenges) -> dict[str, Any]:
    """Level 1 up to 100 points, 2 up to 200 and so on; 5 from 401. The name is the external id."""
    level = -(-challenge["value"] // POINTS_OF_A_LEVEL)
    return {
        "content_type": ContentType.MISSION.value,
        "program": common.program,
        "track": common.track,
        "duration_minutes": common.duration_minutes,
        "external_source": common.external_source,
        "external_id": challenge["name"],
        "title": challenge["name"],
        "description": challenge.get("description", ""),
        "level": min(max(level, 1), HIGHEST_LEVEL),
        "skills": _skills(challenge.get("category", "")),
    }


def _skills(category: str) -> list[str]:
    """The category, unless it has no slug, such as one in another script."""
    try:
        skill_slug(category)
    except NotASkill:
        return []
    return [category]
