"""Everything that changes missions and their rubrics."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from core.kit.errors import Conflict, DomainError
from core.kit.etags import IfMatch
from core.kit.versions import get_for_update
from core.missions.models import Criterion, Mission, Rubric
from core.missions.selectors import CriterionSpec, criteria_of, current_rubric
from core.missions.states import MISSION_STATES
from core.outbox.publish import publish
from core.programs.models import CompletedBy, ContentItem
from core.programs.selectors import UnknownContent
from core.programs.services import (
    last_number,
    publish_content,
    restore_content,
    retire_content,
    update_content,
)
from ongoza_contracts.missions import MissionState
from ongoza_contracts.vocabulary import ContentType

NEEDED = ("program", "track", "skills", "duration_minutes")
"""What a draft may lack and a published mission has, besides a rubric."""


class CodeTaken(Conflict):
    code = "code_taken"
    detail = "There is a mission with this code already."


class NotMission(DomainError):
    code = "not_a_mission"
    detail = "This item of the catalogue is not a mission."


class MissionExists(Conflict):
    """Names the mission that the item has."""

    code = "mission_exists"


class MissionIncomplete(Conflict):
    """Names what is missing."""

    code = "mission_incomplete"


class MissionRetired(Conflict):
    code = "mission_retired"
    detail = "The mission is retired."


class ProgramFixed(Conflict):
    code = "program_fixed"
    detail = "The mission stays in the program of its item in the catalogue."


@transaction.atomic
def draft_mission(*, content_id: str | None = None, **state: Any) -> Mission:
    """A draft with these columns. With the `content_id` of a mission of the catalogue, the columns
    that `state` leaves out are taken from it.

    Raises UnknownContent, NotMission, MissionExists, ProgramFixed and CodeTaken.
    """
    mission = Mission()
    if content_id:
        mission.content = _lock_item(content_id)
        state = {**_state_of(mission.content), **state}
    _assign(mission, state)
    _publish(mission)
    return mission


@transaction.atomic
def change_mission(*, mission_id: UUID, if_match: IfMatch | None = None, **changes: Any) -> Mission:
    """Change a draft or a published mission, and the item of the latter. No-op if nothing changes.

    Raises NotFound, PreconditionFailed, MissionRetired, MissionIncomplete, ProgramFixed, CodeTaken
    and what `update_content` does.
    """
    mission = _lock_unretired(mission_id, if_match)
    changed = {name: value for name, value in changes.items() if getattr(mission, name) != value}
    if not changed:
        return mission
    _assign(mission, changed)
    if mission.state == MissionState.PUBLISHED:
        _write_item(mission)
    _publish(mission)
    return mission


@transaction.atomic
def publish_mission(*, mission_id: UUID, if_match: IfMatch | None = None) -> Mission:
    """Offer a draft to learners: its item of the catalogue is added, or changed if it has one.

    Raises NotFound, PreconditionFailed, IllegalTransition, MissionIncomplete and what
    `publish_content` and `update_content` do.
    """
    mission = get_for_update(Mission.objects.filter(pk=mission_id), if_match=if_match)
    MISSION_STATES.move(mission, "publish", lambda _: True)
    _write_item(mission)
    publish(mission)
    return mission


@transaction.atomic
def retire_mission(*, mission_id: UUID) -> Mission:
    """Offer a mission and its item no more; learners keep what they did. Raises NotFound and
    IllegalTransition."""
    mission = get_for_update(Mission.objects.filter(pk=mission_id))
    MISSION_STATES.move(mission, "retire", lambda _: True)
    retire_content(content_id=str(mission.content_id))
    publish(mission)
    return mission


@transaction.atomic
def restore_mission(*, mission_id: UUID) -> Mission:
    """Offer a retired mission and its item again. Raises NotFound, IllegalTransition and what
    `update_content` does."""
    mission = get_for_update(Mission.objects.filter(pk=mission_id))
    MISSION_STATES.move(mission, "restore", lambda _: True)
    restore_content(content_id=str(mission.content_id))
    _write_item(mission)
    publish(mission)
    return mission


@transaction.atomic
def set_rubric(
    *,
    mission_id: UUID,
    criteria: Sequence[CriterionSpec],
    pass_percentage: int,
    if_match: IfMatch | None = None,
) -> Mission:
    """Let work that is handed in from now on be reviewed by these criteria: the next version of the
    rubric. Earlier versions stay. No-op if nothing changes.

    Raises NotFound, PreconditionFailed and MissionRetired.
    """
    mission = _lock_unretired(mission_id, if_match)
    before = current_rubric(mission)
    if before and (before.pass_percentage, criteria_of(before)) == (pass_percentage, [*criteria]):
        return mission
    mission.rubric_version += 1
    rubric = Rubric.objects.create(
        mission=mission, version=mission.rubric_version, pass_percentage=pass_percentage
    )
    Criterion.objects.bulk_create(
        Criterion(rubric=rubric, position=position, **one)
        for position, one in enumerate(criteria, start=1)
    )
    publish(mission)
    return mission


def _lock_unretired(mission_id: UUID, if_match: IfMatch | None) -> Mission:
    """Raises NotFound, PreconditionFailed and MissionRetired."""
    mission = get_for_update(Mission.objects.filter(pk=mission_id), if_match=if_match)
    if mission.state == MissionState.RETIRED:
        raise MissionRetired
    return mission


def _lock_item(content_id: str) -> ContentItem:
    """An item on offer that gets its mission, locked so that it gets no other meanwhile."""
    rows = ContentItem.objects.select_for_update(no_key=True).filter(retired=False)
    item = rows.filter(content_id=content_id).first()
    if item is None:
        raise UnknownContent
    if item.content_type != ContentType.MISSION:
        raise NotMission
    if existing := Mission.objects.filter(content=item).first():
        raise MissionExists(f"The item has the mission {existing.pk}.")
    return item


def _state_of(item: ContentItem) -> dict[str, Any]:
    """The columns of a mission that its item of the catalogue has as well."""
    return {
        "title": item.title,
        "description": item.description,
        "program": item.program,
        "track": item.track,
        "difficulty": item.level,
        "skills": [*item.shown_skills],
        "competencies": [str(one) for one in item.competencies.all()],
        "prerequisites": sorted(one.content_id for one in item.prerequisites.all()),
        "duration_minutes": item.duration_minutes,
    }


def _assign(mission: Mission, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(mission, name, value)
    if mission.content and mission.program_id != mission.content.program_id:
        raise ProgramFixed


def _write_item(mission: Mission) -> None:
    """Add or change the item of a mission that is published."""
    missing = [name for name in NEEDED if not getattr(mission, name)]
    missing += [] if mission.rubric_version else ["rubric"]
    if missing:
        raise MissionIncomplete(f"The mission lacks {', '.join(missing)}.")
    state: dict[str, Any] = {
        "title": mission.title,
        "description": mission.description,
        "track": mission.track,
        "level": mission.difficulty,
        "skills": mission.skills,
        "competencies": mission.competencies,
        "prerequisites": mission.prerequisites,
        "duration_minutes": mission.duration_minutes,
        "completed_by": CompletedBy.REVIEW.value,
    }
    if mission.content_id:
        update_content(content_id=mission.content_id, **state)
    else:
        kind = ContentType.MISSION
        mission.content = publish_content(
            content_id=f"{kind}-{last_number(kind) + 1}",
            content_type=kind,
            program=mission.program,
            **state,
        )


def _publish(mission: Mission) -> None:
    """Raises CodeTaken."""
    try:
        with transaction.atomic():
            publish(mission)
    except IntegrityError:
        raise CodeTaken from None
