"""A learner's completions and minutes by week: trends and insights. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import fmean
from typing import NamedTuple

from ongoza_contracts.http.dashboard import (
    Comparison,
    DashboardPart,
    Insight,
    InsightKey,
    Insights,
    TrackNumbers,
    Trends,
    WeekNumbers,
)
from ongoza_contracts.vocabulary import Track

WEEK = timedelta(weeks=1)
RECENT, EARLIER, EARLIER_MIN = 4, 8, 4
"""The weeks that are compared: the last ones that are over, and those before them."""
SHOWN = RECENT + EARLIER
DECIMALS = 2
DEFINITION = (
    "Completions are the modules, missions and courses without modules that were completed for the"
    " first time in an ISO week (UTC), by anybody's word. Minutes are their stated durations, not"
    " measured time. The last 4 weeks that are over are compared with up to 8 weeks before them,"
    " of the same learner alone."
)
CHANGE = " a week of the last 4 weeks that are over, less that of up to 8 weeks before them."
STREAK = "weeks one after the other with a completion"
DEFINITIONS: Mapping[InsightKey, str] = {
    InsightKey.COMPLETIONS_A_WEEK: "Mean completions a week of the last 4 weeks that are over.",
    InsightKey.MINUTES_A_WEEK: (
        "Mean minutes a week of the last 4 weeks that are over: the stated durations of what was"
        " completed."
    ),
    InsightKey.COMPLETIONS_CHANGE: "Mean completions" + CHANGE,
    InsightKey.MINUTES_CHANGE: "Mean minutes" + CHANGE,
    InsightKey.WEEK_STREAK: (
        f"How many {STREAK} there are until now; the present week breaks it only once it is over."
    ),
    InsightKey.BEST_WEEK_STREAK: f"The most {STREAK} so far.",
}


class TrackWeek(NamedTuple):
    """What was completed in one week of one track."""

    week: date
    track: Track | None
    """None where the content could not be read."""
    completions: int
    minutes: int


class Activity(NamedTuple):
    """All that a learner completed."""

    user_id: int
    joined_at: datetime | None
    """None where that could not be read: then the first week is that of the first completion."""
    rows: Sequence[TrackWeek]
    missing: tuple[DashboardPart, ...] = ()


class Series(NamedTuple):
    """The numbers of every week since the learner joined, the present one last."""

    weeks: Sequence[date]
    completions: Sequence[int] | None
    """None where they could not be read, like `minutes`."""
    minutes: Sequence[int] | None


def monday(moment: datetime | date) -> date:
    day = moment.date() if isinstance(moment, datetime) else moment
    return day - timedelta(days=day.weekday())


def series(activity: Activity, now: datetime) -> Series:
    present = monday(now)
    begun = [row.week for row in activity.rows]
    first = min([*begun, monday(activity.joined_at) if activity.joined_at else present])
    weeks = [first + number * WEEK for number in range((present - first).days // 7 + 1)]
    completions, minutes = Counter[date](), Counter[date]()
    for row in activity.rows:
        completions[row.week] += row.completions
        minutes[row.week] += row.minutes
    is_known = DashboardPart.COMPLETIONS not in activity.missing
    return Series(
        weeks,
        [completions[week] for week in weeks] if is_known else None,
        None if activity.missing else [minutes[week] for week in weeks],
    )


def trends(activity: Activity, now: datetime) -> Trends:
    """`now` is in UTC."""
    weeks, completions, minutes = series(activity, now)
    shown = range(max(0, len(weeks) - SHOWN - 1), len(weeks)) if completions else ()
    return Trends(
        user_id=activity.user_id,
        weeks=tuple(
            WeekNumbers(
                week=weeks[place],
                completions=completions[place] if completions else 0,
                minutes=minutes[place] if minutes else None,
            )
            for place in shown
        ),
        tracks=tuple(_tracks(activity, weeks[-SHOWN - 1 :][0])),
        completions=_compare(completions),
        minutes=_compare(minutes),
        missing=activity.missing,
        definition=DEFINITION,
        as_of=now,
    )


def insights(activity: Activity, now: datetime) -> Insights:
    """`now` is in UTC."""
    _, completions, minutes = series(activity, now)
    completed, studied = _compare(completions), _compare(minutes)
    streak, best = _streaks(completions) if completions else (None, None)
    values = {
        InsightKey.COMPLETIONS_A_WEEK: (completed.recent, _weeks_until(RECENT, completions)),
        InsightKey.MINUTES_A_WEEK: (studied.recent, _weeks_until(RECENT, minutes)),
        InsightKey.COMPLETIONS_CHANGE: (_change(completed), completed.needed_weeks),
        InsightKey.MINUTES_CHANGE: (_change(studied), studied.needed_weeks),
        InsightKey.WEEK_STREAK: (streak, 0),
        InsightKey.BEST_WEEK_STREAK: (best, 0),
    }
    return Insights(
        user_id=activity.user_id,
        insights=tuple(
            Insight(key=key, value=value, needed_weeks=needed, definition=DEFINITIONS[key])
            for key, (value, needed) in values.items()
        ),
        missing=activity.missing,
        as_of=now,
    )


def _tracks(activity: Activity, first: date) -> Iterable[TrackNumbers]:
    for track in Track:
        rows = [row for row in activity.rows if row.track is track and row.week >= first]
        if rows:
            yield TrackNumbers(
                track=track,
                completions=sum(row.completions for row in rows),
                minutes=sum(row.minutes for row in rows),
            )


def _compare(numbers: Sequence[int] | None) -> Comparison:
    """Of all weeks; the last one is not over."""
    over = [] if numbers is None else numbers[:-1]
    before = over[-SHOWN:-RECENT]
    return Comparison(
        recent=_mean(over[-RECENT:]) if len(over) >= RECENT else None,
        earlier=_mean(before) if len(before) >= EARLIER_MIN else None,
        needed_weeks=_weeks_until(RECENT + EARLIER_MIN, numbers),
    )


def _weeks_until(needed: int, numbers: Sequence[int] | None) -> int:
    """Until so many weeks are over; 0 where their numbers could not be read."""
    return 0 if numbers is None else max(0, needed + 1 - len(numbers))


def _change(comparison: Comparison) -> float | None:
    if comparison.recent is None or comparison.earlier is None:
        return None
    return round(comparison.recent - comparison.earlier, DECIMALS)


def _mean(numbers: Sequence[int]) -> float:
    return round(fmean(numbers), DECIMALS)


def _streaks(completions: Sequence[int]) -> tuple[int, int]:
    """The present streak and the best one."""
    present = best = 0
    for place, number in enumerate(completions):
        if number:
            present += 1
        elif place < len(completions) - 1:
            present = 0
        best = max(best, present)
    return present, best
