"""From answers to tracks, by hand-computed cases and by properties."""

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.profiling.bank import Bank, Category, Option, Question, bank
from ai.profiling.scoring import confidence, profile
from ongoza_contracts.vocabulary import Confidence, Track

BANK = bank()


def best_for(track: Track, questions: tuple[Question, ...] = BANK.questions) -> dict[str, str]:
    return {q.id: max(q.options, key=lambda option: option.load(track)).id for q in questions}


def worst_for(track: Track, questions: tuple[Question, ...] = BANK.questions) -> dict[str, str]:
    return {q.id: min(q.options, key=lambda option: option.load(track)).id for q in questions}


def answered(questions: list[Question]) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries(
        {q.id: st.sampled_from([option.id for option in q.options]) for q in questions}
    )


subsets = st.lists(
    st.sampled_from(BANK.questions), min_size=BANK.required, unique_by=lambda q: q.id
)
answer_sheets = subsets.flatmap(answered)


def small_question(
    name: str, category: str, first: dict[Track, int], second: dict[Track, int]
) -> Question:
    options = (
        Option(id="x", text="x", shows="x", loads=first),
        Option(id="y", text="y", shows="y", loads=second),
        Option(id="z", text="z", shows="z", loads={}),
        Option(id="n", text="n", shows="n", loads={}),
    )
    return Question(id=name, category=category, text=name, options=options)


SMALL_BANK = Bank(
    version="v0",
    required=12,
    categories=(
        Category(key="heavy", name="h", description="h", weight=2),
        Category(key="light", name="l", description="l", weight=1),
    ),
    questions=(
        small_question("q1", "heavy", {Track.BUILDERS: 3}, {Track.LEADERS: 1}),
        small_question("q2", "light", {Track.BUILDERS: 1}, {Track.LEADERS: 2}),
    ),
)


def test_a_case_computed_by_hand() -> None:
    # Two questions with the weights 2 and 1. Builders: 2*3 of 2*3 + 1*1, which is 600/7;
    # leaders: 1*2 of 2*1 + 1*2, which is 50.
    found = profile(SMALL_BANK, {"q1": "x", "q2": "y"})
    assert found.scores == {
        Track.BUILDERS: 85.71,
        Track.LEADERS: 50.0,
        Track.ENTREPRENEURS: 0.0,
        Track.RESEARCHERS: 0.0,
        Track.EDUCATORS: 0.0,
    }
    assert (found.primary, found.secondary) == (Track.BUILDERS, (Track.LEADERS,))
    # Builders: off their mean by 600/49 and -600/49 points, twice the squares is the scatter seen;
    # random answers have (6.75 + 0.1875) * (100/7)^2, counted four times over 1 + 4.
    builders = (2 * 2 * (600 / 49) ** 2 + 4 * 6.9375 * (100 / 7) ** 2) / 5
    assert found.errors[Track.BUILDERS] == pytest.approx(math.sqrt(builders), abs=0.005)
    # Leaders: 0 and 50 where 25 each is the mean; random answers: (0.75 + 0.75) * 25^2.
    leaders = (2 * 2 * 25**2 + 4 * 1.5 * 25**2) / 5
    assert found.errors[Track.LEADERS] == pytest.approx(math.sqrt(leaders), abs=0.005)
    # Together: the scatter seen is 600/49 against -25, twice; at random the two exclude each other,
    # which is -1.5 * 0.5 and -0.25 * 0.5, in points of 100/7 and of 25.
    both = (2 * 2 * (600 / 49) * -25 + 4 * -0.875 * (100 / 7) * 25) / 5
    sem = 1.2 * math.sqrt((builders + leaders - 2 * both) / 2)
    assert found.sem == pytest.approx(sem, abs=0.0005)
    assert found.z == pytest.approx((85.71 - 50) / (sem * math.sqrt(2)), abs=0.0005)


@given(st.sampled_from(Track), subsets)
def test_every_track_reaches_exactly_100_whatever_was_answered(
    track: Track, questions: list[Question]
) -> None:
    found = profile(BANK, best_for(track, tuple(questions)))
    assert found.scores[track] == 100.0
    assert found.primary == track
    assert found.confidence == Confidence.HIGH


@given(st.sampled_from(Track), subsets)
def test_every_track_reaches_exactly_0_whatever_was_answered(
    track: Track, questions: list[Question]
) -> None:
    assert profile(BANK, worst_for(track, tuple(questions))).scores[track] == 0.0


@given(answer_sheets)
def test_scores_lie_between_0_and_100_and_order_the_tracks(answers: dict[str, str]) -> None:
    found = profile(BANK, answers)
    assert set(found.scores) == set(Track)
    assert all(0 <= score <= 100 for score in found.scores.values())
    assert found.scores[found.primary] == max(found.scores.values())
    placed = [found.scores[track] for track in (found.primary, *found.secondary)]
    assert placed == sorted(placed, reverse=True)
    assert found.primary not in found.secondary


@given(answer_sheets)
def test_the_same_answers_in_any_order_give_the_same_profile(answers: dict[str, str]) -> None:
    turned = dict(reversed(answers.items()))
    assert profile(BANK, answers) == profile(BANK, turned)


