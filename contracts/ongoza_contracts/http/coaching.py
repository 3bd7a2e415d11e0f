"""A learner's coaching in numbers: as core answers ai, and as ai answers the learner."""

from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from pydantic import AwareDatetime, Field, computed_field

from ongoza_contracts.coaching import GoalState, HabitSchedule, ReflectionTag
from ongoza_contracts.http.base import Response
from ongoza_contracts.list_views import DismissalTarget
from ongoza_contracts.vocabulary import UserId

NUDGES_MAX = 10
"""The largest number of nudges a day that a deployment may set."""


class HabitOverview(Response):
    habit_id: UUID
    schedule: HabitSchedule
    streak: int = Field(ge=0)
    """Due days, or weeks with a number of times a week, that were done one after the other."""
    best_streak: int = Field(ge=0)
    strength: float = Field(ge=0, le=1)
    """It rises with each day done; one that was missed lowers it a little."""


class CoachingOverview(Response):
    user_id: UserId
    habits: tuple[HabitOverview, ...]
    """The active ones, oldest first."""
    goals: dict[GoalState, int]
    """How many there are in each state."""
    tags: tuple[ReflectionTag, ...] | None = None
    """Of the reflections of the last 30 days, the most frequent first. Left out where core was not
    asked: reflections are not published."""
    as_of: AwareDatetime


class CoachRule(StrEnum):
    """What an advice follows from; in the order of importance."""

    CHANGES_REQUESTED = "changes_requested"
    SESSION_SOON = "session_soon"
    MISSION_DUE = "mission_due"
    GOAL_DUE = "goal_due"
    STREAK_AT_RISK = "streak_at_risk"
    NO_COMPLETIONS = "no_completions"
    UNCONFIRMED = "unconfirmed"


class WordedBy(StrEnum):
    RULES = "rules"
    MODEL = "model"
    """A language model said in other words what the rule says."""


class Advice(Response):
    rule: CoachRule
    text: str
    """What to do."""
    why_now: str
    evidence: tuple[str, ...] = Field(min_length=1)
    """The facts it rests on, as `<kind of entity>:<id>@<version>`."""
    worded_by: WordedBy = WordedBy.RULES
    model: str | None = None
    """The language model that worded it, and its version as its server names it."""
    model_version: str | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def id(self) -> DismissalTarget:
        """What it is dismissed by. It changes with the facts that the advice rests on."""
        digest = sha256(" ".join(self.evidence).encode()).hexdigest()
        return f"{self.rule}-{digest[:12]}"


class OwnExtension(Response):
    """Until when a learner may hand in for a mission, as core answers ai."""

    user: UserId
    until: AwareDatetime


class ExtensionPage(Response):
    next: str | None
    results: tuple[OwnExtension, ...]


class CoachPart(StrEnum):
    """Something that could not be read at the moment."""

    FACTS = "facts"
    EXTENSIONS = "extensions"
    """Then a mission's own due time is shown."""
    PREFERENCES = "preferences"
    GIVEN = "given"
    """Which nudges were given on the day already; then none are."""


class CoachAdvice(Response):
    user_id: UserId
    advice: tuple[Advice, ...]
    """The most important first; those about goals and habits for the learner alone."""
    missing: tuple[CoachPart, ...] = ()
    as_of: AwareDatetime


class Nudges(Response):
    user_id: UserId
    nudges: tuple[Advice, ...] = Field(max_length=NUDGES_MAX)
    """Those of the learner's day, in their time zone: the most important advice when they were
    given, without what no longer holds. None in quiet hours, nor while it is unknown whether it is
    such."""
    off: bool = False
    """Whether the caller has switched nudges off, in `users/me/preferences/`."""
    quiet_until: AwareDatetime | None = None
    """The end of the quiet hours, within them."""
    missing: tuple[CoachPart, ...] = ()
    as_of: AwareDatetime
