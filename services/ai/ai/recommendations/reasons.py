"""Why an item is in a list: one sentence, from the part of the score that decided, with the ids of
the facts behind it."""

from dataclasses import dataclass

import numpy as np

from ai.recommendations.catalogue import Catalogue, Floats
from ai.recommendations.ranking import Learner, Parts, Ranked, history
from ongoza_contracts.vocabulary import ProgressStatus

DID = {
    ProgressStatus.COMPLETED: "completed",
    ProgressStatus.IN_PROGRESS: "started",
    ProgressStatus.FAILED: "tried",
}


@dataclass(frozen=True, slots=True)
class Reason:
    sentence: str
    evidence: tuple[str, ...] = ()
    """The facts it rests on: `progress:<content id>@<version>`, `profiling:<session>@<version>`,
    `user@<version>`; none when the item was chosen for what is true for everybody."""


def reason(catalogue: Catalogue, learner: Learner, ranked: Ranked, parts: Parts) -> Reason:
    """From the part of the score that lifts the item furthest above the catalogue's mean, of those
    about which something can be said."""

    def lift(part: Floats) -> float:
        return float(part[ranked.place] - part.mean())

    told = (
        (lift(parts.nearness), _history),
        (lift(parts.track), _track),
        (lift(parts.popularity), _popularity),
    )
    for lifted, tell in sorted(told, key=lambda part: -part[0]):
        if lifted > 0 and (said := tell(catalogue, learner, ranked)):
            return said
    return Reason(f"Open to you now, at level {ranked.item.level}")


def _history(catalogue: Catalogue, learner: Learner, ranked: Ranked) -> Reason | None:
    """What of the learner's history the item follows, or is nearest to."""
    if ranked.item.prerequisites:
        before = ranked.item.prerequisites
        titles = " and ".join(f"“{_title(catalogue, need)}”" for need in before)
        return Reason(
            f"The next step after {titles}, which you completed",
            tuple(_fact(learner, need) for need in before),
        )
    done = history(catalogue, learner)
    if not done:
        return None
    places = [catalogue.position[content_id] for content_id in done]
    near = catalogue.vectors[places] @ catalogue.vectors[ranked.place] * [*done.values()]
    content_id = [*done][int(np.argmax(near))]
    did = DID[learner.steps[content_id].status]
    sentence = f"Close to “{_title(catalogue, content_id)}”, which you {did}"
    return Reason(sentence, (_fact(learner, content_id),))


def _track(catalogue: Catalogue, learner: Learner, ranked: Ranked) -> Reason | None:
    if learner.profile is None:
        return None
    track = ranked.item.track
    if track is learner.profile.primary:
        sentence = f"Part of your track, {track}"
    else:
        sentence = f"Part of the {track} track, which also fits you"
    return Reason(sentence, (learner.profile.fact,))


def _popularity(_: Catalogue, learner: Learner, ranked: Ranked) -> Reason | None:
    count = ranked.item.learners
    if count == 0:
        return None
    return Reason(f"Taken by {count} learner{'s' if count > 1 else ''} so far")


def _title(catalogue: Catalogue, content_id: str) -> str:
    return catalogue.items[catalogue.position[content_id]].title


def _fact(learner: Learner, content_id: str) -> str:
    return f"progress:{content_id}@{learner.steps[content_id].version}"
