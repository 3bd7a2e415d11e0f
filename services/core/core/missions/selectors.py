"""Reads of missions: drafts for who manages content, published ones for every user."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from core.access.selectors import has_permission
from core.kit.errors import NotFound
from core.missions.models import FlagAttempt, FlagOutcome, Hint, HintUnlock, Mission, Rubric
from core.progress.models import Progress
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.missions import MissionState
from ongoza_contracts.vocabulary import ProgressSource

WHOLE_SCORE = 100


class CriterionSpec(TypedDict):
    title: str
    description: str
    max_points: int


class HintSpec(TypedDict):
    text: str
    cost: int
    """In per cent of the mission's score."""


def offered_missions() -> QuerySet[Mission]:
    """Those on which learners may work."""
    return Mission.objects.filter(state=MissionState.PUBLISHED, content__retired=False)


def listed_missions(caller: User, state: MissionState | None = None) -> QuerySet[Mission]:
    """Missions on offer; for who manages content, those in a state, or all that are not retired."""
    rows = offered_missions()
    if has_permission(caller, Permission.CONTENT_MANAGE):
        rows = Mission.objects.exclude(state=MissionState.RETIRED)
        rows = Mission.objects.filter(state=state) if state else rows
    elif state:
        rows = rows.filter(state=state)
    return rows.select_related("program")


def containing(rows: QuerySet[Mission], words: Iterable[str]) -> QuerySet[Mission]:
    """The missions whose code, title or description contains every word, in any case."""
    for word in words:
        rows = rows.filter(
            Q(code__icontains=word) | Q(title__icontains=word) | Q(description__icontains=word)
        )
    return rows


def mission(mission_id: UUID) -> Mission:
    """In any state. Raises NotFound."""
    found = Mission.objects.select_related("program").filter(pk=mission_id).first()
    if found is None:
        raise NotFound
    return found


def visible_mission(caller: User, mission_id: UUID) -> Mission:
    """A mission that was published, retired ones too; for who manages content also a draft. Raises
    NotFound."""
    found = mission(mission_id)
    if found.state == MissionState.DRAFT and not has_permission(caller, Permission.CONTENT_MANAGE):
        raise NotFound
    return found


def current_rubric(mission: Mission) -> Rubric | None:
    """That by which work is reviewed from now on."""
    return mission.rubrics.filter(version=mission.rubric_version).first()


def rubric(mission: Mission, version: int) -> Rubric:
    """Raises NotFound."""
    found = mission.rubrics.prefetch_related("criteria").filter(version=version).first()
    if found is None:
        raise NotFound
    return found


def criteria_of(rubric: Rubric) -> list[CriterionSpec]:
    """What a rubric's criteria say, in order."""
    return [*rubric.criteria.order_by("position").values("title", "description", "max_points")]


def is_passed(user_id: int, mission: Mission) -> bool:
    """Whether a review has ever completed the mission's item for the learner, who may have taken
    it again since."""
    by_review = Q(completion_source=ProgressSource.REVIEW) | Q(
        attempts__source=ProgressSource.REVIEW
    )
    rows = Progress.objects.filter(user=user_id, content__content_id=mission.content_id)
    return rows.filter(by_review).exists()


@dataclass(frozen=True)
class ShownHint:
    number: int
    cost: int
    """What unlocking it costs or did cost, in per cent of the mission's score."""
    unlocked: bool
    text: str | None
    """None for a learner who has not unlocked it."""


def hints_for(caller: User, mission: Mission) -> list[ShownHint]:
    """The hints of a mission and, withdrawn ones too, those that the caller unlocked."""
    unlocked = dict(
        HintUnlock.objects.filter(user=caller, hint__mission=mission).values_list("hint", "cost")
    )
    sees_all = has_permission(caller, Permission.CONTENT_MANAGE)
    rows = mission.hints.filter(Q(withdrawn=False) | Q(pk__in=unlocked)).order_by("number")
    return [_shown(hint, unlocked.get(hint.pk), sees_all) for hint in rows]


def _shown(hint: Hint, charged: int | None, sees_all: bool) -> ShownHint:
    is_unlocked = charged is not None
    return ShownHint(
        number=hint.number,
        cost=hint.cost if charged is None else charged,
        unlocked=is_unlocked,
        text=hint.text if is_unlocked or sees_all else None,
    )


def current_hints(mission: Mission) -> list[HintSpec]:
    """The hints that learners may unlock, in order."""
    rows = mission.hints.filter(withdrawn=False).order_by("number")
    return [*rows.values("text", "cost")]


def hint_cost(user_id: int, mission_id: UUID, until: datetime | None = None) -> int:
    """What the learner's hints cost, or those unlocked by a time, in per cent of the mission's
    score. It stays so as long as the caller holds the learner's lock."""
    rows = HintUnlock.objects.filter(user=user_id, hint__mission=mission_id)
    if until is not None:
        rows = rows.filter(unlocked_at__lte=until)
    return min(WHOLE_SCORE, rows.aggregate(total=Sum("cost"))["total"] or 0)


@dataclass(frozen=True)
class FlagStatus:
    solved: bool
    attempts: int
    max_attempts: int | None
    """None for a mission without flags."""


def flag_status(user_id: int, mission: Mission) -> FlagStatus:
    attempts = FlagAttempt.objects.filter(user=user_id, mission=mission)
    solved = flag_solved(user_id, mission.pk)
    return FlagStatus(solved, attempts.count(), mission.flag_attempts)


def flag_solved(user_id: int, mission_id: UUID) -> bool:
    """Whether the learner has entered their own flag."""
    rows = FlagAttempt.objects.filter(user=user_id, mission=mission_id)
    return rows.filter(outcome=FlagOutcome.ACCEPTED).exists()
