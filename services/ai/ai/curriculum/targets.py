"""What a role needs: the skills of its items, or the required items of a program. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from ai.curriculum.path import Goals
from ai.curriculum.steps import Curriculum
from ongoza_contracts.http.curriculum import CurriculumRole, RoleKind
from ongoza_contracts.programs import ProgramVersionPublished
from ongoza_contracts.vocabulary import Track


@dataclass(frozen=True, slots=True)
class Competency:
    """A role of an imported framework, as core has it."""

    role: str
    """`framework:code`."""
    name: str
    content_ids: tuple[str, ...]
    """The items on offer that teach it."""


@dataclass(frozen=True, slots=True)
class Target:
    role: CurriculumRole
    items: frozenset[str] = frozenset()
    """The items of the role; courses for their modules."""
    skills: frozenset[str] = frozenset()
    """What the items teach."""
    required: frozenset[str] = frozenset()
    """The content ids that a program requires; other roles need the skills."""

    @property
    def needed(self) -> frozenset[str]:
        return self.required or self.skills

    def reached(self, curriculum: Curriculum) -> frozenset[str]:
        return self.needed & (curriculum.done if self.required else curriculum.shown.keys())

    def goals(self, curriculum: Curriculum) -> Goals:
        """What is not reached yet, with the items that reach it: those of the role and what they
        need."""
        if self.required:
            return {one: curriculum.wholes([one]) for one in self.required - curriculum.done}
        goals: dict[str, set[str]] = {
            skill: set() for skill in self.skills - curriculum.shown.keys()
        }
        for one in _with_needs(curriculum, self.items):
            for skill in curriculum.skills[one] & goals.keys():
                goals[skill].add(one)
        return goals


def of_track(curriculum: Curriculum, track: Track) -> Target:
    role = CurriculumRole(kind=RoleKind.TRACK, role=track)
    items = (one for one, item in curriculum.items.items() if item.track is track)
    return _target(curriculum, role, [one for one in items if _is_offered(curriculum, one)])


def of_competency(curriculum: Curriculum, competency: Competency) -> Target:
    role = CurriculumRole(kind=RoleKind.COMPETENCY, role=competency.role, name=competency.name)
    return _target(curriculum, role, competency.content_ids)


def of_program(curriculum: Curriculum, version: ProgramVersionPublished) -> Target:
    role = CurriculumRole(kind=RoleKind.PROGRAM, role=str(version.program_version_id))
    required = [one.content_id for one in version.items if one.required]
    return _target(curriculum, role, required, frozenset(required))


def _target(
    curriculum: Curriculum,
    role: CurriculumRole,
    content_ids: Collection[str],
    required: frozenset[str] = frozenset(),
) -> Target:
    items = curriculum.wholes(content_ids)
    skills = {skill for one in items for skill in curriculum.skills[one]}
    return Target(role, items, frozenset(skills), required)


def _is_offered(curriculum: Curriculum, content_id: str) -> bool:
    return content_id in curriculum.steps or content_id in curriculum.done


def _with_needs(curriculum: Curriculum, items: Collection[str]) -> set[str]:
    found: set[str] = set()
    waiting = [*items]
    while waiting:
        one = waiting.pop()
        if one not in found and one in curriculum.steps:
            found.add(one)
            waiting += curriculum.steps[one].needs
    return found
