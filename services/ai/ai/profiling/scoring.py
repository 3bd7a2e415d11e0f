"""From answers to tracks. Pure: the same answers to the same bank always give the same profile."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import pvariance

from ai.profiling.bank import Bank, Option, Question
from ongoza_contracts.vocabulary import Confidence, Track

Z_HIGH = 1.645
Z_MEDIUM = 1.0
SECONDARY_MAX = 2
EVIDENCE_MAX = 3

Table = list[dict[str, float]]
"""One row per question: what each option, by id, is worth."""


@dataclass(frozen=True, slots=True)
class Evidence:
    question: Question
    option: Option
    points: float
    """What this answer adds to the track's score."""


@dataclass(frozen=True, slots=True)
class Profile:
    scores: dict[Track, float]
    """0 to 100 each, of what was possible with the questions answered; they do not sum to 100."""
    primary: Track
    secondary: tuple[Track, ...]
    """The next best, best first, as far as any answer speaks for them."""
    confidence: Confidence
    evidence: dict[Track, tuple[Evidence, ...]]
    """For each track the answers that speak for it most, strongest first."""


def profile(bank: Bank, answers: Mapping[str, str]) -> Profile:
    """The profile of `answers` (question id to option id, at least one of them known to `bank`).

    With w the weight of a question's category and load the chosen option's load on a track,

        score = 100 * sum(w * (load - least)) / sum(w * (most - least))

    over the answered questions, where least and most are taken over the question's options. So
    each track reaches 100 by choosing its best option everywhere, and 0 by its worst, whatever the
    weights and however many questions were answered.
    """
    chosen = bank.known(answers)
    if not chosen:
        raise ValueError("no answer of this bank")
    questions = [question for question in bank.questions if question.id in chosen]
    tables = {track: _table(bank, questions, track) for track in Track}
    evidence = {
        track: [
            Evidence(question, chosen[question.id], row[chosen[question.id].id])
            for question, row in zip(questions, tables[track], strict=True)
        ]
        for track in Track
    }
    scores = {track: _score(items) for track, items in evidence.items()}
    first, *others = sorted(Track, key=lambda track: -scores[track])  # ties in the order of Track
    lead = scores[first] - scores[others[0]]
    return Profile(
        scores=scores,
        primary=first,
        secondary=tuple(track for track in others if scores[track] > 0)[:SECONDARY_MAX],
        confidence=_confidence(lead, _chance_spread(tables[first], tables[others[0]])),
        evidence={track: tuple(_strongest(items)) for track, items in evidence.items()},
    )


def _table(bank: Bank, questions: Sequence[Question], track: Track) -> Table:
    """The points each option of each question is worth for the track: 100 is reached by choosing
    the best everywhere, and the least of each question is worth 0.
    """
    worth = []
    for question in questions:
        least = min(option.load(track) for option in question.options)
        weight = bank.weight(question)
        worth.append({o.id: weight * (o.load(track) - least) for o in question.options})
    possible = math.fsum(max(row.values()) for row in worth) or 1.0
    return [{option: 100 * points / possible for option, points in row.items()} for row in worth]


def _score(items: Sequence[Evidence]) -> float:
    return min(round(math.fsum(item.points for item in items), 2), 100.0)


def _strongest(items: Sequence[Evidence]) -> Iterator[Evidence]:
    speaking = [item for item in items if item.points > 0]
    yield from sorted(speaking, key=lambda item: -item.points)[:EVIDENCE_MAX]


def _confidence(lead: float, spread: float) -> Confidence:
    """How far the first track's lead over the second is beyond chance.

    z is the lead divided by the standard deviation it would have if every question were answered
    at random: high from 1.645 (for two given tracks one time in twenty by chance), medium from 1.0.
    """
    z = lead / spread if spread else 0.0
    if z >= Z_HIGH:
        return Confidence.HIGH
    return Confidence.MEDIUM if z >= Z_MEDIUM else Confidence.LOW


def _chance_spread(first: Table, second: Table) -> float:
    """Standard deviation, in points, of the difference of two scores under random answers."""
    variances = (
        pvariance([mine[option] - theirs[option] for option in mine])
        for mine, theirs in zip(first, second, strict=True)
    )
    return math.sqrt(math.fsum(variances))
