"""Why an item is in a list: one sentence from the decisive part of its score, with its evidence.
Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from ai.catalogue.catalogue import Catalogue
from ai.learners.learner import Learner
from ai.recommendations.candidates import FRESH_ENOUGH
from ai.recommendations.fit import profile_tracks
from ai.recommendations.ranking import Ranked
from ai.recommendations.scoring import Features, Parts
from ongoza_contracts.vocabulary import ProgressStatus, Verdict

K_ANONYMITY = 3
"""Counts of fewer learners are not shown, because they could identify somebody."""
DID = {
    ProgressStatus.COMPLETED: "which you completed",
    ProgressStatus.IN_PROGRESS: "which you started",
    ProgressStatus.FAILED: "which you tried",
}
WANTED_MORE = "of which you want more"


class Kind(StrEnum):
    FINISH = "finish"
    NEXT_STEP = "next_step"
    CLOSE = "close"
    ALSO_FINISHED = "also_finished"
    TRACK = "track"
    POPULAR = "popular"
    NEW = "new"
    REQUIRED = "required"
    DUE = "due"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Reason:
    kind: Kind
    sentence: str
    evidence: tuple[str, ...]
    """The facts it rests on: `progress:<content id>@<version>`, `feedback:<content id>@<version>`,
    `profiling:<session>@<version>`, `user@<version>`, `content:<content id>@<version>`, and
    `enrolments:`, `program-versions:`, `cohorts:` and `missions:` with an id. Data that core
    returned over HTTP has version 0."""
    about: tuple[str, ...] = ()
    """The other items that the sentence names."""


def finish() -> str:
    return "Finish this course: you completed all its modules"


def next_step(titles: list[str]) -> str:
    quoted = " and ".join(f"“{title}”" for title in titles)
    return f"The next step after {quoted}, which you completed"


def close(title: str, did: str) -> str:
    return f"Close to “{title}”, {did}"


def also_finished(learners: int, title: str) -> str:
    return f"{learners} learners who finished “{title}” finished this as well"


def of_track(track: str, *, primary: bool) -> str:
    return f"Part of your track, {track}" if primary else f"Part of {track}, which also fits you"


def of_completed(track: str, completed: int) -> str:
    items = "an item" if completed == 1 else f"{completed} items"
    return f"Part of {track}, of which you completed {items}"


def popular(learners: int) -> str:
    return f"Taken by {learners} learners so far"


def new(published: date) -> str:
    return f"New: published on {_day(published)}"


def required(ends_on: date | None) -> str:
    if ends_on is None:
        return "Your program requires it"
    return f"Your program requires it, and your cohort ends on {_day(ends_on)}"


def due(due_on: date) -> str:
    return f"Due on {_day(due_on)}"


def open_now(level: int) -> str:
    return f"Open to you now, at level {level}"


def reason(ranked: Ranked, parts: Parts) -> Reason:
    """That of a course to finish, or else the sentence of the part that lifts the item's score
    furthest above the catalogue's mean, among those that have a sentence."""
    features = parts.features
    if ranked.to_finish:
        return _finish(features, ranked)
    by_name = parts.by_name()
    lifts = {
        name: float(by_name[name][ranked.at]) - features.means.get(name, 0) for name in REASONS
    }
    for name in sorted(REASONS, key=lambda name: lifts[name], reverse=True):
        if lifts[name] > 0 and (reason := REASONS[name](features, ranked)):
            return reason
    return Reason(Kind.OPEN, open_now(ranked.item.level), (_content(ranked),))


def _finish(features: Features, ranked: Ranked) -> Reason:
    catalogue, learner = features.catalogue, features.learner
    courses, modules = catalogue.modules
    ids = [catalogue.items[place].content_id for place in modules[courses == ranked.place]]
    return Reason(Kind.FINISH, finish(), tuple(_step_fact(learner, one) for one in ids))


def _step(features: Features, ranked: Ranked) -> Reason | None:
    """Names the completed prerequisites; the others are retired, or their course is completed."""
    catalogue, learner = features.catalogue, features.learner
    needs = tuple(need for need in ranked.item.prerequisites if _completed(learner, need))
    if not needs:
        return None
    titles = [_title(catalogue, need) for need in needs]
    evidence = tuple(_step_fact(learner, need) for need in needs)
    return Reason(Kind.NEXT_STEP, next_step(titles), evidence, needs)


