"""From answers to tracks. Pure: the same answers to the same bank always give the same profile.

Scores are in points, 0 to 100. `CLAIMS` says what each level of confidence claims;
`python -m scripts.profiling_report` measures it with simulated learners and a test compares.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ai.profiling.bank import Bank, Option, Question
from ai.profiling.matrix import TRACKS, Floats, Ints, Matrix
from ongoza_contracts.vocabulary import Confidence, Track

Z_HIGH = 1.645
Z_MEDIUM = 1.0
CLAIMS = {
    Confidence.HIGH: (0.85, 0.98),
    Confidence.MEDIUM: (0.70, 0.92),
    Confidence.LOW: (0.50, 0.66),
}
"""The claim of each level: from which to which share of its results name the learner's true first
track. Source: the populations of docs/profiling-report.txt, all of them simulated."""
SELECTION_BIAS_CORRECTION = 1.2
"""Factor on the standard error of the lead. The observed lead is biased upwards by selection: the
first is the best of five, and questions stop when the lead looks clear. Source: simulation with
middle inclinations, where with 1.0 high is right in 94 of 100 and medium in 85, not in 97 and
89."""
PRIOR_ANSWERS = 4.0
"""The number of answers as which the variance of random answers counts, so that a dozen equal
answers do not give certainty."""
SECONDARY_MAX = 2
EVIDENCE_MAX = 3
UNANSWERED = -1


@dataclass(frozen=True, slots=True)
class ScoredResponses:
    """The scores of response vectors; every array has one row per vector."""

    points: Floats
    """[response, question, track] what each answer adds to the score."""
    scores: Floats
    """[response, track] rounded to hundredths of a point, so that ties are exact."""
    errors: Floats
    """[response, track] standard errors of the scores."""
    ranking: Ints
    """[response, rank] tracks, best first."""
    sem: Floats
    """[response] the standard error of the lead, over the square root of 2, as if both leading
    scores had this standard error."""
    z: Floats
    """[response] (first - second) / (sem * sqrt 2)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    question: Question
    option: Option
    points: float
    """The answer's part of the track's score; over all answers they sum to it exactly."""


@dataclass(frozen=True, slots=True)
class Profile:
    scores: dict[Track, float]
    """0 to 100 each, of what was possible with the questions answered; they do not sum to 100."""
    errors: dict[Track, float]
    """The standard error of each score, in points."""
    primary: Track
    secondary: tuple[Track, ...]
    """The next best tracks with a score above 0, best first."""
    tied: tuple[Track, ...]
    """The tracks that share the highest score, in the order of Track; none when one is first."""
    sem: float
    z: float
    confidence: Confidence
    contributions: dict[Track, tuple[Evidence, ...]]
    """For each track every answer, in the order of the bank."""
    evidence: dict[Track, tuple[Evidence, ...]]
    """For each track the answers with most points for it, strongest first."""


def profile(bank: Bank, answers: Mapping[str, str]) -> Profile:
    """The profile of `answers` (question id to option id, at least one of them known to `bank`)."""
    chosen = bank.known(answers)
    if not chosen:
        raise ValueError("no answer of this bank")
    found = score_responses(bank.matrix, response_vector(bank, answers))
    scores = {track: float(found.scores[0, place]) for place, track in enumerate(TRACKS)}
    first, *others = (TRACKS[place] for place in found.ranking[0])
    best = [track for track in TRACKS if scores[track] == scores[first]]
    contributions = {
        track: tuple(_contributions(bank, chosen, found.points[0, :, place], scores[track]))
        for place, track in enumerate(TRACKS)
    }
    return Profile(
        scores=scores,
        errors={track: float(found.errors[0, place]) for place, track in enumerate(TRACKS)},
        primary=first,
        secondary=tuple(track for track in others if scores[track] > 0)[:SECONDARY_MAX],
        tied=tuple(best) if len(best) > 1 else (),
        sem=float(found.sem[0]),
        z=float(found.z[0]),
        confidence=confidence(float(found.z[0])),
        contributions=contributions,
        evidence={track: tuple(_strongest(items)) for track, items in contributions.items()},
    )


def confidence(z: float) -> Confidence:
    """The level of a lead of `z` standard errors, 0 and up."""
    if z >= Z_HIGH:
        return Confidence.HIGH
    return Confidence.MEDIUM if z >= Z_MEDIUM else Confidence.LOW


