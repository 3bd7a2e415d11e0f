"""Ten thousand simulated learners: nobody is favoured by chance, and claims cover what is found."""

import numpy as np
import pytest

from ai.profiling.bank import bank
from ai.profiling.item_selection import select_items
from ai.profiling.scoring import CLAIMS, UNANSWERED, profile
from ongoza_contracts.vocabulary import Confidence, Track
from scripts import profiling_simulation as simulation
from scripts.profiling_report import GOLDEN, calibrations, report
from scripts.profiling_simulation import POPULATIONS, Outcome

BANK = bank()
CHI_SQUARE_1_IN_1000 = 18.47
"""Of 4 degrees of freedom."""


@pytest.fixture(scope="module")
def random_learners() -> Outcome:
    return simulation.at_random(BANK, 10_000)


@pytest.mark.slow
def test_the_report_is_the_one_that_is_kept() -> None:
    assert report() == GOLDEN.read_text(encoding="utf-8")


def test_chance_names_every_track_equally_often(random_learners: Outcome) -> None:
    named = random_learners.tracks_named()
    assert ((named - 2000) ** 2 / 2000).sum() < CHI_SQUARE_1_IN_1000
    assert np.ptp(random_learners.found.scores.mean(axis=0)) < 0.5


def test_chance_is_seldom_taken_for_confidence(random_learners: Outcome) -> None:
    assert random_learners.share_with(Confidence.HIGH) < 0.05
    assert random_learners.share_with(Confidence.LOW) > 0.9


def test_everybody_is_asked_twelve_to_twenty_questions(random_learners: Outcome) -> None:
    assert (random_learners.asked.min(), random_learners.asked.max()) == (12, 20)


@pytest.mark.parametrize("place", range(5), ids=list(Track))
def test_consistent_learners_of_each_track_are_found(place: int) -> None:
    outcome = simulation.consistent(BANK, place, 1_000)
    assert outcome.tracks_named()[place] >= 990
    assert outcome.share_with(Confidence.HIGH) > 0.95
    assert outcome.asked.mean() < 13


@pytest.mark.slow
@pytest.mark.parametrize("level", Confidence)
def test_what_is_claimed_of_a_level_covers_every_population_of_the_report(
    level: Confidence,
) -> None:
    low, high = CLAIMS[level]
    right = {name: found[level].right for name, found in calibrations().items()}
    assert right.keys() == POPULATIONS.keys()
    assert not {name: one for name, one in right.items() if not low <= one <= high}
    # And it is no wider than it need be.
    assert min(right.values()) - low < 0.05
    assert high - max(right.values()) < 0.02


@pytest.mark.slow
@pytest.mark.parametrize("population", POPULATIONS)
def test_the_figures_of_the_report_are_not_those_of_its_seed_alone(population: str) -> None:
    found = simulation.calibration(*POPULATIONS[population](BANK, count=5_000, seed=1))
    for level, kept in found.items():
        assert kept.right == pytest.approx(calibrations()[population][level].right, abs=0.03)


def test_learners_who_like_two_tracks_equally_are_named_one_of_the_two() -> None:
    outcome, liked = simulation.two_track(BANK, 2_000)
    assert (liked.sum(axis=1) == 2).all()
    assert simulation.is_right(outcome, liked).mean() > 0.98
    assert outcome.share_with(Confidence.HIGH) < 0.25


def test_simulated_learners_are_asked_and_judged_as_real_ones_are() -> None:
    outcome, _ = simulation.inclined(BANK, 0.5, 40)
    for row, response in enumerate(outcome.responses):
        answers = {
            question.id: question.options[place].id
            for question, place in zip(BANK.questions, response, strict=True)
            if place != UNANSWERED
        }
        assert select_items(BANK, answers).answers == answers
        found = profile(BANK, answers)
        assert list(found.scores.values()) == outcome.found.scores[row].tolist()
        assert (found.z, found.confidence) == (outcome.found.z[row], outcome.levels[row])
