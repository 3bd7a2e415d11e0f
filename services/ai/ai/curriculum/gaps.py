"""Which of some skills a learner holds, what shows it, and what would close the gaps. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from ai.curriculum.path import minutes_with_needs
from ai.curriculum.steps import Curriculum
from ai.skills.completion import Completion
from ongoza_contracts.http.curriculum import ClosingItem, ShowingItem, SkillGap

SHOWN_MAX = 5


def skill_gaps(
    curriculum: Curriculum, skills: Collection[str], *, without: str | None = None
) -> tuple[SkillGap, ...]:
    """First what is not held; the item `without` is not named as what closes a gap."""
    times = minutes_with_needs(curriculum.steps, curriculum.done)
    times.pop(without or "", None)
    teaching: dict[str, list[str]] = {skill: [] for skill in skills}
    for content_id in sorted(times, key=lambda one: (times[one], one)):
        for skill in curriculum.skills[content_id] & teaching.keys():
            teaching[skill].append(content_id)
    in_order = sorted(teaching, key=lambda one: (one in curriculum.shown, one))
    return tuple(_gap(curriculum, skill, teaching[skill], times) for skill in in_order)


def showing_items(completions: Iterable[Completion]) -> tuple[ShowingItem, ...]:
    return tuple(
        ShowingItem(
            content_id=one.item.content_id,
            title=one.item.title,
            level=one.item.level,
            facts=one.facts,
        )
        for one in [*completions][:SHOWN_MAX]
    )


def _gap(
    curriculum: Curriculum, skill: str, teaching: Sequence[str], times: Mapping[str, int]
) -> SkillGap:
    """`teaching` has the items that teach the skill, the shortest first."""
    shown = curriculum.shown.get(skill, ())
    closing = () if shown else teaching[:SHOWN_MAX]
    return SkillGap(
        skill=skill,
        held=bool(shown),
        level=shown[0].item.level if shown else None,
        shown_by=showing_items(shown),
        closed_by=tuple(
            ClosingItem(
                content_id=one,
                title=curriculum.items[one].title,
                level=curriculum.items[one].level,
                minutes=times[one],
            )
            for one in closing
        ),
    )
