"""Writes the parts of a program's file."""

from collections.abc import Mapping
from typing import Any, ClassVar

from core.imports.content import ContentWriter, find_content
from core.imports.services import InvalidRow, Outcome
from core.kit.errors import DomainError
from core.programs.milestones import (
    MilestoneRetired,
    RepeatedItem,
    StandsWithItsCourse,
    add_milestone,
    update_milestone,
)
from core.programs.models import ContentItem, Milestone, Program
from core.programs.services import add_program, update_program


class ProgramWriter:
    """Creates the program or changes it, and removes nothing that the file leaves out."""

    fields: ClassVar[Mapping[type[DomainError], str]] = {
        **ContentWriter.fields,
        MilestoneRetired: "title",
        RepeatedItem: "items",
        StandsWithItsCourse: "items",
    }

    def __init__(self) -> None:
        self._content: ContentWriter | None = None
        self._titles: dict[str, int] = {}
        """The position of each milestone of the file."""

    def write(self, values: dict[str, Any]) -> Outcome:
        """Raises InvalidRow and what the services of programs do."""
        part = values.pop("part")
        if part == "program":
            return _write_program(values)
        if not Program.objects.filter(slug=values["program"]).exists():
            raise InvalidRow("program", "The program could not be written.")
        return self._write_item(values) if part == "content" else self._write_milestone(values)

    def _write_item(self, values: dict[str, Any]) -> Outcome:
        self._content = self._content or ContentWriter()
        return self._content.write(values)

    def _write_milestone(self, values: dict[str, Any]) -> Outcome:
        if values["title"] in self._titles:
            raise InvalidRow("title", "An earlier milestone has the same title.")
        position = self._titles[values["title"]] = len(self._titles) + 1
        program = Program.objects.get(slug=values["program"])
        named: dict[str, Any] = {
            name: values[name] for name in ("title", "description") if name in values
        }
        milestone = program.milestones.filter(title=values["title"]).first()
        is_new = milestone is None
        if milestone is None:
            milestone = add_milestone(program_id=program.pk, **named)
        before = _state(milestone)
        items = _items(milestone, values["items"])
        after: dict[str, Any] = {**before, **named, "position": position, "items": items}
        if after == before and not milestone.retired:
            return Outcome.UNCHANGED
        update_milestone(milestone_id=milestone.pk, **after)
        return Outcome.CREATED if is_new else Outcome.CHANGED


def _write_program(values: dict[str, Any]) -> Outcome:
    if "slug" not in values:
        raise InvalidRow("slug", "This field is required.")
    program = Program.objects.filter(slug=values["slug"]).first()
    if program is None:
        if "title" not in values:
            raise InvalidRow("title", "A new program needs this field.")
        add_program(**values)
        return Outcome.CREATED
    changed = {name: value for name, value in values.items() if getattr(program, name) != value}
    if not changed:
        return Outcome.UNCHANGED
    update_program(program_id=program.pk, **changed)
    return Outcome.CHANGED


def _state(milestone: Milestone) -> dict[str, Any]:
    return {
        "title": milestone.title,
        "description": milestone.description,
        "position": milestone.position,
        "items": [*map(_place, milestone.items.order_by("milestone_position", "pk"))],
    }


def _items(milestone: Milestone, places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items of the file in its order, then those that stand there besides."""
    found = []
    for number, place in enumerate(places):
        item = find_content(place)
        if item is None:
            raise InvalidRow(f"items.{number}", "There is no such item.")
        found.append({"content_id": item.content_id, "required": place["required"]})
    named = {one["content_id"] for one in found}
    standing = milestone.items.order_by("milestone_position", "pk")
    return [*found, *(_place(one) for one in standing if one.content_id not in named)]


def _place(item: ContentItem) -> dict[str, Any]:
    return {"content_id": item.content_id, "required": item.required}
