"""Ten thousand simulated learners: nobody is favoured by chance, confidence keeps its claims."""

import numpy as np
import pytest

from ai.profiling.bank import bank
from ai.profiling.item_selection import select_items
from ai.profiling.scoring import UNANSWERED, profile
from ongoza_contracts.vocabulary import Confidence, Track
from scripts import profiling_simulation as simulation
from scripts.profiling_report import GOLDEN, report
from scripts.profiling_simulation import Outcome

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


@pytest.mark.parametrize("seed", [simulation.SEED, 1, 2])
@pytest.mark.parametrize("population", ["reference", "clear"])
@pytest.mark.slow
def test_each_level_of_confidence_keeps_its_claim_within_five_points(
    population: str, seed: int
) -> None:
    concentration = simulation.POPULATIONS[population]
    outcome, truth = simulation.inclined(BANK, concentration, 10_000, seed)
    for level, kept in simulation.calibration(outcome, truth).items():
        assert kept.right == pytest.approx(kept.claimed, abs=0.05), level


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
