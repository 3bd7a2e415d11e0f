"""Adaptive item selection: which question is asked next. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ai.profiling.bank import Bank, Question
from ai.profiling.matrix import Floats, Ints, Matrix
from ai.profiling.scoring import (
    UNANSWERED,
    Z_HIGH,
    ScoredResponses,
    response_vector,
    score_responses,
)

FLOOR_POINTS = 5.0
"""Added to every score before it counts as an inclination, so that no option has probability 0."""
NOTHING = -1


@dataclass(frozen=True, slots=True)
class SelectedItems:
    answers: dict[str, str]
    """Option id by question id: the answers that count."""
    following: Question | None
    """The next question; None when the lead is clear or the limit is reached."""


def select_items(bank: Bank, answers: Mapping[str, str]) -> SelectedItems:
    """The answers that count, and the next question.

    Clients may send answers to questions that were not asked, for example all at once. An answer
    counts when its question would have been asked: the first required ones in the order of the
    bank, then as long as the next question is answered. So learners cannot choose the questions
    that decide, and the order of arrival does not matter.
    """
    known = {question_id: option.id for question_id, option in bank.known(answers).items()}
    if bank.most is None:
        return SelectedItems(known, next_question(bank, known))
    counting = dict(islice(known.items(), bank.required))
    following = next_question(bank, counting)
    while following and following.id in known:
        counting[following.id] = known[following.id]
        following = next_question(bank, counting)
    return SelectedItems(counting, following)


def next_question(bank: Bank, answers: Mapping[str, str]) -> Question | None:
    place = next_places(bank, response_vector(bank, answers))[0]
    return None if place == NOTHING else bank.questions[place]


def next_places(bank: Bank, responses: Ints) -> Ints:
    """For each row of answers the position in the bank of the next question, or NOTHING.

    First the required ones, in the order of the bank. Then, until the lead of the first track over
    the second is worth high confidence or the limit is reached, the question with most
    information about these two. A bank without limit is asked in its order.
    """
    open_ = responses == UNANSWERED
    in_order = np.where(open_.any(axis=1), open_.argmax(axis=1), NOTHING)
    if bank.most is None:
        return in_order
    given = (~open_).sum(axis=1)
    places: Ints = np.where(given < bank.required, in_order, NOTHING)
    more = np.flatnonzero((given >= bank.required) & (given < bank.most) & open_.any(axis=1))
    if len(more):
        found = score_responses(bank.matrix, responses[more])
        expected = np.where(open_[more], information(bank.matrix, found), -1.0)
        places[more] = np.where(found.z < Z_HIGH, expected.argmax(axis=1), NOTHING)
    return places


def information(matrix: Matrix, found: ScoredResponses) -> Floats:
    """[response, question] the information of an answer about the two leading tracks, 0 and up.

    With p(o, t) the choice probability of option o for track t, the learner chooses option o with
    P(o) = sum over t of inclination(t) * p(o, t), where the inclinations are the scores, made to
    sum to 1. Then

        weight * sum over o of (p(o, first) - p(o, second))^2 / P(o)

    is the Fisher information of one answer about the two tracks' inclinations, weighted like the
    category in the score. It is rounded, so that equals are equal on every machine.
    """
    raised = found.scores + FLOOR_POINTS
    inclined = raised / raised.sum(axis=1, keepdims=True)
    likely = np.einsum("nt,qot->nqo", inclined, matrix.choice_probability)
    first = matrix.choice_probability[:, :, found.ranking[:, 0]].transpose(2, 0, 1)
    second = matrix.choice_probability[:, :, found.ranking[:, 1]].transpose(2, 0, 1)
    apart = np.divide((first - second) ** 2, likely, out=np.zeros_like(likely), where=likely > 0)
    found_out: Floats = (matrix.weight * apart.sum(axis=2)).round(9)
    return found_out
