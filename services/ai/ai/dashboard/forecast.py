"""The forecast of one learner's enrolment. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import ceil
from typing import NamedTuple
from uuid import UUID

from ai.dashboard.backtest import COMPLETIONS_NEEDED, WEEKS_NEEDED, is_enough
from ai.dashboard.fitting import History
from ai.dashboard.pace import HIGH, LOW, WEEKS_MAX, Pace, Prior, interval, probability, weeks_until
from ongoza_contracts.http.dashboard import (
    CompletionsAhead,
    DashboardPart,
    Forecast,
    ForecastNeeds,
    ForecastState,
)

WEEK = timedelta(weeks=1)
AHEAD_WEEKS = 8
MEDIAN = 0.5
DECIMALS = 3
DEFINITION = (
    "When all items are completed by another's word that the program requires of the learner's"
    " active enrolment (the one that began last), at the pace since it began. Learners complete"
    " items at a rate of their own until they leave for good; how these differ is estimated from"
    " all learners. An item counts from when it was completed, even if that was confirmed later."
)


class Enrolment(NamedTuple):
    """An enrolment with the completions of what its version of the program requires."""

    user_id: int
    enrolment_id: UUID
    program_version_id: UUID
    activated_at: datetime
    ended_at: datetime | None
    required: int | None
    """None while its version of the program is not known."""
    unconfirmed: int
    """Required items that are completed by the learner's word alone."""
    completions: Sequence[datetime]
    """By another's word, of required items, in order."""

    def history(self, now: datetime) -> History:
        end = min(self.ended_at or now, now)
        since = [moment for moment in self.completions if self.activated_at < moment <= end]
        return History(
            learner=self.user_id,
            required=self.required or 0,
            done_before=sum(moment <= self.activated_at for moment in self.completions),
            completions=tuple((moment - self.activated_at) / WEEK for moment in since),
            observed=max(0.0, (end - self.activated_at) / WEEK),
        )


def forecast(enrolment: Enrolment, prior: Prior, now: datetime) -> Forecast:
    ids = {
        "enrolment_id": enrolment.enrolment_id,
        "program_version_id": enrolment.program_version_id,
    }
    if enrolment.required is None:
        found = unavailable(enrolment.user_id, prior, now, [DashboardPart.REQUIREMENTS])
        return found.model_copy(update=ids)
    known = of_state(ForecastState.REQUIREMENTS_MET, enrolment.user_id, prior, now).model_copy(
        update={
            **ids,
            "required_total": enrolment.required,
            "required_done": len(enrolment.completions),
            "unconfirmed": enrolment.unconfirmed,
        }
    )
    if not enrolment.required:
        return known.model_copy(update={"state": ForecastState.NOTHING_REQUIRED})
    left = enrolment.required - len(enrolment.completions)
    return _ahead(known, enrolment.history(now), left, prior) if left else known


def _ahead(known: Forecast, history: History, left: int, prior: Prior) -> Forecast:
    pace, now = history.until(history.observed), known.as_of
    if not is_enough(pace):
        needed = ForecastNeeds(
            completions=max(0, COMPLETIONS_NEEDED - pace.completions),
            days=max(0, ceil((WEEKS_NEEDED - pace.weeks) * 7)),
        )
        changes = {"state": ForecastState.NOT_ENOUGH_DATA, "needed": needed}
        return known.model_copy(update=changes)
    low, high = interval(prior, pace, left, AHEAD_WEEKS)
    return known.model_copy(
        update={
            "state": ForecastState.FORECAST,
            "earliest": _day(prior, pace, left, LOW, now),
            "likely": _day(prior, pace, left, MEDIAN, now),
            "latest": _day(prior, pace, left, HIGH, now),
            "probability": round(probability(prior, pace, left, WEEKS_MAX), DECIMALS),
            "ahead": CompletionsAhead(weeks=AHEAD_WEEKS, low=low, high=high),
        }
    )


def of_state(state: ForecastState, user_id: int, prior: Prior, now: datetime) -> Forecast:
    """What can be said where nothing is forecast."""
    return Forecast(
        user_id=user_id, state=state, learners=prior.learners, definition=DEFINITION, as_of=now
    )


def unavailable(
    user_id: int, prior: Prior, now: datetime, missing: Sequence[DashboardPart]
) -> Forecast:
    found = of_state(ForecastState.UNAVAILABLE, user_id, prior, now)
    return found.model_copy(update={"missing": tuple(missing)})


def _day(prior: Prior, pace: Pace, left: int, wanted: float, now: datetime) -> date | None:
    weeks = weeks_until(prior, pace, left, wanted)
    return None if weeks is None else (now + weeks * WEEK).date()
