"""Which questions are asked: the required ones, then those that tell the two leaders apart."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai.profiling.bank import Question, bank
from ai.profiling.item_selection import FLOOR_POINTS, select_items
from ai.profiling.scoring import Z_HIGH, profile
from ongoza_contracts.vocabulary import Track

BANK = bank()
REQUIRED = BANK.questions[:12]
responses = st.fixed_dictionaries(
    {q.id: st.sampled_from([option.id for option in q.options]) for q in BANK.questions}
)


def best(question: Question, track: Track) -> str:
    return max(question.options, key=lambda option: option.load(track)).id


def between(first: Track, second: Track, questions: tuple[Question, ...]) -> dict[str, str]:
    """Answers that speak for the two in turn."""
    return {q.id: best(q, (first, second)[turn % 2]) for turn, q in enumerate(questions)}


def information(question: Question, scores: dict[Track, float], pair: tuple[Track, Track]) -> float:
    """The formula once more, in the plainest words."""
    total = sum(score + FLOOR_POINTS for score in scores.values())
    told = 0.0
    for option in question.options:
        likely = sum((scores[t] + FLOOR_POINTS) / total * option.load(t) / 4 for t in Track)
        told += ((option.load(pair[0]) - option.load(pair[1])) / 4) ** 2 / likely
    return BANK.weight(question) * told


def test_the_required_questions_come_first_in_their_order() -> None:
    answers: dict[str, str] = {}
    for question in REQUIRED:
        assert select_items(BANK, answers).following == question
        answers[question.id] = "a"


@pytest.mark.parametrize("track", Track)
def test_when_the_lead_is_clear_nothing_more_is_asked(track: Track) -> None:
    found = select_items(BANK, {q.id: best(q, track) for q in REQUIRED})
    assert (len(found.answers), found.following) == (12, None)


def test_the_question_that_tells_most_about_the_two_leaders_is_asked_next() -> None:
    answers = between(Track.BUILDERS, Track.EDUCATORS, REQUIRED)
    while following := select_items(BANK, answers).following:
        found = profile(BANK, answers)
        assert found.z < Z_HIGH
        pair = (found.primary, found.secondary[0])
        told = {
            q.id: information(q, found.scores, pair) for q in BANK.questions if q.id not in answers
        }
        assert told[following.id] == pytest.approx(max(told.values()), abs=1e-8)
        turn = len(answers) % 2
        answers[following.id] = best(following, (Track.EDUCATORS, Track.BUILDERS)[turn])
    assert len(answers) == 20


@settings(max_examples=60, deadline=None)
@given(responses, st.randoms(use_true_random=False))
def test_twelve_to_twenty_count_whoever_answers_and_in_whatever_order(
    answers: dict[str, str], chance: random.Random
) -> None:
    found = select_items(BANK, answers)
    turned = list(answers.items())
    chance.shuffle(turned)
    assert select_items(BANK, dict(turned)) == found
    assert 12 <= len(found.answers) <= 20
    assert found.following is None


@settings(max_examples=60, deadline=None)
@given(responses)
def test_answers_sent_all_at_once_count_as_if_they_had_been_asked_for_one_by_one(
    answers: dict[str, str],
) -> None:
    one_by_one: dict[str, str] = {}
    while following := select_items(BANK, one_by_one).following:
        one_by_one[following.id] = answers[following.id]
    assert select_items(BANK, answers).answers == one_by_one


def test_an_answer_to_a_question_that_is_not_asked_does_not_count() -> None:
    clear = {q.id: best(q, Track.LEADERS) for q in REQUIRED}
    more = {q.id: best(q, Track.BUILDERS) for q in BANK.questions[12:]}
    assert select_items(BANK, {**clear, **more}).answers == clear


def test_an_answer_given_anew_may_open_the_session_again() -> None:
    answers = {q.id: best(q, Track.LEADERS) for q in REQUIRED}
    assert select_items(BANK, answers).following is None
    answers |= {q.id: best(q, Track.BUILDERS) for q in REQUIRED[:6]}
    assert select_items(BANK, answers).following in BANK.questions[12:]


def test_the_first_version_is_asked_from_beginning_to_end() -> None:
    old = bank("v1")
    answers = {q.id: best(q, Track.LEADERS) for q in old.questions[:15]}
    assert select_items(old, answers).following == old.questions[15]
    answers[old.questions[15].id] = "a"
    assert (select_items(old, answers).answers, select_items(old, answers).following) == (
        answers,
        None,
    )
