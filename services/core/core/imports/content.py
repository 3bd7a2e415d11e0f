"""Writes rows of content."""

from collections.abc import Mapping
from typing import Any, ClassVar

from core.imports.program_fields import external_ids_of
from core.imports.services import InvalidRow, Outcome, outcome
from core.kit.errors import DomainError
from core.programs.competencies import UnknownCompetency
from core.programs.external_ids import ExternalIdTaken, Pair, pairs_of
from core.programs.models import ContentItem, Program
from core.programs.selectors import UnknownContent, content_of_external_id
from core.programs.services import (
    CircularPrerequisites,
    ContentIdTaken,
    FollowsFromQuiz,
    NotItsCourse,
    NotReviewed,
    last_number,
    publish_content,
    update_content,
)

STATE = (
    *("title", "description", "track", "level", "skills", "duration_minutes", "completed_by"),
    "competencies",
)
NEEDED = ("content_type", "program", "title", "track", "duration_minutes")
"""The fields without which there is no new item."""
NUMBER_MAX = 10**9


class ContentWriter:
    """Creates items, and changes those that an earlier run or somebody else created."""

    fields: ClassVar[Mapping[type[DomainError], str]] = {
        CircularPrerequisites: "prerequisites",
        ContentIdTaken: "content_id",
        ExternalIdTaken: "external_id",
        FollowsFromQuiz: "completed_by",
        NotItsCourse: "course",
        NotReviewed: "completed_by",
        UnknownCompetency: "competencies",
        UnknownContent: "course",
    }

    def __init__(self) -> None:
        self._programs = {program.slug: program for program in Program.objects.all()}
        self._numbers: dict[str, int] = {}
        self._written: set[str] = set()

    def write(self, values: dict[str, Any]) -> Outcome:
        """Raises InvalidRow and what `publish_content` and `update_content` do."""
        try:
            return self._write(values)
        except DomainError:
            self._numbers.clear()  # rolling back the row releases the lock that they need
            raise

    def _write(self, values: dict[str, Any]) -> Outcome:
        pairs = external_ids_of(values)
        item = find_content(values)
        if item and item.content_id in self._written:
            raise InvalidRow("content_id", "An earlier row is of the same item.")
        state = self._state(values)
        before = item.version if item else 0
        item = _update(item, values, pairs, state) if item else self._create(values, pairs, state)
        self._written.add(item.content_id)
        return outcome(before=before, after=item.version)

    def _state(self, values: dict[str, Any]) -> dict[str, Any]:
        """The row's values with its references resolved."""
        source = values.get("external_source", "")
        state = {name: values[name] for name in STATE if name in values}
        if "prerequisites" in values:
            texts = values["prerequisites"]
            state["prerequisites"] = [_resolve(text, source, "prerequisites") for text in texts]
        if "course" in values:
            state["course"] = _resolve(values["course"], source, "course")
        if "program" in values:
            state["program"] = self._program(values["program"])
        return state

    def _program(self, slug: str) -> Program:
        if slug not in self._programs:
            raise InvalidRow("program", "There is no program with this slug.")
        return self._programs[slug]

    def _create(
        self, values: dict[str, Any], pairs: set[Pair], state: dict[str, Any]
    ) -> ContentItem:
        for name in NEEDED:
            if name not in values:
                raise InvalidRow(name, "A new item needs this field.")
        content_type = values["content_type"]
        return publish_content(
            content_id=values.get("content_id") or self._free_id(content_type),
            content_type=content_type,
            external_ids=pairs,
            **state,
        )

    def _free_id(self, content_type: str) -> str:
        if content_type not in self._numbers:
            self._numbers[content_type] = last_number(content_type)
        self._numbers[content_type] += 1
        while ContentItem.objects.filter(content_id=self._id(content_type)).exists():
            self._numbers[content_type] += 1
        if self._numbers[content_type] >= NUMBER_MAX:
            raise InvalidRow("content_id", "No number is left: give a content id.")
        return self._id(content_type)

    def _id(self, content_type: str) -> str:
        return f"{content_type}-{self._numbers[content_type]}"


def find_content(values: dict[str, Any]) -> ContentItem | None:
    """The item of a row, retired or not: by its content id if the row has one."""
    if "content_id" in values:
        rows = ContentItem.objects.select_related("program", "course")
        return rows.filter(content_id=values["content_id"]).first()
    return content_of_external_id(values["external_source"], values["external_id"])


def _update(
    item: ContentItem, values: dict[str, Any], pairs: set[Pair], state: dict[str, Any]
) -> ContentItem:
    """External ids are added and never removed."""
    present = {
        "content_type": item.content_type,
        "program": item.program,
        "course": item.course and item.course.content_id,
    }
    wanted = {"content_type": values.get("content_type", item.content_type), **state}
    for name, value in present.items():
        if wanted.get(name, value) != value:
            raise InvalidRow(name, "An import does not change this of an item.")
    changes = {name: value for name, value in state.items() if name not in present}
    every = pairs_of(item) | pairs if pairs else None
    return update_content(content_id=item.content_id, external_ids=every, **changes)


def _resolve(text: str, source: str, field: str) -> str:
    """The content id of an item that is named by it, or by its id in the row's own source."""
    if ContentItem.objects.filter(content_id=text).exists():
        return text
    item = content_of_external_id(source, text)
    if item is None:
        raise InvalidRow(field, "There is no such item, or its row comes later.")
    return item.content_id
