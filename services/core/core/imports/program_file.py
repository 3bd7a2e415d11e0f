"""The file of a program: its parts as rows, and a program as a file."""

from collections.abc import Iterator, Mapping
from functools import partial
from graphlib import CycleError, TopologicalSorter
from typing import Any, BinaryIO

from core.imports.program_fields import ItemPart, MilestonePart, ProgramPart
from core.imports.reading import Row, RowError, Unreadable
from core.imports.rows import CheckedRow
from core.imports.strict_yaml import Document, Path
from core.imports.yaml_files import check_keys, checked_row, dump_yaml, read_document
from core.programs.models import ContentItem, Milestone, Program
from ongoza_contracts.vocabulary import ContentType

MAX_PARTS = 2_000
LISTS: Mapping[str, Any] = {"content": partial(ItemPart, partial=True), "milestones": MilestonePart}
KEYS = ("program", *LISTS)


def program_rows(file: BinaryIO, max_parts: int = MAX_PARTS) -> Iterator[CheckedRow]:
    """The program, its items and its milestones, each with its `part`. Raises Unreadable."""
    document = read_document(file)
    _check_shape(document, max_parts)
    program = document.values["program"]
    yield _checked(document, ("program",), partial(ProgramPart, partial=True), "program")
    slug = program.get("slug") if isinstance(program, dict) else None
    for name, serializer_class in LISTS.items():
        for number in range(len(document.values.get(name) or ())):
            row = _checked(document, (name, number), serializer_class, name)
            if isinstance(row, Row):
                row.values["program"] = slug
            yield row


def _check_shape(document: Document, max_parts: int) -> None:
    check_keys(document, KEYS, required=("program",), lists=LISTS)
    if sum(len(document.values.get(name) or ()) for name in LISTS) > max_parts:
        raise Unreadable(RowError(1, "", f"A file has at most {max_parts:,} parts."))


def _checked(document: Document, path: Path, serializer_class: Any, part: str) -> CheckedRow:
    row = checked_row(document, path, serializer_class)
    if isinstance(row, Row):
        row.values["part"] = part
    return row


# --- export --------------------------------------------------------------------------------------
def program_document(program: Program) -> str:
    """The program with its items on offer and its milestones that are not retired."""
    items = program.items.filter(retired=False).select_related("course")
    rows = [*items.prefetch_related("prerequisites", "external_ids", "competencies").order_by("pk")]
    milestones = program.milestones.filter(retired=False).prefetch_related("items")
    document = {
        "program": {str(name): getattr(program, str(name)) for name in ProgramPart().fields},
        "content": [_item(one) for one in _in_order_of_need(rows)],
        "milestones": [_milestone(one) for one in milestones],
    }
    return dump_yaml(document)


def _in_order_of_need(items: list[ContentItem]) -> Iterator[ContentItem]:
    """Courses before their modules, and prerequisites before what needs them."""
    by_id = {one.content_id: one for one in items}
    needs = {
        one.content_id: {needed.content_id for needed in one.prerequisites.all()} for one in items
    }
    courses = {one.content_id: {one.course.content_id} for one in items if one.course}
    try:
        order = [*_sorted({key: value | courses.get(key, set()) for key, value in needs.items()})]
    except CycleError:  # a course that needs one of its modules
        order = [*_sorted({key: courses.get(key, set()) for key in needs})]
    return (by_id[key] for key in order if key in by_id)


def _sorted(graph: Mapping[str, set[str]]) -> Iterator[str]:
    return iter(TopologicalSorter(graph).static_order())


def _item(item: ContentItem) -> dict[str, Any]:
    found: dict[str, Any] = {"content_id": item.content_id, "content_type": item.content_type}
    if item.course:
        found["course"] = item.course.content_id
    if item.content_type == ContentType.MISSION:  # elsewhere it follows from a quiz
        found["completed_by"] = item.completed_by
    needed = [one.content_id for one in item.prerequisites.all() if not one.retired]
    pairs = [{"source": one.source, "id": one.external_id} for one in item.external_ids.all()]
    return {
        **found,
        "title": item.title,
        "description": item.description,
        "track": item.track,
        "level": item.level,
        "duration_minutes": item.duration_minutes,
        "skills": [*item.shown_skills],
        "prerequisites": sorted(needed),
        "external_ids": pairs,
        "competencies": [str(one) for one in item.competencies.all()],
    }


def _milestone(milestone: Milestone) -> dict[str, Any]:
    placed = (one for one in milestone.items.all() if not one.retired)
    ordered = sorted(placed, key=lambda one: (one.milestone_position, one.pk))
    items = [{"content_id": one.content_id, "required": one.required} for one in ordered]
    return {"title": milestone.title, "description": milestone.description, "items": items}