def _neighbours(features: Features, ranked: Ranked) -> Reason | None:
    """Names the finished item that is the closest neighbour."""
    catalogue, places = features.catalogue, features.finished
    neighbours = catalogue.neighbours
    given = neighbours.closeness_of(places, ranked.place)
    if not given.any():
        return None
    place = int(places[np.argmax(given * features.decay)])
    learners = neighbours.finished_both(place, ranked.place)
    if learners < K_ANONYMITY:
        return None
    before = catalogue.items[place]
    sentence = also_finished(learners, before.title)
    evidence = (_fact(features.learner, before.content_id),)
    return Reason(Kind.ALSO_FINISHED, sentence, evidence, (before.content_id,))


def _history(features: Features, ranked: Ranked) -> Reason | None:
    catalogue, learner, done = features.catalogue, features.learner, features.history
    if not done:
        return None
    places = [catalogue.position[content_id] for content_id in done]
    near = catalogue.vectors[places] @ catalogue.vectors[ranked.place] * [*done.values()]
    if near.max() <= 0:
        return None  # the item is near only to the centre of the learner's track
    content_id = [*done][int(np.argmax(near))]
    wanted = content_id in learner.with_verdict(Verdict.MORE_LIKE_THIS)
    did = WANTED_MORE if wanted else DID[learner.interactions[content_id].status]
    sentence = close(_title(catalogue, content_id), did)
    return Reason(Kind.CLOSE, sentence, (_fact(learner, content_id),), (content_id,))


def _track(features: Features, ranked: Ranked) -> Reason | None:
    """By the profile if it has the track, else by what the learner completed of it."""
    profile, track = features.learner.profile, ranked.item.track
    if profile is None:
        return None
    if track in profile_tracks(profile):
        sentence = of_track(track, primary=track is profile.primary)
        return Reason(Kind.TRACK, sentence, (profile.fact,))
    items = [features.catalogue.items[place] for place in features.completed]
    done = [one.content_id for one in items if one.track is track]
    if not done:
        return None
    facts = tuple(_step_fact(features.learner, one) for one in done)
    return Reason(Kind.TRACK, of_completed(track, len(done)), facts)


def _popularity(_: Features, ranked: Ranked) -> Reason | None:
    if ranked.item.learners < K_ANONYMITY:
        return None
    return Reason(Kind.POPULAR, popular(ranked.item.learners), (_content(ranked),))


def _fresh(features: Features, ranked: Ranked) -> Reason | None:
    if features.catalogue.freshness[ranked.place] < FRESH_ENOUGH:
        return None
    return Reason(Kind.NEW, new(ranked.item.published_at.date()), (_content(ranked),))


def _required(features: Features, ranked: Ranked) -> Reason | None:
    """Names the end of the cohort while it is not over."""
    program = features.learner.program
    if program is None or ranked.item.content_id not in program.required:
        return None
    today = features.catalogue.as_of.date()
    ends_on = program.ends_on if program.ends_on and program.ends_on >= today else None
    facts = program.facts if ends_on else (program.enrolment, program.program_version)
    return Reason(Kind.REQUIRED, required(ends_on), facts)


def _due(features: Features, ranked: Ranked) -> Reason | None:
    mission = ranked.item.mission
    if mission is None or mission.due_at is None or not features.catalogue.due[ranked.place]:
        return None
    evidence = (f"missions:{mission.mission_id}@{mission.version}",)
    return Reason(Kind.DUE, due(mission.due_at.date()), evidence)


REASONS: Mapping[str, Callable[[Features, Ranked], Reason | None]] = {
    "step": _step,
    "co_completion": _neighbours,
    "nearness": _history,
    "track": _track,
    "popularity": _popularity,
    "fresh": _fresh,
    "required": _required,
    "due": _due,
}
"""The reason that each part of the score gives."""


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _title(catalogue: Catalogue, content_id: str) -> str:
    return catalogue.items[catalogue.position[content_id]].title


def _content(ranked: Ranked) -> str:
    return f"content:{ranked.item.content_id}@{ranked.item.version}"


def _completed(learner: Learner, content_id: str) -> bool:
    interaction = learner.interactions.get(content_id)
    return interaction is not None and interaction.status is ProgressStatus.COMPLETED


def _fact(learner: Learner, content_id: str) -> str:
    feedback = learner.feedback.get(content_id)
    if feedback and feedback.verdict is Verdict.MORE_LIKE_THIS:
        return f"feedback:{content_id}@{feedback.version}"
    return _step_fact(learner, content_id)


def _step_fact(learner: Learner, content_id: str) -> str:
    return f"progress:{content_id}@{learner.interactions[content_id].version}"
