"""Two processes that try one mission at random exceed no limit and hand nothing in twice."""

import random
from collections import Counter
from itertools import pairwise
from uuid import UUID

import pytest

from core.outbox.models import FactHistory
from core.progress.models import Progress
from core.submissions.artifacts import add_artifact, delete_artifact
from core.submissions.models import OPEN, Artifact, Submission
from core.submissions.services import (
    WITHDRAWALS_MAX,
    begin_review,
    end_review,
    record_outcome,
    start_attempt,
    submit,
    withdraw,
)
from core.users.models import User
from ongoza_contracts.submissions import ARTIFACTS_MAX
from ongoza_contracts.submissions import SubmissionState as State
from tests.random_cases import CASES
from tests.unit.core.submission_rows import mission
from tests.unit.core.two_processes import outcomes, run_in_two
from tests.unit.core.world import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.random]

OPERATIONS, LEARNERS, MAX_ATTEMPTS = 300 * CASES, 6, 2


class Operations:
    """Random requests of a few learners and of reviewers about one mission. They choose a row
    before it is locked, so that the other process may be faster."""

    def __init__(self, mission_id: UUID, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  (repeatable)
        self.mission_id = mission_id
        self.learners = [*User.objects.filter(email__startswith="learner-").order_by("pk")]

    def run(self) -> Counter[str]:
        common = [self.start, self.add, self.submit, self.begin_review]
        rare = [self.withdraw, self.end_review, self.decide, self.delete]
        return outcomes(self.random.choice(common * 3 + rare) for _ in range(OPERATIONS))

    def start(self) -> None:
        start_attempt(user=self.random.choice(self.learners), mission_id=self.mission_id)

    def add(self) -> None:
        if row := self.one(State.DRAFT):
            add_artifact(user=row.user, submission_id=row.pk, kind="text", text="A text.")

    def delete(self) -> None:
        if artifact := Artifact.objects.order_by("?").first():
            row = artifact.submission
            delete_artifact(user=row.user, submission_id=row.pk, artifact_id=artifact.pk)

    def submit(self) -> None:
        if row := self.one(State.DRAFT):
            submit(user=row.user, submission_id=row.pk)

    def withdraw(self) -> None:
        if row := self.one(State.SUBMITTED):
            withdraw(user=row.user, submission_id=row.pk)

    def begin_review(self) -> None:
        if row := self.one(State.SUBMITTED):
            begin_review(submission_id=row.pk)

    def end_review(self) -> None:
        if row := self.one(State.IN_REVIEW):
            end_review(submission_id=row.pk)

    def decide(self) -> None:
        if row := self.one(State.IN_REVIEW):
            state = self.random.choice((State.CHANGES_REQUESTED, State.FAILED, State.PASSED))
            score = None if state == State.CHANGES_REQUESTED else self.random.randrange(101)
            record_outcome(submission=row, state=state, score=score)

    def one(self, state: State) -> Submission | None:
        return Submission.objects.filter(state=state).order_by("?").first()


def run(mission_id: UUID, seed: int) -> Counter[str]:
    return Operations(mission_id, seed).run()


def test_two_processes_exceed_no_limit_and_hand_nothing_in_twice() -> None:
    row = mission(max_attempts=MAX_ATTEMPTS)
    for number in range(LEARNERS):
        person(f"learner-{number}")

    found = run_in_two(run, row.pk)

    assert min(found[name] for name in ("start", "submit", "withdraw", "decide")) > 3, found
    assert min(found["attempt_open"], found["no_attempts_left"]) > 0, found
    standing = Submission.objects.exclude(state=State.WITHDRAWN)
    counted = Counter(standing.filter(previous_id=None).values_list("user", flat=True))
    assert max(counted.values()) == MAX_ATTEMPTS
    under_way = Counter(standing.filter(state__in=OPEN).values_list("user", flat=True))
    assert max(under_way.values(), default=0) <= 1
    withdrawn = Submission.objects.filter(state=State.WITHDRAWN)
    assert max(Counter(withdrawn.values_list("user", flat=True)).values()) <= WITHDRAWALS_MAX
    for one in Submission.objects.all():
        check(one)
    for learner in User.objects.filter(email__startswith="learner-"):
        attempts = Submission.objects.filter(user=learner).order_by("attempt")
        assert [one.attempt for one in attempts] == [*range(1, len(attempts) + 1)]
        passed = attempts.filter(state=State.PASSED)
        progress = Progress.objects.filter(user=learner, status="completed")
        assert passed.exists() == progress.exists()


def check(one: Submission) -> None:
    """Its facts are its versions, it was handed in at most once, and nothing was added after."""
    facts = FactHistory.objects.filter(key=str(one.pk)).order_by("version")
    assert [fact.version for fact in facts] == [*range(1, one.version + 1)]
    states = [fact.body["state"] for fact in facts]
    moves = [*pairwise(states)]
    assert moves.count(("draft", "submitted")) <= 1
    assert moves.count(("submitted", "withdrawn")) <= 1
    assert ("in_review", "withdrawn") not in moves
    artifacts = one.artifact_set.count()
    assert artifacts <= ARTIFACTS_MAX
    if one.state != State.DRAFT:
        assert (one.artifacts, moves[0]) == (artifacts, ("draft", "submitted"))
