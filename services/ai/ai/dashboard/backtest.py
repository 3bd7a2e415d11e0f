"""Compares forecasts made at past dates with what happened afterwards. Pure.

The prior is fitted to learners with odd numbers; the forecasts are those of the others. At each cut
date a forecast knows nothing that came later.
"""

from collections.abc import Callable, Iterator, Sequence
from math import ceil
from statistics import fmean
from typing import NamedTuple

from ai.dashboard.fitting import History, fit
from ai.dashboard.pace import HIGH, LOW, Pace, Prior, at_least, interval, probability, studying

COMPLETIONS_NEEDED = 3
WEEKS_NEEDED = 2.0
"""Below these no forecast is made."""
CUT_WEEKS = 4
"""Between the cut dates of a learner."""
HORIZONS = (4, 8, 13, 26)
FEW_ITEMS = 3
GOING_ON = 0.5
"""Of those who have almost certainly left, nothing is forecast and nothing happens, which says
little about the intervals."""
TOLERANCE = 0.05
"""The goal: the coverage of the 80 % interval is this near to 80 %."""


class Case(NamedTuple):
    pace: Pace
    left: int
    """Required items that were not completed at the cut date."""
    later: tuple[float, ...]
    """The weeks from the cut date to each later completion."""
    observed: float
    """The weeks from the cut date that are known."""


class CountFigures(NamedTuple):
    """Forecasts of the number of completions within a time."""

    cases: int
    coverage: float
    inside: float
    """The share of outcomes in the interval of whole numbers, its ends included."""
    claimed: float
    """The mean probability of these intervals by the forecasts themselves."""
    below: float
    above: float
    forecast: float
    """The mean of the forecasts' means."""
    happened: float


class DateFigures(NamedTuple):
    """Forecasts of the date of a completion."""

    cases: int
    """Those whose earliest date lies within the known time."""
    coverage: float
    forecast: float
    """The sum over all cases of the probability of completion within the known time."""
    happened: int


def is_enough(pace: Pace) -> bool:
    return pace.completions >= COMPLETIONS_NEEDED and pace.weeks >= WEEKS_NEEDED


def cases_of(histories: Sequence[History]) -> Iterator[Case]:
    for history in histories:
        for cut in range(CUT_WEEKS, ceil(history.observed), CUT_WEEKS):
            pace = history.until(cut)
            left = history.required - history.done_before - pace.completions
            if left and is_enough(pace):
                later = tuple(week - cut for week in history.completions[pace.completions :])
                yield Case(pace, left, later, history.observed - cut)


def covered_share(low: float, high: float) -> float:
    """How much of a step of the distribution function, from `low` to `high`, lies in the interval
    between LOW and HIGH. The mean over outcomes is 0.8 for true forecasts of whole numbers, whose
    interval itself contains more than 80 % (Czado, Gneiting and Held, Biometrics 65, 2009)."""
    if high <= low:
        return float(LOW <= low <= HIGH)
    return max(0.0, min(high, HIGH) - max(low, LOW)) / (high - low)


def count_figures(prior: Prior, cases: Sequence[Case], weeks: int) -> CountFigures | None:
    """None without cases whose next `weeks` are known."""
    rows = [_count_row(prior, case, weeks) for case in cases if case.observed >= weeks]
    if not rows:
        return None
    coverage, inside, claimed, below, above, mean, happened = map(fmean, zip(*rows, strict=True))
    return CountFigures(len(rows), coverage, inside, claimed, below, above, mean, happened)


def _count_row(prior: Prior, case: Case, weeks: int) -> tuple[float, ...]:
    tails = [*at_least(prior, case.pace, case.left, weeks), 0.0]
    happened = sum(week <= weeks for week in case.later)
    low, high = interval(prior, case.pace, case.left, weeks)
    return (
        covered_share(1 - tails[happened], 1 - tails[happened + 1]),
        float(low <= happened <= high),
        tails[low] - tails[high + 1],
        float(happened < low),
        float(happened > high),
        sum(tails[1:]),
        float(happened),
    )


