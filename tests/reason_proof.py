"""Proves a reason from the facts of core alone, without the code that computed the list.

Every sentence is derived again from the facts it names and has to be equal.
"""

from collections.abc import Callable, Mapping

from ai.projections.batch import Batch
from ai.recommendations import reasons
from ai.recommendations.reasons import DID, K_ANONYMITY, WANTED_MORE, Kind, Reason
from ongoza_contracts.cohorts import CohortUpdated, EnrolmentState, EnrolmentUpdated
from ongoza_contracts.content import ContentPublished, ContentRetired
from ongoza_contracts.feedback import FeedbackGiven
from ongoza_contracts.missions import MissionUpdated
from ongoza_contracts.profiling import ProfilingCompleted
from ongoza_contracts.programs import ProgramVersionPublished
from ongoza_contracts.vocabulary import ProgressStatus, Track, Verdict

TAKEN = (ProgressStatus.IN_PROGRESS, ProgressStatus.COMPLETED)


def disproof(facts: Batch, user_id: int, content_id: str, why: Reason) -> str | None:
    """The part of the reason that does not follow from the newest facts; None if all of it does."""
    known = _evidence(facts, user_id, content_id)
    for one in why.evidence:
        if one not in known:
            return f"there is no fact {one}"
    try:
        said = SAID[why.kind](facts, user_id, content_id, why)
    except LookupError as error:
        return f"{why.kind} rests on something that no fact says: {error}"
    return None if why.sentence in said else f"“{why.sentence}”, but the facts say {sorted(said)}"


def _evidence(facts: Batch, user_id: int, content_id: str) -> set[str]:
    """Every fact that may be named to this learner about this item."""
    user = facts.users[user_id]
    return {
        f"content:{content_id}@{facts.content[content_id].version}",
        f"user@{user.version}",
        *(f"progress:{i}@{one.version}" for (u, i), one in facts.progress.items() if u == user_id),
        *(f"feedback:{i}@{one.version}" for i, one in _feedback(facts, user_id).items()),
        *(
            f"profiling:{session}@{one.version}"
            for session, one in facts.profiling.items()
            if isinstance(one, ProfilingCompleted) and one.user_id == user_id
        ),
        *(f"{one.kind}:{one.key}@{one.fact.version}" for one in facts.entities.values()),
    }


def _next_step(facts: Batch, user_id: int, content_id: str, why: Reason) -> set[str]:
    finished = _finished(facts, user_id)
    needs = [need for need in facts.content[content_id].prerequisites if need in finished]
    if not _is_open(facts, user_id, content_id) or needs != [*why.about]:
        return set()
    return {reasons.next_step([facts.content[need].title for need in needs])}


def _finish(facts: Batch, user_id: int, content_id: str, _: Reason) -> set[str]:
    finished = _finished(facts, user_id)
    modules = {
        one.content_id
        for one in facts.content.values()
        if one.course_id == content_id and isinstance(one, ContentPublished)
    }
    to_finish = modules and modules <= finished and content_id not in finished
    return {reasons.finish()} if to_finish else set()


def _close(facts: Batch, user_id: int, _: str, why: Reason) -> set[str]:
    (about,) = why.about
    title, said = facts.content[about].title, set()
    if (step := facts.progress.get((user_id, about))) and step.status in DID:
        said.add(reasons.close(title, DID[step.status]))
    if _wants_more(facts, user_id, about):
        said.add(reasons.close(title, WANTED_MORE))
    return said


def _also_finished(facts: Batch, user_id: int, content_id: str, why: Reason) -> set[str]:
    (about,) = why.about
    finished = about in _finished(facts, user_id) or _wants_more(facts, user_id, about)
    learners = {
        user
        for (user, item), step in facts.progress.items()
        if item == about and step.status is ProgressStatus.COMPLETED
    }
    both = sum(content_id in _finished(facts, user) for user in learners)
    if not finished or both < K_ANONYMITY:
        return set()
    return {reasons.also_finished(both, facts.content[about].title)}


def _track(facts: Batch, user_id: int, content_id: str, _: Reason) -> set[str]:
    track = facts.content[content_id].track
    completed = [
        one
        for one in facts.profiling.values()
        if isinstance(one, ProfilingCompleted) and one.user_id == user_id
    ]
    if not completed:
        chosen = facts.users[user_id].track
        if chosen is track:
            return {reasons.of_track(track, primary=True)}
        return _completed_of_track(facts, user_id, track) if chosen else set()
    result = max(completed, key=lambda one: one.completed_at).result
    scores = [score for score in result.scores.values() if score > result.scores[track]]
    near = 2 * result.scores[track] >= result.scores[result.primary] > 0 and len(scores) < 3
    if result.primary is track or near:
        return {reasons.of_track(track, primary=result.primary is track)}
    return _completed_of_track(facts, user_id, track)


