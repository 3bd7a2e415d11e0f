"""How the profiler judges simulated learners: `python -m scripts.profiling_report [--write]`.

The report is stored as a golden file, so that a change of questions or formulas shows in a diff.
"""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ai.profiling.bank import Bank, bank
from ai.profiling.matrix import TRACKS
from ai.profiling.scoring import CLAIMS, Z_HIGH, Z_MEDIUM
from ongoza_contracts.vocabulary import Confidence
from scripts import profiling_simulation as simulation
from scripts.profiling_simulation import (
    CONSISTENT_LEARNERS,
    FOREIGN_POPULATIONS,
    OWN_POPULATIONS,
    POPULATIONS,
    RANDOM_LEARNERS,
    Level,
)

GOLDEN = Path(__file__).parents[1] / "docs" / "profiling-report.txt"
CALIBRATION_LEARNERS = 10_000


def report() -> str:
    questions = bank()
    sections = (
        _bank(questions),
        _random(questions),
        _consistent(questions),
        _calibration(questions),
        _two_track(questions),
    )
    return "\n".join("\n".join(section) + "\n" for section in sections)


def _bank(questions: Bank) -> Iterator[str]:
    yield f'Profiling report, questionnaire "{questions.version}", seed {simulation.SEED}'
    yield ""
    yield (
        f"{len(questions.questions)} questions in {len(questions.categories)} categories;"
        f" {questions.required} to {questions.limit} are asked."
    )
    for category in questions.categories:
        count = sum(asked.category == category.key for asked in questions.questions)
        yield f"  {category.name:24} weight {category.weight}  {count} questions"


def _random(questions: Bank) -> Iterator[str]:
    outcome = simulation.at_random(questions, RANDOM_LEARNERS)
    named = outcome.tracks_named()
    expected = RANDOM_LEARNERS / len(TRACKS)
    yield f"{RANDOM_LEARNERS:,} learners who answer at random"
    yield f"  {'track':14}  named primary  mean score  sd"
    for place, track in enumerate(TRACKS):
        scores = outcome.found.scores[:, place]
        yield (
            f"  {track:14}  {_percent(named[place] / RANDOM_LEARNERS):>13}"
            f"  {scores.mean():10.1f}  {scores.std():4.1f}"
        )
    yield f"  {'questions asked':17} {outcome.asked.mean():.1f} in the mean"
    yield f"  {'confidence':17} {_levels(outcome)}"
    chi2 = float(((named - expected) ** 2 / expected).sum())
    yield f"  {'chi-square':17} {chi2:.2f} on 4 degrees of freedom (9.49 is 1 time in 20 by chance)"


def _consistent(questions: Bank) -> Iterator[str]:
    yield (
        f"{CONSISTENT_LEARNERS:,} learners for each track who take its best option in"
        f" {simulation.CONSISTENCY:.0%} of their answers, else any"
    )
    yield f"  {'track':14}  named primary  mean score  asked  confidence"
    for place, track in enumerate(TRACKS):
        outcome = simulation.consistent(questions, place, CONSISTENT_LEARNERS)
        yield (
            f"  {track:14}  {_percent(outcome.tracks_named()[place] / CONSISTENT_LEARNERS):>13}"
            f"  {outcome.found.scores[:, place].mean():10.1f}  {outcome.asked.mean():5.1f}"
            f"  {_levels(outcome)}"
        )


@cache
def calibrations() -> dict[str, dict[Confidence, Level]]:
    """How often each level is right, by population."""
    questions = bank()
    return {
        name: simulation.calibration(*simulate(questions, count=CALIBRATION_LEARNERS))
        for name, simulate in POPULATIONS.items()
    }


def _calibration(questions: Bank) -> Iterator[str]:
    yield f"Right results: high from z {Z_HIGH}, medium from {Z_MEDIUM}, low below"
    yield f"  {'':22}  {'high':>17}  {'medium':>17}  {'low':>17}"
    yield f"  {'population':22}" + 3 * f"  {'share':>8} {'right':>8}"
    yield "  simulated by the scorer's own model"
    yield from map(_row, OWN_POPULATIONS)
    yield "  simulated otherwise"
    yield from map(_row, FOREIGN_POPULATIONS)
    ranges = (f"{100 * low:.0f} to {100 * high:.0f} %" for low, high in CLAIMS.values())
    yield f"  {'claimed':22}" + "".join(f"  {one:>17}" for one in ranges)
    yield f"  {CALIBRATION_LEARNERS:,} learners each. None of this was checked with learners."


def _row(population: str) -> str:
    levels = calibrations()[population].values()
    figures = "".join(f"  {_percent(one.share):>8} {_percent(one.right):>8}" for one in levels)
    return f"    {population:20}{figures}"


def _two_track(questions: Bank) -> Iterator[str]:
    outcome, liked = simulation.two_track(questions, CALIBRATION_LEARNERS)
    either = simulation.is_right(outcome, liked).mean()
    yield f"{CALIBRATION_LEARNERS:,} learners who like two tracks equally, which is a tie"
    yield f"  {'one of the two':17} {_percent(either)}"
    yield f"  {'confidence':17} {_levels(outcome)}"
    yield "  Neither of the two is before the other, so high confidence is wrong here."


def _levels(outcome: simulation.Outcome) -> str:
    return ", ".join(f"{level} {_percent(outcome.share_with(level))}" for level in Confidence)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


if __name__ == "__main__":
    text = report()
    print(text, end="")
    if "--write" in sys.argv[1:]:
        GOLDEN.write_text(text, encoding="utf-8")
