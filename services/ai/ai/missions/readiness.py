"""What a learner has for a mission, and what is open. Pure."""

from collections.abc import Iterator
from datetime import datetime

from ai.catalogue.catalogue import Catalogue, Item
from ai.curriculum.gaps import showing_items, skill_gaps
from ai.curriculum.steps import Curriculum, curriculum_of
from ai.learners.learner import Learner
from ai.search.offers import mission_offers
from ongoza_contracts.http.curriculum import CurriculumState, MissingPart
from ongoza_contracts.http.missions import MissionLevel, MissionPrerequisite, MissionReadiness


def readiness(
    catalogue: Catalogue,
    learner: Learner,
    mission: Item,
    missing: tuple[MissingPart, ...],
    as_of: datetime,
) -> MissionReadiness:
    curriculum = curriculum_of(catalogue, learner)
    prerequisites = tuple(_prerequisites(catalogue, curriculum, mission))
    is_known = MissingPart.LEARNER not in missing
    offers = mission_offers(catalogue, learner.attempts) if is_known else {}
    return MissionReadiness(
        user_id=learner.user_id,
        content_id=mission.content_id,
        mission_id=mission.mission and mission.mission.mission_id,
        title=mission.title,
        state=CurriculumState.KNOWN if curriculum.done else CurriculumState.NOT_ENOUGH_DATA,
        ready=all(one.completed for one in prerequisites) if is_known else None,
        prerequisites=prerequisites,
        skills=skill_gaps(curriculum, mission.skills, without=mission.content_id),
        level=_level(curriculum, mission),
        mission=offers.get(mission.content_id),
        missing=missing,
        as_of=as_of,
    )


def _prerequisites(
    catalogue: Catalogue, curriculum: Curriculum, mission: Item
) -> Iterator[MissionPrerequisite]:
    for content_id in mission.prerequisites:
        place = catalogue.position.get(content_id)
        completion = curriculum.completed.get(content_id)
        if completion or place is None or not catalogue.retired[place]:
            yield MissionPrerequisite(
                content_id=content_id,
                title=None if place is None else catalogue.items[place].title,
                completed=completion is not None,
                facts=completion.facts if completion else (),
            )


def _level(curriculum: Curriculum, mission: Item) -> MissionLevel:
    shown = {
        one.item.content_id: one
        for skill in mission.skills
        for one in curriculum.shown.get(skill, ())
        if one.item.content_id != mission.content_id
    }
    highest = max((one.item.level for one in shown.values()), default=None)
    best = [one for _, one in sorted(shown.items()) if one.item.level == highest]
    return MissionLevel(mission=mission.level, shown=highest, shown_by=showing_items(best))
