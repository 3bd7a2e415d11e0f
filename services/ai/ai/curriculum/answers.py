"""The answers of the routes: path, gaps, and what comes next. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ai.curriculum.gaps import skill_gaps
from ai.curriculum.path import Path, shortest_path
from ai.curriculum.steps import Curriculum
from ai.curriculum.targets import Target
from ai.learners.learner import Learner
from ongoza_contracts.http.curriculum import (
    CurriculumGaps,
    CurriculumNext,
    CurriculumPath,
    CurriculumState,
    CurriculumStep,
    MissingPart,
)
from ongoza_contracts.vocabulary import ProgressStatus

STARTABLE_MAX = 5


@dataclass(frozen=True, slots=True)
class Question:
    """What is known of a learner and a role."""

    learner: Learner
    curriculum: Curriculum
    target: Target | None
    missing: tuple[MissingPart, ...]
    as_of: datetime

    def common(self) -> dict[str, Any]:
        """The fields that all answers have."""
        known = self.target is not None and bool(self.target.needed)
        return {
            "user_id": self.learner.user_id,
            "role": self.target and self.target.role,
            "state": CurriculumState.KNOWN if known else CurriculumState.NOT_ENOUGH_DATA,
            "missing": self.missing,
            "as_of": self.as_of,
        }


def path_answer(question: Question) -> CurriculumPath:
    curriculum, target = question.curriculum, question.target
    path, steps = _path(question)
    return CurriculumPath(
        **question.common(),
        steps=steps,
        minutes=sum(one.minutes for one in steps),
        done=tuple(sorted(target.items & curriculum.done)) if target else (),
        reached=len(target.reached(curriculum)) if target else 0,
        needed=len(target.needed) if target else 0,
        unreachable=path.unreachable,
        is_shortest=path.is_shortest,
    )


def next_answer(question: Question) -> CurriculumNext:
    _, steps = _path(question)
    startable = [one for one in steps if not one.requires]
    return CurriculumNext(
        **question.common(), items=tuple(startable[:STARTABLE_MAX]), remaining=len(steps)
    )


def gaps_answer(question: Question) -> CurriculumGaps:
    gaps = skill_gaps(question.curriculum, question.target.skills if question.target else ())
    return CurriculumGaps(**question.common(), skills=gaps, held=sum(one.held for one in gaps))


def _path(question: Question) -> tuple[Path, tuple[CurriculumStep, ...]]:
    if question.target is None:
        return Path(()), ()
    curriculum = question.curriculum
    goals = question.target.goals(curriculum)
    path = shortest_path(curriculum.steps, curriculum.done, goals)
    return path, tuple(_step(question, question.target, one) for one in path.order)


def _step(question: Question, target: Target, content_id: str) -> CurriculumStep:
    curriculum = question.curriculum
    item, step = curriculum.items[content_id], curriculum.steps[content_id]
    interaction = question.learner.interactions.get(content_id)
    new = (curriculum.skills[content_id] & target.skills) - curriculum.shown.keys()
    return CurriculumStep(
        content_id=content_id,
        content_type=item.content_type,
        title=item.title,
        level=item.level,
        minutes=step.minutes,
        status=interaction.status if interaction else ProgressStatus.NOT_STARTED,
        teaches=tuple(sorted(new)),
        requires=tuple(sorted(step.needs)),
    )