@given(answer_sheets, st.sampled_from(Track))
def test_an_answer_that_loads_more_on_a_track_never_lowers_it(
    answers: dict[str, str], track: Track
) -> None:
    better = {**answers, next(iter(answers)): best_for(track)[next(iter(answers))]}
    assert profile(BANK, better).scores[track] >= profile(BANK, answers).scores[track]


@given(answer_sheets)
def test_reasons_are_answers_that_were_given_and_that_count(answers: dict[str, str]) -> None:
    found = profile(BANK, answers)
    for track, reasons in found.evidence.items():
        points = [reason.points for reason in reasons]
        assert points == sorted(points, reverse=True)
        for reason in reasons:
            assert answers[reason.question.id] == reason.option.id
            assert reason.option.load(track) > 0
            assert reason.points > 0


def test_answers_to_unknown_questions_change_nothing() -> None:
    answers = best_for(Track.EDUCATORS)
    odd = {**answers, "no-such-question": "a"}
    assert profile(BANK, odd) == profile(BANK, answers)


def test_no_answers_have_no_profile() -> None:
    with pytest.raises(ValueError, match="no answer"):
        profile(BANK, {"no-such-question": "a"})


def test_answers_shared_evenly_by_two_tracks_are_a_matter_of_low_confidence() -> None:
    half = len(BANK.questions) // 2
    answers = best_for(Track.BUILDERS, BANK.questions[::2])
    answers |= best_for(Track.LEADERS, BANK.questions[1::2])
    assert len(answers) == 2 * half
    found = profile(BANK, answers)
    assert {found.primary, found.secondary[0]} == {Track.BUILDERS, Track.LEADERS}
    assert found.confidence == Confidence.LOW


@pytest.mark.slow
def test_chance_favours_no_track_and_is_seldom_confident() -> None:
    chance = random.Random(20261123)  # noqa: S311 - invented answers, the same every time
    responses = [{q.id: chance.choice(q.options).id for q in BANK.questions} for _ in range(4000)]
    found = [profile(BANK, response) for response in responses]
    for track in Track:
        mean = sum(one.scores[track] for one in found) / len(found)
        assert mean == pytest.approx(100 * 4 / 5 / 3, abs=1.0)
    primary = Counter(one.primary for one in found)
    assert min(primary.values()) > 0.16 * len(found)
    high = sum(one.confidence == Confidence.HIGH for one in found)
    assert high < 0.10 * len(found)


@given(answer_sheets)
def test_what_the_answers_contribute_sums_to_every_score_exactly(answers: dict[str, str]) -> None:
    found = profile(BANK, answers)
    for track, items in found.contributions.items():
        assert [item.question.id for item in items] == [
            question.id for question in BANK.questions if question.id in answers
        ]
        hundredths = sum(round(item.points * 100) for item in items)
        assert hundredths == round(found.scores[track] * 100)
        assert all(item.points >= 0 for item in items)


@given(answer_sheets)
def test_confidence_is_read_from_the_lead_in_standard_errors(answers: dict[str, str]) -> None:
    found = profile(BANK, answers)
    first, second, *_ = sorted(found.scores.values(), reverse=True)
    assert found.z == pytest.approx((first - second) / (found.sem * math.sqrt(2)), abs=1e-4)
    assert all(error > 0 for error in found.errors.values())
    wanted = "high" if found.z >= 1.645 else "medium" if found.z >= 1.0 else "low"
    assert found.confidence == wanted


@pytest.mark.parametrize(
    ("z", "level"),
    [(0, "low"), (0.9999, "low"), (1.0, "medium"), (1.6449, "medium"), (1.645, "high")],
)
def test_the_levels_begin_at_their_thresholds(z: float, level: str) -> None:
    assert confidence(z) == level


def tie() -> dict[str, str]:
    """Two questions of one category: one for builders, one for leaders, without second loads."""
    heavy = [q for q in BANK.questions if q.category == "work_style"]
    for one in heavy:
        for other in heavy:
            answers = {
                one.id: best_for(Track.BUILDERS, (one,))[one.id],
                other.id: best_for(Track.LEADERS, (other,))[other.id],
            }
            scores = profile(BANK, answers).scores
            if one is not other and scores[Track.BUILDERS] == scores[Track.LEADERS]:
                return answers
    raise AssertionError("no two such questions")


def test_a_tie_is_said_to_be_one_and_is_a_matter_of_low_confidence() -> None:
    found = profile(BANK, tie())
    assert found.tied == (Track.BUILDERS, Track.LEADERS)
    assert (found.z, found.confidence) == (0.0, Confidence.LOW)
    assert {found.primary, found.secondary[0]} == set(found.tied)


def test_a_leader_without_equals_is_no_tie() -> None:
    assert profile(BANK, best_for(Track.EDUCATORS)).tied == ()


def test_lots_are_drawn_from_the_answers_and_favour_no_track() -> None:
    # Whoever loads nothing on any track ties all five; shifting one option shifts the lot.
    blank = Question(
        id="q",
        category="work_style",
        text="q",
        options=tuple(Option(id=one, text=one, shows=one, loads={}) for one in "abcde"),
    )
    small = Bank(version="v0", required=12, categories=BANK.categories, questions=(blank,))
    named = [profile(small, {"q": option}).primary for option in "abcde"]
    assert set(named) == set(Track)
