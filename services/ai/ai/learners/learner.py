"""One learner as the features see them. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.vocabulary import ProgressStatus, Track, Verdict


@dataclass(frozen=True, slots=True)
class Interaction:
    """A learner's progress on one item."""

    status: ProgressStatus
    version: int
    """The version of the fact; 0 when it came from core over HTTP."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """A learner's verdict on one item."""

    verdict: Verdict
    version: int


@dataclass(frozen=True, slots=True)
class Profile:
    """A learner's score for each track."""

    scores: Mapping[Track, float]
    """0 to 100."""
    primary: Track
    fact: str
    """The fact it comes from, written like evidence (`Reason.evidence`)."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A learner's attempt at a mission."""

    mission_id: UUID
    number: int
    """Counts the learner's attempts at the mission, from 1."""
    state: SubmissionState
    makes_changes: bool
    """Whether it makes changes that a reviewer requested."""
    version: int

    @property
    def counts(self) -> bool:
        """Whether it counts against the number that the mission allows."""
        return self.state is not SubmissionState.WITHDRAWN and not self.makes_changes


@dataclass(frozen=True, slots=True)
class Program:
    """What the learner's active enrolment requires. The facts are written like evidence."""

    enrolment: str
    program_version: str
    """The one that the enrolment pins."""
    required: frozenset[str]
    """Content ids."""
    cohort: str | None = None
    ends_on: date | None = None
    """The last day of the cohort."""

    @property
    def facts(self) -> tuple[str, ...]:
        return (self.enrolment, self.program_version, *([self.cohort] if self.cohort else ()))


@dataclass(frozen=True, slots=True)
class Learner:
    user_id: int
    version: int = 0
    """The version of the user's fact; 0 when it came from core over HTTP or there is none."""
    profile: Profile | None = None
    interactions: Mapping[str, Interaction] = field(default_factory=dict)
    """By content id, the last changed at the end."""
    feedback: Mapping[str, Feedback] = field(default_factory=dict)
    """By content id."""
    attempts: Mapping[UUID, Attempt] = field(default_factory=dict)
    """By submission id."""
    dismissed: frozenset[str] = frozenset()
    """The content ids of dismissed recommendations."""
    program: Program | None = None
    """Of the active enrolment that began last."""

    def with_verdict(self, verdict: Verdict) -> list[str]:
        return [key for key, one in self.feedback.items() if one.verdict is verdict]


def attempts_at(attempts: Mapping[UUID, Attempt]) -> Mapping[UUID, int]:
    """By mission id, how many attempts count against the number that the mission allows."""
    return Counter(one.mission_id for one in attempts.values() if one.counts)


def last_attempts(attempts: Mapping[UUID, Attempt]) -> Mapping[UUID, Attempt]:
    """By mission id, the last attempt that was not withdrawn."""
    rows = sorted(attempts.values(), key=lambda one: one.number)
    return {one.mission_id: one for one in rows if one.state is not SubmissionState.WITHDRAWN}
