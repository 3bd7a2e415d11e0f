"""How forecasts compare with what happened: `python -m scripts.forecast_report [--write]`.

Invented learners stand for enrolled ones: each follows the program of the own main track from the
day of joining, and every completion counts. The report is stored as a golden file, so that a change
of the formula shows in a diff. `python -m ai forecast` prints the same report of real enrolments.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from ai.dashboard.backtest import report as backtest
from ai.dashboard.fitting import History, fit
from ai.dashboard.forecast import WEEK
from core.demo.items import Catalogue, Program
from core.demo.learners import AS_OF, DemoLearner, learners_in_turn
from core.demo.loader import load_catalogue
from ongoza_contracts.vocabulary import ProgressStatus

GOLDEN = Path(__file__).parents[1] / "docs" / "forecast-report.txt"
SEEDED, FITTED, LATER = 200, 1000, 1400
"""Learner number n is the same whatever the count."""


def report() -> str:
    histories = [*histories_of_demo(LATER)]
    lines = ("", *_default(histories[:FITTED]), "", *_seeded(histories), "", *_later(histories))
    return "\n".join(["Forecast report", *lines]) + "\n"


def histories_of_demo(count: int) -> Iterator[History]:
    catalogue = load_catalogue()
    required = {one.track: required_items(catalogue, one) for one in catalogue.programs}
    for number, learner in enumerate(islice(learners_in_turn(catalogue, count), count), start=1):
        yield _history(number, learner, required[learner.main_track])


def required_items(catalogue: Catalogue, program: Program) -> frozenset[str]:
    """The courses are required, by their modules where they have some."""
    return frozenset(
        item.content_id
        for course_id in program.course_ids
        for item in catalogue.modules_of(course_id) or (catalogue.by_id[course_id],)
    )


def _history(number: int, learner: DemoLearner, required: frozenset[str]) -> History:
    joined = learner.account.joined_at
    first: dict[str, float] = {}
    for step in learner.steps:
        if step.status is ProgressStatus.COMPLETED and step.content_id in required:
            first.setdefault(step.content_id, (step.at - joined) / WEEK)
    return History(
        learner=number,
        required=len(required),
        done_before=0,
        completions=tuple(sorted(first.values())),
        observed=(AS_OF - joined) / WEEK,
    )


def _default(histories: Sequence[History]) -> Iterator[str]:
    prior = fit([one for one in histories if one.learner % 2])
    yield f"The default prior, fitted to the learners with odd numbers of the first {FITTED:,}"
    yield (
        f"  shape {prior.shape:.3f}, rate {prior.rate:.3f}, hazard {prior.hazard:.5f},"
        f" growth {prior.growth:.3f}"
    )


def _seeded(histories: Sequence[History]) -> Iterator[str]:
    yield f"The {SEEDED} learners of `make seed`"
    yield from backtest(histories[:SEEDED])


def _later(histories: Sequence[History]) -> Iterator[str]:
    yield (
        f"Learners {FITTED + 1:,} to {LATER:,}: the formula was chosen on the first {FITTED:,},"
        " those with even numbers included"
    )
    yield from backtest(histories[FITTED:])


if __name__ == "__main__":
    text = report()
    print(text, end="")
    if "--write" in sys.argv[1:]:
        GOLDEN.write_text(text, encoding="utf-8")