def date_figures(
    prior: Prior, cases: Sequence[Case], items: Callable[[Case], int]
) -> DateFigures | None:
    """Of the date by which so many more items are completed. An outcome that is not known yet
    counts by the share of the later dates that the interval covers. None without cases."""
    shares, forecast, happened = [], 0.0, 0
    for case in cases:
        more = items(case)
        known = probability(prior, case.pace, more, case.observed)
        forecast += known
        at = case.later[more - 1] if len(case.later) >= more else None
        happened += at is not None
        if known < LOW:
            continue
        reached = known if at is None else probability(prior, case.pace, more, at)
        shares.append(covered_share(reached, reached if at is not None else 1.0))
    coverage = fmean(shares) if shares else 0.0
    return DateFigures(len(shares), coverage, forecast, happened) if cases else None


def report(histories: Sequence[History]) -> Iterator[str]:
    """The lines of the report; the first says how much there is."""
    fitted = [one for one in histories if one.learner % 2]
    reported = [one for one in histories if one.learner % 2 == 0]
    prior, cases = fit(fitted), [*cases_of(reported)]
    yield (
        f"{len(fitted)} enrolments of learners with odd numbers, to which the prior is fitted;"
        f" {len(reported)} of the others, with {len(cases)} forecasts"
    )
    yield (
        f"  prior: shape {prior.shape:.3f}, rate {prior.rate:.3f}, hazard {prior.hazard:.5f},"
        f" growth {prior.growth:.3f}"
    )
    yield (
        f"  a forecast every {CUT_WEEKS} weeks, from {COMPLETIONS_NEEDED} completions and"
        f" {WEEKS_NEEDED:.0f} weeks on"
    )
    yield ""
    yield "Required items completed within the next weeks: the 80 % interval"
    yield from _count_lines(prior, cases)
    going_on = [case for case in cases if studying(prior, case.pace) >= GOING_ON]
    yield ""
    yield f"The same, of those who study with a probability of {100 * GOING_ON:.0f} % or more"
    yield from _count_lines(prior, going_on)
    yield from _date_lines(prior, cases)


def _count_lines(prior: Prior, cases: Sequence[Case]) -> Iterator[str]:
    yield (
        "  weeks  forecasts  coverage  goal     inside  claimed   below   above"
        "  mean forecast  mean happened"
    )
    for weeks in HORIZONS:
        if (one := count_figures(prior, cases, weeks)) is None:
            yield f"  {weeks:5}  not enough data"
            continue
        yield (
            f"  {weeks:5}  {one.cases:9}  {_percent(one.coverage):>8}  {_goal(one.coverage):8}"
            f"{_percent(one.inside):>7}  {_percent(one.claimed):>7}  {_percent(one.below):>6}"
            f"  {_percent(one.above):>6}  {one.forecast:13.2f}  {one.happened:13.2f}"
        )


def _date_lines(prior: Prior, cases: Sequence[Case]) -> Iterator[str]:
    yield ""
    yield "The date by which items are completed: the 80 % interval"
    yield ("  items       forecasts  coverage  goal     completions forecast  happened")
    few = [case for case in cases if case.left >= FEW_ITEMS]
    for name, chosen, items in (
        (f"next {FEW_ITEMS}", few, lambda _: FEW_ITEMS),
        ("all", cases, lambda case: case.left),
    ):
        one = date_figures(prior, chosen, items)
        if one is None or not one.cases:
            counts = "" if one is None else f"{one.forecast:20.1f}  {one.happened:8}"
            yield f"  {name:10}  not enough data            {counts}".rstrip()
            continue
        yield (
            f"  {name:10}  {one.cases:9}  {_percent(one.coverage):>8}  {_goal(one.coverage):8}"
            f"{one.forecast:21.1f}  {one.happened:8}"
        )


def _goal(coverage: float) -> str:
    return "met" if abs(coverage - (HIGH - LOW)) <= TOLERANCE else "missed"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
