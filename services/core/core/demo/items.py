"""The items of the demo catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ongoza_contracts.vocabulary import ContentType, Track


@dataclass(frozen=True)
class Skill:
    slug: str
    name: str
    area: str


@dataclass(frozen=True)
class Item:
    """A course, a module of a course, or a mission."""

    content_id: str
    content_type: ContentType
    program: str
    title: str
    description: str
    track: Track
    level: int
    skills: tuple[str, ...]
    prerequisites: tuple[str, ...]
    """Items to complete before this one may be begun."""
    duration_minutes: int
    course_id: str | None = None
    """The course a module belongs to."""
    position: int = 0
    """The place of a module in its course, from 1; 0 for anything else."""


@dataclass(frozen=True)
class Program:
    slug: str
    title: str
    description: str
    track: Track | None
    """None for the foundation, whose courses come from every track."""
    course_ids: tuple[str, ...]
    mission_ids: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    skills: tuple[Skill, ...]
    programs: tuple[Program, ...]
    items: tuple[Item, ...]
    """An item comes after its prerequisites, and a module after its course."""

    @cached_property
    def by_id(self) -> Mapping[str, Item]:
        return {item.content_id: item for item in self.items}

    @cached_property
    def courses(self) -> tuple[Item, ...]:
        return self._of_type(ContentType.COURSE)

    @cached_property
    def modules(self) -> tuple[Item, ...]:
        return self._of_type(ContentType.MODULE)

    @cached_property
    def missions(self) -> tuple[Item, ...]:
        return self._of_type(ContentType.MISSION)

    def modules_of(self, course_id: str) -> tuple[Item, ...]:
        """The modules of a course in the order they are taught; empty when it has none."""
        return self._modules.get(course_id, ())

    @cached_property
    def _modules(self) -> Mapping[str, tuple[Item, ...]]:
        grouped: dict[str, list[Item]] = {}
        for module in self.modules:
            grouped.setdefault(str(module.course_id), []).append(module)
        return {
            course_id: tuple(sorted(modules, key=lambda module: module.position))
            for course_id, modules in grouped.items()
        }

    def _of_type(self, content_type: ContentType) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.content_type == content_type)
