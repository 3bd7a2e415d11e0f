"""Missions whose work is handed in, and what learners and reviewers did with them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from io import StringIO
from typing import Any, NamedTuple

from core.demo.loader import CATALOGUE
from core.demo.stories import Story, play
from core.kit import clock
from core.missions.labs import unlock_hint
from core.missions.models import Mission, Rubric
from core.missions.services import publish_mission
from core.reviews import decisions, services
from core.reviews.decisions import Assessment
from core.reviews.scores import Mark
from core.submissions.artifacts import add_artifact
from core.submissions.models import ArtifactKind, Submission
from core.submissions.services import start_attempt, submit, withdraw
from core.users.models import User
from ongoza_contracts.reviews import ReviewOutcome

FILE = CATALOGUE / "missions.yaml"
REVIEWED = ("mission-101", "mission-102", "mission-104", "mission-201", "mission-501")
"""The missions of FILE. Learners complete them by handing in work alone."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REPORT = """\
## What I found

{found}

## What I did

1. Wrote down what was reachable before I changed anything.
2. Changed one thing at a time, and looked again after each.
3. Left a page for the next person, with the reason for every rule.

Learner number {number} of the demo wrote this.
"""
FOUND = (
    "The mail service answered from everywhere, and root could log in with a password.",
    "Two accounts of my own saw each other's marks as soon as the number changed.",
    "The notification was accepted twice, and the order was shipped twice.",
    "Nobody in the office knew who may install programs, so everybody did.",
    "Traders know the scam, but not that the message can be forged as well.",
)
REPOSITORY = "https://git.ongoza.example/learners/{number}/report"


class Pupil(NamedTuple):
    """A learner with those who review their work."""

    number: int
    learner: User
    reviewers: Sequence[User]
    """Who reviews first, and who gives a second opinion."""


def plant_missions(import_missions: Callable[..., object]) -> None:
    """`import_missions` is called as the command of that name."""
    import_missions("import_missions", FILE, stdout=StringIO())
    for mission in Mission.objects.order_by("code"):
        publish_mission(mission_id=mission.pk)


def plant_practice(pupils: Sequence[Pupil]) -> None:
    """The further a pupil stands in the list, the later they began. Now the pupils of the first
    reviewer come first, so that their queue shows every state."""
    until = clock.now()
    missions = [*Mission.objects.order_by("code")]
    stories: list[tuple[datetime, Story]] = []
    for place, pupil in enumerate(pupils):
        mission = missions[pupil.number % len(missions)]
        plot = PLOTS[place % len(PLOTS)]
        begins = until - 70 * DAY * (len(pupils) - place) / len(pupils) - 3 * DAY
        stories.append((begins, plot(pupil, mission)))
    of_first = sorted(pupils, key=lambda one: one.reviewers[0] != pupils[0].reviewers[0])
    for place, (pupil, plot) in enumerate(zip(of_first, PRESENT, strict=False)):
        mission = missions[(pupil.number + 1) % len(missions)]
        stories.append((until - (10 + place) * HOUR, plot(pupil, mission)))
    play(stories, until)


# --- what may happen to an attempt ---------------------------------------------------------------
def _passes(pupil: Pupil, mission: Mission) -> Story:
    attempt = _begin(pupil, mission)
    yield 20 * HOUR
    _hand_in(pupil, attempt)
    yield from _review(pupil, attempt, ReviewOutcome.PASSED, 0.9)


def _passes_with_hints(pupil: Pupil, mission: Mission) -> Story:
    attempt = _begin(pupil, mission)
    for hint in mission.hints.all()[:2]:
        unlock_hint(user=pupil.learner, mission_id=mission.pk, number=hint.number)
    yield 40 * HOUR
    _hand_in(pupil, attempt)
    yield from _review(pupil, attempt, ReviewOutcome.PASSED, 0.8)


def _makes_requested_changes(pupil: Pupil, mission: Mission) -> Story:
    attempt = _begin(pupil, mission)
    yield 9 * HOUR
    _hand_in(pupil, attempt)
    yield from _review(pupil, attempt, ReviewOutcome.CHANGES_REQUESTED, 0.5)
    yield 30 * HOUR
    again = _begin(pupil, mission)
    yield 5 * HOUR
    _hand_in(pupil, again)
    yield from _review(pupil, again, ReviewOutcome.PASSED, 0.95)


def _fails_and_tries_again(pupil: Pupil, mission: Mission) -> Story:
    attempt = _begin(pupil, mission)
    yield 2 * HOUR
    _hand_in(pupil, attempt)
    yield from _review(pupil, attempt, ReviewOutcome.FAILED, 0.3)
    yield 4 * DAY
    again = _begin(pupil, mission)
    yield 26 * HOUR
    _hand_in(pupil, again)
    yield from _review(pupil, again, ReviewOutcome.PASSED, 0.75)


def _asks_for_a_second_opinion(pupil: Pupil, mission: Mission) -> Story:
    attempt = _begin(pupil, mission)
    yield 15 * HOUR
    _hand_in(pupil, attempt)
    yield from _review(pupil, attempt, ReviewOutcome.FAILED, 0.45)
    yield 1 * DAY
    decisions.request_second_opinion(user=pupil.learner, submission_id=attempt.pk)
    yield from _review(pupil, attempt, ReviewOutcome.PASSED, 0.8, reviewer=pupil.reviewers[1])


def _withdraws(pupil: Pupil, mission: Mission) -> Story:
    attempt = _begin(pupil, mission)
    yield 3 * HOUR
    _hand_in(pupil, attempt)
    yield 1 * HOUR
    withdraw(user=pupil.learner, submission_id=attempt.pk)


def _under_way(pupil: Pupil, mission: Mission) -> Story:
    attempt = _begin(pupil, mission)
    yield 1 * HOUR
    _add_report(pupil, attempt)


def _waiting(pupil: Pupil, mission: Mission) -> Story:
    attempt = _begin(pupil, mission)
    yield 2 * HOUR
    _hand_in(pupil, attempt)


def _claimed(pupil: Pupil, mission: Mission) -> Story:
    """Until now: the lease began a quarter of an hour ago."""
    attempt = _begin(pupil, mission)
    yield 4 * HOUR
    _hand_in(pupil, attempt)
    yield 7 * HOUR - HOUR / 4
    services.claim(reviewer=pupil.reviewers[0], submission_id=attempt.pk)


def _lapsed(pupil: Pupil, mission: Mission) -> Story:
    """The reviewer saved a draft and let the lease end."""
    attempt = _begin(pupil, mission)
    yield 3 * HOUR
    _hand_in(pupil, attempt)
    yield 2 * HOUR
    services.claim(reviewer=pupil.reviewers[0], submission_id=attempt.pk)
    yield HOUR / 2
    assessment = Assessment(comments="Your list of services is complete.")
    decisions.save_draft(
        reviewer=pupil.reviewers[0], submission_id=attempt.pk, assessment=assessment
    )
    yield 1 * HOUR
    services.settle(submission_id=attempt.pk)


PRESENT = (_under_way, _claimed, _waiting, _lapsed)
PLOTS = (
    _passes,
    _passes_with_hints,
    _makes_requested_changes,
    _fails_and_tries_again,
    _asks_for_a_second_opinion,
    _withdraws,
)


# --- the steps of a story ------------------------------------------------------------------------
def _begin(pupil: Pupil, mission: Mission) -> Submission:
    return start_attempt(user=pupil.learner, mission_id=mission.pk)


def _add_report(pupil: Pupil, attempt: Submission) -> None:
    found = FOUND[pupil.number % len(FOUND)]
    text = REPORT.format(found=found, number=pupil.number)
    about: Any = {"user": pupil.learner, "submission_id": attempt.pk}
    add_artifact(**about, kind=ArtifactKind.TEXT, name="Report", text=text)


def _hand_in(pupil: Pupil, attempt: Submission) -> None:
    _add_report(pupil, attempt)
    url = REPOSITORY.format(number=pupil.number)
    about: Any = {"user": pupil.learner, "submission_id": attempt.pk}
    add_artifact(**about, kind=ArtifactKind.LINK, name="Repository", url=url)
    submit(user=pupil.learner, submission_id=attempt.pk)


def _review(
    pupil: Pupil,
    attempt: Submission,
    outcome: ReviewOutcome,
    share: float,
    reviewer: User | None = None,
) -> Story:
    """A reviewer claims, and decides within the hour, giving this share of the points."""
    reviewer = reviewer or pupil.reviewers[0]
    yield HOUR * (4 + pupil.number * 7 % 44)
    services.claim(reviewer=reviewer, submission_id=attempt.pk)
    yield HOUR * 0.6
    decisions.decide(
        reviewer=reviewer,
        submission_id=attempt.pk,
        outcome=outcome,
        assessment=Assessment(marks=_marks(attempt, share), comments=COMMENTS[outcome]),
    )


COMMENTS = {
    ReviewOutcome.PASSED: "Well reasoned. I could follow **every step**, and so will others.",
    ReviewOutcome.CHANGES_REQUESTED: "You are nearly there: say *why* each port stays open.",
    ReviewOutcome.FAILED: "The proof is missing. Look at the first criterion again, and ask me.",
}


def _marks(attempt: Submission, share: float) -> list[Mark]:
    mission = Mission.objects.get(pk=attempt.mission_id)
    rubric = Rubric.objects.get(mission=mission, version=mission.rubric_version)
    return [
        {"criterion": one.position, "points": round(one.max_points * share), "comment": ""}
        for one in rubric.criteria.order_by("position")
    ]