def response_vector(bank: Bank, answers: Mapping[str, str]) -> Ints:
    """One row with the position of the chosen option of each question of the bank, or
    UNANSWERED."""
    chosen = bank.known(answers)
    places = [
        question.place(chosen[question.id]) if question.id in chosen else UNANSWERED
        for question in bank.questions
    ]
    return np.array([places], dtype=np.int64)


def score_responses(matrix: Matrix, responses: Ints) -> ScoredResponses:
    """Scores each row of `responses`, which has at least one answer.

    With w the weight of a question's category and load the chosen option's load on a track,

        score = 100 * sum(w * (load - least)) / sum(w * (most - least))

    over the answered questions, where least and most are taken over the question's options. So
    each track reaches 100 by choosing its best option everywhere, and 0 by its worst, whatever the
    weights and however many questions were answered.
    """
    answered = responses != UNANSWERED
    possible = answered @ matrix.reach
    possible[possible == 0] = 1.0
    scale = 100 / possible
    gained = matrix.gain[np.arange(responses.shape[1]), np.where(answered, responses, 0)]
    points = gained * answered[:, :, None] * scale[:, None, :]
    scores = np.minimum(points.sum(axis=1).round(2), 100.0)
    ranking = _ranking(scores, responses, answered)
    covariance = _covariance(matrix, points, answered, scale)
    each, rows = np.arange(len(TRACKS)), np.arange(len(responses))
    first, second = ranking[:, 0], ranking[:, 1]
    lead_variance = (
        covariance[rows, first, first]
        + covariance[rows, second, second]
        - 2 * covariance[rows, first, second]
    )
    sem = (SELECTION_BIAS_CORRECTION * np.sqrt(np.maximum(lead_variance, 0) / 2)).round(4)
    lead = (scores[rows, first] - scores[rows, second]).round(2)
    z = np.divide(lead, sem * math.sqrt(2), out=np.zeros_like(lead), where=sem > 0).round(4)
    errors = np.sqrt(covariance[:, each, each]).round(2)
    return ScoredResponses(points, scores, errors, ranking, sem, z)


def _covariance(matrix: Matrix, points: Floats, answered: Floats, scale: Floats) -> Floats:
    """[response, track, track] the sampling covariance of the scores.

    A score is a weighted mean over n answered questions with weights v, so its variance is
    n / (n - 1) * sum((points - v * score)^2). It is mixed with the variance of random answers to
    the same questions, which counts as much as PRIOR_ANSWERS answers.
    """
    shares = answered[:, :, None] * matrix.reach * scale[:, None, :] / 100
    off = points - shares * points.sum(axis=1, keepdims=True)
    count = answered.sum(axis=1)[:, None, None]
    seen = count * (off.transpose(0, 2, 1) @ off)  # times (n - 1) / (n - 1)
    chance = np.tensordot(answered.astype(float), matrix.chance, axes=1)
    chance *= scale[:, :, None] * scale[:, None, :]
    mixed: Floats = (seen + PRIOR_ANSWERS * chance) / (count - 1 + PRIOR_ANSWERS)
    return mixed


def _ranking(scores: Floats, responses: Ints, answered: Floats) -> Ints:
    """Best first. The answers themselves decide the order of equals, so that equal answers give
    equal rankings and no track is favoured."""
    lot = np.where(answered, responses, 0).sum(axis=1, keepdims=True)
    drawn = (np.arange(len(TRACKS)) - lot) % len(TRACKS)
    ranking: Ints = np.lexsort((drawn, -scores), axis=-1)
    return ranking


def _contributions(
    bank: Bank, chosen: Mapping[str, Option], points: Floats, score: float
) -> Iterator[Evidence]:
    """`points` rounded to hundredths by largest remainder, so that they add up to the score."""
    asked = [place for place, question in enumerate(bank.questions) if question.id in chosen]
    exact = [float(points[place]) * 100 for place in asked]
    whole = [math.floor(one + 1e-9) for one in exact]
    left = round(score * 100) - sum(whole)
    by_remainder = sorted(range(len(asked)), key=lambda place: whole[place] - exact[place])
    for place in by_remainder[:left]:
        whole[place] += 1
    for place, hundredths in zip(asked, whole, strict=True):
        question = bank.questions[place]
        yield Evidence(question, chosen[question.id], hundredths / 100)


def _strongest(items: Sequence[Evidence]) -> Iterator[Evidence]:
    speaking = [item for item in items if item.points > 0]
    yield from sorted(speaking, key=lambda item: -item.points)[:EVIDENCE_MAX]
