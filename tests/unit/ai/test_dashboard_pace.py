"""The forecast's model against simulated learners, and its report on invented ones."""

from collections.abc import Iterator

import numpy as np
import pytest

from ai.dashboard.backtest import (
    TOLERANCE,
    Case,
    cases_of,
    count_figures,
    covered_share,
    date_figures,
    report,
)
from ai.dashboard.fitting import History, fit
from ai.dashboard.pace import (
    DEFAULT_PRIOR,
    WEEKS_MAX,
    Pace,
    Prior,
    at_least,
    interval,
    probability,
    studying,
    weeks_until,
)
from scripts.forecast_report import GOLDEN
from scripts.forecast_report import report as demo_report

PRIOR = Prior(shape=2.0, rate=4.0, hazard=0.05, growth=1.5)
REQUIRED = 20


def simulate(count: int, weeks: float, prior: Prior = PRIOR) -> Iterator[tuple[History, bool]]:
    """Learners as the model describes them, each with whether they study at the end."""
    chance = np.random.default_rng(17)
    for number in range(count):
        rate = chance.gamma(prior.shape, 1 / prior.rate)
        done: list[float] = []
        now, stays = 0.0, True
        while stays and len(done) < REQUIRED:
            now += chance.exponential(1 / rate)
            if now > weeks:
                break
            done.append(now)
            change = prior.log_survival(len(done)) - prior.log_survival(len(done) - 1)
            stays = chance.random() < np.exp(change)
        yield History(number, REQUIRED, 0, tuple(done), weeks), stays


@pytest.fixture(scope="module")
def learners() -> list[tuple[History, bool]]:
    return [*simulate(4000, 40.0)]


def test_the_probabilities_are_the_shares_of_simulated_learners(
    learners: list[tuple[History, bool]],
) -> None:
    newcomer = Pace(0, 0.0, 0.0)
    for more, forecast in enumerate(at_least(PRIOR, newcomer, 8, 40.0)):
        share = np.mean([len(history.completions) >= more for history, _ in learners])
        assert share == pytest.approx(forecast, abs=0.025), more


def test_those_who_study_are_as_many_as_the_probabilities_say(
    learners: list[tuple[History, bool]],
) -> None:
    for count in (1, 3, 5):
        found = [one for one in learners if len(one[0].completions) == count]
        forecast = np.mean([studying(PRIOR, history.until(40.0)) for history, _ in found])
        assert np.mean([stays for _, stays in found]) == pytest.approx(forecast, abs=0.06), count


def test_forecasts_of_simulated_learners_cover_what_happens(
    learners: list[tuple[History, bool]],
) -> None:
    cases = [*cases_of([history for history, _ in learners[:600]])]
    counts = count_figures(PRIOR, cases, 8)
    dates = date_figures(PRIOR, [case for case in cases if case.left >= 2], lambda _: 2)
    assert counts is not None
    assert dates is not None
    assert counts.coverage == pytest.approx(0.8, abs=TOLERANCE)
    assert counts.inside == pytest.approx(counts.claimed, abs=TOLERANCE)
    assert dates.coverage == pytest.approx(0.8, abs=TOLERANCE)


def test_a_fit_finds_the_distribution_of_the_learners(
    learners: list[tuple[History, bool]],
) -> None:
    found = fit([history for history, _ in learners])
    assert found.learners == 4000
    assert found[:4] == pytest.approx(PRIOR[:4], rel=0.25)


def test_few_learners_change_little_and_none_nothing(
    learners: list[tuple[History, bool]],
) -> None:
    assert fit([]) == DEFAULT_PRIOR
    few = fit([learners[0][0]])
    assert few[:4] == pytest.approx(DEFAULT_PRIOR[:4], rel=1)


def test_who_has_completed_nothing_for_long_has_probably_left() -> None:
    assert studying(PRIOR, Pace(5, 10.0, 11.0)) > 0.5 > studying(PRIOR, Pace(5, 10.0, 60.0))
    assert studying(PRIOR, Pace(5, 10.0, 5000.0)) < 1e-6
    assert studying(PRIOR, Pace(0, 0.0, 60.0)) == 1.0


def test_dates_are_in_order_and_open_where_no_day_is_foreseeable() -> None:
    pace = Pace(6, 9.0, 9.5)
    early, middle = (weeks_until(PRIOR, pace, 2, wanted) for wanted in (0.1, 0.3))
    assert early is not None
    assert middle is not None
    assert 0 < early < middle < WEEKS_MAX
    assert probability(PRIOR, pace, 2, middle) == pytest.approx(0.3, abs=0.01)
    assert weeks_until(PRIOR, pace, 14, 0.9) is None


@pytest.mark.parametrize("left", [1, 5, 500])
@pytest.mark.parametrize("weeks", [1.0, 8.0, WEEKS_MAX])
def test_an_interval_has_its_probability(left: int, weeks: float) -> None:
    pace = Pace(6, 9.0, 9.5)
    tails = [*at_least(PRIOR, pace, left, weeks), 0.0]
    low, high = interval(PRIOR, pace, left, weeks)
    assert 0 <= low <= high <= left
    assert tails[low] - tails[high + 1] >= 0.8 - 1e-9
    assert 1 - tails[low] < 0.1
    assert tails[high + 1] <= 0.1 + 1e-9


@pytest.mark.parametrize(
    ("low", "high", "share"),
    [
        (0.2, 0.4, 1),
        (0.0, 0.2, 0.5),
        (0.8, 1.0, 0.5),
        (0.0, 1.0, 0.8),
        (0.5, 0.5, 1),
        (0.95, 0.95, 0),
    ],
)
def test_an_outcome_counts_by_the_share_that_is_covered(
    low: float, high: float, share: float
) -> None:
    assert covered_share(low, high) == pytest.approx(share)


def test_a_past_forecast_knows_nothing_that_came_later() -> None:
    history = History(1, 6, 1, (1.0, 2.0, 3.0, 5.0), 9.0)
    assert [*cases_of([history])] == [
        Case(Pace(3, 3.0, 4.0), 2, (1.0,), 5.0),
        Case(Pace(4, 5.0, 8.0), 1, (), 1.0),
    ]


def test_a_history_that_ended_with_the_last_item_has_no_forecasts_after_it() -> None:
    history = History(1, 3, 0, (1.0, 2.0, 3.0), 30.0)
    assert history.is_finished
    assert [*cases_of([history])] == []


def test_a_report_without_history_says_so() -> None:
    lines = "\n".join(report([]))
    assert lines.count("not enough data") == 10


@pytest.mark.slow
def test_the_report_is_the_one_that_is_kept_and_meets_its_goal() -> None:
    text = demo_report()
    assert text == GOLDEN.read_text(encoding="utf-8")
    assert "missed" not in text
    fitted = text.split("shape ")[1].split("\n")[0]
    assert fitted == "{:.3f}, rate {:.3f}, hazard {:.5f}, growth {:.3f}".format(*DEFAULT_PRIOR[:4])
