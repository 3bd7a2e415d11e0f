"""Reads the demo catalogue from its TOML files and refuses one that does not hold together."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from core.demo.items import Catalogue, Item, Program, Skill
from ongoza_contracts.vocabulary import (
    ContentId,
    ContentType,
    PublicText,
    PublicTitle,
    Slug,
    Track,
)

CATALOGUE = Path(__file__).parent / "catalogue"
SKILLS_FILE = "skills.toml"


class CatalogueError(ValueError):
    """The catalogue files contradict themselves; the message names the file or the item."""


def load_catalogue(folder: Path = CATALOGUE) -> Catalogue:
    """Read and check the whole catalogue. Raises CatalogueError."""
    skills = tuple(_skills(_read(folder / SKILLS_FILE)))
    names = sorted(path.name for path in folder.glob("*.toml") if path.name != SKILLS_FILE)
    files = [_parse(folder / name) for name in names]
    items = [item for file in files for item in _items(file)]
    _check(items, {skill.slug for skill in skills})
    return Catalogue(skills, tuple(map(_program, files)), _in_safe_order(items))


# --- the shape of the files ----------------------------------------------------------------------

# The files wrap their text for the reader's eye; the product wants one line.
_Text = Annotated[PublicText, AfterValidator(lambda text: " ".join(text.split()))]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _ItemEntry(_Entry):
    id: ContentId
    title: PublicTitle
    description: _Text
    duration_minutes: int = Field(ge=1)
    skills: tuple[Slug, ...] = Field(min_length=1)


class _ModuleEntry(_ItemEntry):
    pass


class _MissionEntry(_ItemEntry):
    level: int = Field(ge=1, le=5)
    prerequisites: tuple[ContentId, ...] = ()
    track: Track | None = None


class _CourseEntry(_MissionEntry):
    modules: tuple[_ModuleEntry, ...] = ()


class _ProgramEntry(_Entry):
    slug: Slug
    title: PublicTitle
    description: _Text
    track: Track | None = None


class _File(_Entry):
    program: _ProgramEntry
    courses: tuple[_CourseEntry, ...] = ()
    missions: tuple[_MissionEntry, ...] = ()


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error


def _parse(path: Path) -> _File:
    try:
        return _File.model_validate(_read(path))
    except ValidationError as error:
        raise CatalogueError(f"{path.name}: {error}") from error


def _skills(areas: Mapping[str, object]) -> Iterator[Skill]:
    for area, names in areas.items():
        if not isinstance(names, dict):
            raise CatalogueError(f"{SKILLS_FILE}: {area} stands outside every area")
        for slug, name in names.items():
            yield Skill(slug, str(name), area)


# --- from entries to items -----------------------------------------------------------------------


def _program(file: _File) -> Program:
    program = file.program
    return Program(
        slug=program.slug,
        title=program.title,
        description=program.description,
        track=program.track,
        course_ids=tuple(course.id for course in file.courses),
        mission_ids=tuple(mission.id for mission in file.missions),
    )


def _items(file: _File) -> Iterator[Item]:
    for course_entry in file.courses:
        course = _item(course_entry, ContentType.COURSE, file.program)
        yield course
        yield from _modules(course, course_entry.modules)
    for mission_entry in file.missions:
        yield _item(mission_entry, ContentType.MISSION, file.program)


def _item(entry: _MissionEntry, content_type: ContentType, program: _ProgramEntry) -> Item:
    track = entry.track or program.track
    if track is None:
        raise CatalogueError(f"{entry.id}: names no track, and neither does its program")
    return Item(
        content_id=entry.id,
        content_type=content_type,
        program=program.slug,
        title=entry.title,
        description=entry.description,
        track=track,
        level=entry.level,
        skills=entry.skills,
        prerequisites=entry.prerequisites,
        duration_minutes=entry.duration_minutes,
    )


def _modules(course: Item, entries: Iterable[_ModuleEntry]) -> Iterator[Item]:
    """The first module needs what its course needs, each further one the module before it."""
    prerequisites = course.prerequisites
    for position, entry in enumerate(entries, start=1):
        yield Item(
            content_id=entry.id,
            content_type=ContentType.MODULE,
            program=course.program,
            title=entry.title,
            description=entry.description,
            track=course.track,
            level=course.level,
            skills=entry.skills,
            prerequisites=prerequisites,
            duration_minutes=entry.duration_minutes,
            course_id=course.content_id,
            position=position,
        )
        prerequisites = (entry.id,)


# --- what must hold between items ----------------------------------------------------------------


def _check(items: Iterable[Item], skills: set[str]) -> None:
    by_id: dict[str, Item] = {}
    for item in items:
        if item.content_id in by_id:
            raise CatalogueError(f"{item.content_id}: the id is used twice")
        by_id[item.content_id] = item
    for item in by_id.values():
        _check_id(item)
        _check_skills(item, skills)
        _check_prerequisites(item, by_id)


def _check_id(item: Item) -> None:
    prefix = item.content_type.value
    if item.course_id is not None:
        prefix = item.course_id.replace(ContentType.COURSE, ContentType.MODULE)
    if not item.content_id.startswith(f"{prefix}-"):
        raise CatalogueError(f"{item.content_id}: the id should start with {prefix}-")


def _check_skills(item: Item, skills: set[str]) -> None:
    unknown = [skill for skill in item.skills if skill not in skills]
    if unknown:
        raise CatalogueError(f"{item.content_id}: unknown skills: {', '.join(unknown)}")


def _check_prerequisites(item: Item, by_id: Mapping[str, Item]) -> None:
    for content_id in item.prerequisites:
        needed = by_id.get(content_id)
        if needed is None:
            raise CatalogueError(f"{item.content_id}: unknown prerequisite {content_id}")
        if needed.level > item.level:
            raise CatalogueError(f"{item.content_id}: prerequisite {content_id} is of higher level")


def _in_safe_order(items: Iterable[Item]) -> tuple[Item, ...]:
    by_id = {item.content_id: item for item in items}
    needs = {
        item.content_id: (*item.prerequisites, *([item.course_id] if item.course_id else ()))
        for item in by_id.values()
    }
    try:
        return tuple(by_id[content_id] for content_id in TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise CatalogueError(f"prerequisites go round: {' -> '.join(error.args[1])}") from error
