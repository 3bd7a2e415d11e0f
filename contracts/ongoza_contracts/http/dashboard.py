"""What a learner's own facts say about the learner's pace: forecast, trends, insights."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ongoza_contracts.http.base import Response
from ongoza_contracts.http.strict_text import QueryUserId
from ongoza_contracts.vocabulary import Track, UserId


class DashboardQuery(BaseModel):
    """The query parameters; one that is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user_id: QueryUserId | None = None


class DashboardPart(StrEnum):
    """Something that could not be read at the moment."""

    ENROLMENT = "enrolment"
    REQUIREMENTS = "requirements"
    COMPLETIONS = "completions"
    CONTENT = "content"
    """Minutes and tracks of items."""


class ForecastState(StrEnum):
    FORECAST = "forecast"
    NOT_ENOUGH_DATA = "not_enough_data"
    REQUIREMENTS_MET = "requirements_met"
    NO_ENROLMENT = "no_enrolment"
    """None of the learner's enrolments is active."""
    NOTHING_REQUIRED = "nothing_required"
    UNAVAILABLE = "unavailable"
    """What `missing` names could not be read at the moment."""


class CompletionsAhead(Response):
    """How many required items will be completed within the next weeks."""

    weeks: int = Field(ge=1)
    low: int = Field(ge=0)
    high: int = Field(ge=0)
    """With a probability of at least 80 % it is `low` to `high`."""


class ForecastNeeds(Response):
    """What is missing for a forecast."""

    completions: int = Field(ge=0)
    days: int = Field(ge=0)


class Forecast(Response):
    user_id: UserId
    state: ForecastState
    enrolment_id: UUID | None = None
    program_version_id: UUID | None = None
    """The version whose requirements count."""
    required_total: int | None = Field(default=None, ge=0)
    """Modules, missions and courses without modules."""
    required_done: int | None = Field(default=None, ge=0)
    """Those that were completed by another's word, as core counts them."""
    unconfirmed: int | None = Field(default=None, ge=0)
    """Further ones that are completed by the learner's word alone."""
    earliest: date | None = None
    """All required items are completed by this day with a probability of 10 %."""
    likely: date | None = None
    """The same with 50 %."""
    latest: date | None = None
    """The same with 90 %; from `earliest` to here is the 80 % interval. Each of the three is null
    where such a day is not foreseeable within five years."""
    probability: float | None = Field(default=None, ge=0, le=1)
    """That all required items are completed within five years."""
    ahead: CompletionsAhead | None = None
    needed: ForecastNeeds | None = None
    """With `not_enough_data`."""
    learners: int = Field(ge=0)
    """From how many learners' enrolments it is known what paces there are. 0: from invented ones,
    before the platform has a history."""
    missing: tuple[DashboardPart, ...] = ()
    definition: str
    as_of: AwareDatetime


class WeekNumbers(Response):
    week: date
    """The Monday of an ISO week; weeks begin and end at midnight UTC."""
    completions: int = Field(ge=0)
    minutes: int | None = Field(default=None, ge=0)
    """Left out where the content could not be read, as all minutes are."""


class TrackNumbers(Response):
    track: Track
    completions: int = Field(ge=0)
    minutes: int = Field(ge=0)


class Comparison(Response):
    """Means a week, of the learner's own weeks alone."""

    recent: float | None = Field(default=None, ge=0)
    """Of the last 4 weeks that are over."""
    earlier: float | None = Field(default=None, ge=0)
    """Of up to 8 weeks before these, since the learner joined."""
    needed_weeks: int = Field(ge=0)
    """How many weeks have to pass until both can be said; 0 where they are, or where `missing`
    says what could not be read."""


class Trends(Response):
    user_id: UserId
    weeks: tuple[WeekNumbers, ...]
    """The last 12 weeks that are over, and then the present one; none before the learner joined."""
    tracks: tuple[TrackNumbers, ...]
    """Of these weeks, by the track of the items; only those with completions."""
    completions: Comparison
    minutes: Comparison
    missing: tuple[DashboardPart, ...] = ()
    definition: str
    as_of: AwareDatetime


class InsightKey(StrEnum):
    COMPLETIONS_A_WEEK = "completions_a_week"
    MINUTES_A_WEEK = "minutes_a_week"
    COMPLETIONS_CHANGE = "completions_change"
    MINUTES_CHANGE = "minutes_change"
    WEEK_STREAK = "week_streak"
    BEST_WEEK_STREAK = "best_week_streak"


class Insight(Response):
    key: InsightKey
    value: float | None = None
    """Left out while there is not enough data, or where `missing` says what could not be read."""
    needed_weeks: int = Field(ge=0)
    """How many weeks have to pass until there is enough data."""
    definition: str


class Insights(Response):
    user_id: UserId
    insights: tuple[Insight, ...]
    """All six, always in the same order."""
    missing: tuple[DashboardPart, ...] = ()
    as_of: AwareDatetime
