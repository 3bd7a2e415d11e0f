"""What a learner has completed, and the skills that this shows. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ai.catalogue.catalogue import Catalogue, Item, Mask
from ai.learners.learner import Learner, last_attempts
from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.vocabulary import ProgressStatus


@dataclass(frozen=True, slots=True)
class Completion:
    """A completed item that teaches a skill."""

    item: Item
    facts: tuple[str, ...]
    """`progress:<content id>@<version>`, `submission:<id>@<version>`."""


def places_with_status(catalogue: Catalogue, learner: Learner, status: ProgressStatus) -> list[int]:
    """In the order of the learner's progress."""
    return [
        catalogue.position[content_id]
        for content_id, step in learner.interactions.items()
        if step.status is status and content_id in catalogue.position
    ]


def with_status(catalogue: Catalogue, learner: Learner, status: ProgressStatus) -> Mask:
    mask = np.zeros(len(catalogue.items), np.bool_)
    mask[places_with_status(catalogue, learner, status)] = True
    return mask


def completed_with_modules(catalogue: Catalogue, learner: Learner) -> Mask:
    """What the learner completed; a completed course counts for its modules as well."""
    completed = with_status(catalogue, learner, ProgressStatus.COMPLETED)
    courses, modules = catalogue.modules
    done = completed.copy()
    done[modules[completed[courses]]] = True
    return done


def completed_items(catalogue: Catalogue, learner: Learner) -> dict[str, Completion]:
    """By content id, what the learner completed, retired items too, with what it rests on."""
    places = np.flatnonzero(completed_with_modules(catalogue, learner)).tolist()
    items = [catalogue.items[place] for place in places]
    submissions = _passed(catalogue, learner)
    return {
        one.content_id: Completion(
            one, (*_progress(one, learner), *submissions.get(one.content_id, ()))
        )
        for one in items
    }


def shown_skills(completed: Mapping[str, Completion]) -> dict[str, tuple[Completion, ...]]:
    """By skill, the completed items that teach it, the highest level first."""
    found: dict[str, list[Completion]] = {}
    for _, one in sorted(completed.items()):
        for skill in one.item.skills:
            found.setdefault(skill, []).append(one)
    return {
        skill: tuple(sorted(shown, key=lambda one: -one.item.level))
        for skill, shown in found.items()
    }


def _progress(item: Item, learner: Learner) -> Iterator[str]:
    """The progress that completed the item: its own, else that of its course."""
    for content_id in (item.content_id, item.course_id):
        progress = learner.interactions.get(content_id) if content_id else None
        if progress and progress.status is ProgressStatus.COMPLETED:
            yield f"progress:{content_id}@{progress.version}"
            return


def _passed(catalogue: Catalogue, learner: Learner) -> dict[str, list[str]]:
    """By content id, the attempts at missions that were passed."""
    last = last_attempts(learner.attempts)
    passed = {
        one.mission_id: f"submission:{submission_id}@{one.version}"
        for submission_id, one in learner.attempts.items()
        if one is last.get(one.mission_id) and one.state is SubmissionState.PASSED
    }
    return {
        catalogue.items[place].content_id: [passed[mission.mission_id]]
        for place, mission in catalogue.missions
        if mission.mission_id in passed
    }
