"""What a learner can still complete, as steps of a path. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from ai.catalogue.catalogue import Catalogue, Item
from ai.curriculum.path import PathItem
from ai.learners.learner import Learner, attempts_at
from ai.skills.completion import Completion, completed_items, shown_skills


@dataclass(frozen=True, slots=True)
class Curriculum:
    """The catalogue as one learner sees it. A module on offer is part of its course: who needs the
    module takes the course, and a course needs what its modules need."""

    items: Mapping[str, Item]
    """All items by content id."""
    steps: Mapping[str, PathItem]
    """By content id, what is not completed and can be begun at some time."""
    skills: Mapping[str, frozenset[str]]
    """By content id, the skills that a course, with its modules, or another item teaches."""
    course_of: Mapping[str, str]
    """By content id of a module on offer, its course."""
    completed: Mapping[str, Completion]
    shown: Mapping[str, tuple[Completion, ...]] = field(default_factory=dict)
    """By skill, the completed items that teach it."""

    @property
    def done(self) -> Set[str]:
        return self.completed.keys()

    def wholes(self, content_ids: Iterable[str]) -> frozenset[str]:
        """The same items, but courses for their modules; only those that are in the catalogue."""
        known = (one for one in content_ids if one in self.items)
        return frozenset(self.course_of.get(one, one) for one in known)


def curriculum_of(catalogue: Catalogue, learner: Learner) -> Curriculum:
    items = {one.content_id: one for one in catalogue.items}
    completed = completed_items(catalogue, learner)
    courses, modules = catalogue.modules
    course_of: dict[str, str] = {}
    parts: dict[str, list[Item]] = {one: [] for one in items}
    for course, module in zip(courses.tolist(), modules.tolist(), strict=True):
        course_of[catalogue.items[module].content_id] = catalogue.items[course].content_id
        parts[catalogue.items[course].content_id].append(catalogue.items[module])
    closed = catalogue.retired | catalogue.closed(attempts_at(learner.attempts))
    retired = {
        one.content_id for one, gone in zip(catalogue.items, catalogue.retired, strict=True) if gone
    }
    satisfied = retired | completed.keys()
    return Curriculum(
        items=items,
        steps={
            one.content_id: _step(one, parts[one.content_id], satisfied, course_of, completed)
            for place, one in enumerate(catalogue.items)
            if not closed[place] and one.content_id not in {*completed, *course_of}
        },
        skills={
            one: frozenset(skill for part in (items[one], *parts[one]) for skill in part.skills)
            for one in items
            if one not in course_of
        },
        course_of=course_of,
        completed=completed,
        shown=shown_skills(completed),
    )


def _step(
    item: Item,
    modules: list[Item],
    satisfied: Set[str],
    course_of: Mapping[str, str],
    completed: Mapping[str, Completion],
) -> PathItem:
    done = sum(one.duration_minutes for one in modules if one.content_id in completed)
    needs = {course_of.get(one, one) for one in _open_needs(item, modules, satisfied)}
    minutes = max(item.duration_minutes - done, 1)
    return PathItem(item.content_id, minutes, item.level, frozenset(needs - {item.content_id}))


def _open_needs(item: Item, modules: list[Item], satisfied: Set[str]) -> Iterator[str]:
    """What is to be completed first; a retired prerequisite is none."""
    for one in (item, *modules):
        if one.content_id not in satisfied:
            yield from (need for need in one.prerequisites if need not in satisfied)