def _completed_of_track(facts: Batch, user_id: int, track: Track) -> set[str]:
    known = [facts.content[one] for one in _finished(facts, user_id) if one in facts.content]
    completed = sum(one.track is track for one in known)
    return {reasons.of_completed(track, completed)} if completed else set()


def _popular(facts: Batch, _: int, content_id: str, __: Reason) -> set[str]:
    taken = sum(
        step.status in TAKEN for (__, item), step in facts.progress.items() if item == content_id
    )
    return {reasons.popular(taken)} if taken >= K_ANONYMITY else set()


def _new(facts: Batch, _: int, content_id: str, __: Reason) -> set[str]:
    return {reasons.new(facts.content[content_id].published_at.date())}


def _required(facts: Batch, user_id: int, content_id: str, why: Reason) -> set[str]:
    """Of an active enrolment, by the version that it pins, with or without the end of its cohort:
    all of them in the evidence."""
    found = [one.fact for one in facts.entities.values()]
    versions = {x.program_version_id: x for x in found if isinstance(x, ProgramVersionPublished)}
    cohorts = {x.cohort_id: x for x in found if isinstance(x, CohortUpdated)}
    named, sentences = {one.rpartition("@")[0] for one in why.evidence}, set()
    for one in found:
        if not isinstance(one, EnrolmentUpdated) or one.user_id != user_id:
            continue
        items = versions[one.program_version_id].items
        required = {item.content_id for item in items if item.required}
        if one.state is EnrolmentState.ACTIVE and content_id in required:
            facts_of_it = {f"enrolments:{one.key}", f"program-versions:{one.program_version_id}"}
            if named == facts_of_it:
                sentences.add(reasons.required(None))
            if named == {*facts_of_it, f"cohorts:{one.cohort_id}"}:
                sentences.add(reasons.required(cohorts[one.cohort_id].ends_on))
    return sentences


def _due(facts: Batch, _: int, content_id: str, __: Reason) -> set[str]:
    missions = [one.fact for one in facts.entities.values()]
    return {
        reasons.due(one.due_at.date())
        for one in missions
        if isinstance(one, MissionUpdated) and one.content_id == content_id and one.due_at
    }


def _open(facts: Batch, user_id: int, content_id: str, _: Reason) -> set[str]:
    item = facts.content[content_id]
    is_open = _is_open(facts, user_id, content_id)
    return {reasons.open_now(item.level)} if is_open else set()


def _is_open(facts: Batch, user_id: int, content_id: str) -> bool:
    """Whether every prerequisite is completed, by itself or with its course, or is retired."""
    finished = _finished(facts, user_id)
    needed = [facts.content[need] for need in facts.content[content_id].prerequisites]
    return all(
        {one.content_id, one.course_id} & finished or _is_retired(facts, one) for one in needed
    )


def _is_retired(facts: Batch, item: ContentPublished | ContentRetired) -> bool:
    course = facts.content.get(item.course_id or "")
    return isinstance(item, ContentRetired) or isinstance(course, ContentRetired)


def _finished(facts: Batch, user_id: int) -> set[str]:
    return {
        item
        for (user, item), step in facts.progress.items()
        if user == user_id and step.status is ProgressStatus.COMPLETED
    }


def _wants_more(facts: Batch, user_id: int, content_id: str) -> bool:
    said = _feedback(facts, user_id).get(content_id)
    return said is not None and said.verdict is Verdict.MORE_LIKE_THIS


def _feedback(facts: Batch, user_id: int) -> dict[str, FeedbackGiven]:
    """By content id."""
    given = (one.fact for one in facts.entities.values())
    return {
        fact.content_id: fact
        for fact in given
        if isinstance(fact, FeedbackGiven) and fact.user_id == user_id
    }


SAID: Mapping[Kind, Callable[[Batch, int, str, Reason], set[str]]] = {
    Kind.FINISH: _finish,
    Kind.NEXT_STEP: _next_step,
    Kind.CLOSE: _close,
    Kind.ALSO_FINISHED: _also_finished,
    Kind.TRACK: _track,
    Kind.POPULAR: _popular,
    Kind.NEW: _new,
    Kind.REQUIRED: _required,
    Kind.DUE: _due,
    Kind.OPEN: _open,
}
"""The sentences that the facts allow."""
