"""One learner as the features see them. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

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
    counts: bool
    """Whether it counts against the number that the mission allows: neither withdrawn ones do, nor
    those that make requested changes."""
    version: int


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

    def with_verdict(self, verdict: Verdict) -> list[str]:
        return [key for key, one in self.feedback.items() if one.verdict is verdict]


def attempts_at(attempts: Mapping[UUID, Attempt]) -> Mapping[UUID, int]:
    """By mission id, how many attempts count against the number that the mission allows."""
    return Counter(one.mission_id for one in attempts.values() if one.counts)
