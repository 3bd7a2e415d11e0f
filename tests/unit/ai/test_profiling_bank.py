"""The question banks: fair by construction, and fit to be published."""

from collections import Counter
from itertools import permutations

import pytest

from ai.profiling.bank import CURRENT, VERSIONS, Bank, Option, Question, bank
from ai.profiling.scoring import profile
from ai.profiling.tracks import TRACKS
from ongoza_contracts.vocabulary import Track

each_bank = pytest.mark.parametrize("asked", [bank(version) for version in sorted(VERSIONS)])
REQUIRED = bank().questions[: bank().required]


def first_and_second(option: Option) -> tuple[Track, Track]:
    first, second = sorted(option.loads, key=option.load, reverse=True)
    return first, second


def pairs(questions: tuple[Question, ...]) -> Counter[tuple[Track, Track]]:
    return Counter(first_and_second(option) for asked in questions for option in asked.options)


@each_bank
def test_the_categories_have_the_weights_of_the_architecture(asked: Bank) -> None:
    assert {one.key: one.weight for one in asked.categories} == {
        "technical_aptitude": 1.2,
        "problem_solving_style": 1.1,
        "scenario_preferences": 1.0,
        "work_style": 0.9,
    }


@pytest.mark.parametrize(("version", "each"), [("v1", 4), ("v2", 9)])
def test_each_category_has_as_many_questions_of_five_options(version: str, each: int) -> None:
    asked = bank(version)
    counts = Counter(question.category for question in asked.questions)
    assert counts == dict.fromkeys((one.key for one in asked.categories), each)
    assert {len(question.options) for question in asked.questions} == {5}


def test_the_questions_everybody_is_asked_are_three_of_each_category() -> None:
    keys = [one.key for one in bank().categories]
    assert [question.category for question in REQUIRED] == keys * 3


@each_bank
def test_no_question_favours_a_track(asked: Bank) -> None:
    for question in asked.questions:
        for track in Track:
            loads = sorted(option.load(track) for option in question.options)
            assert loads == [0, 0, 0, 1, 3], (question.id, track)


def test_no_track_lives_on_another_ones_answers_more_than_any_other_does() -> None:
    every = list(permutations(Track, 2))
    assert pairs(bank().questions) == dict.fromkeys(every, 9)
    assert pairs(REQUIRED) == dict.fromkeys(every, 3)


@each_bank
@pytest.mark.parametrize("track", Track)
def test_every_track_reaches_100_and_0(asked: Bank, track: Track) -> None:
    def turned(best: bool) -> dict[str, str]:
        choose = max if best else min
        return {
            q.id: choose(q.options, key=lambda one: one.load(track)).id for q in asked.questions
        }

    assert profile(asked, turned(best=True)).scores[track] == 100.0
    assert profile(asked, turned(best=False)).scores[track] == 0.0


@each_bank
def test_no_position_among_the_options_belongs_to_a_track(asked: Bank) -> None:
    for place in range(5):
        main = Counter(first_and_second(question.options[place])[0] for question in asked.questions)
        most = len(asked.questions) // 4
        assert max(main.values()) <= most, f"option {place} leads to one track too often"


def test_who_always_takes_one_tracks_option_does_not_take_one_position() -> None:
    for track in Track:
        places = Counter(
            max(range(5), key=lambda place, asked=asked: asked.options[place].load(track))  # type: ignore[misc]
            for asked in REQUIRED
        )
        assert max(places.values()) <= 3


@each_bank
def test_ids_are_unique_and_texts_are_not_repeated(asked: Bank) -> None:
    ids = [question.id for question in asked.questions]
    assert len(set(ids)) == len(ids)
    for question in asked.questions:
        assert [option.id for option in question.options] == ["a", "b", "c", "d", "e"]
    texts = [option.text for question in asked.questions for option in question.options]
    shows = [option.shows for question in asked.questions for option in question.options]
    assert len(set(texts)) == len(texts)
    assert len(set(shows)) == len(shows)


def test_no_question_is_in_two_versions() -> None:
    ids = [question.id for version in VERSIONS for question in bank(version).questions]
    assert len(set(ids)) == len(ids) == 16 + 36


def test_no_track_has_the_longer_answers() -> None:
    lengths = dict.fromkeys(Track, 0)
    for question in bank().questions:
        for option in question.options:
            lengths[first_and_second(option)[0]] += len(option.text)
    mean = sum(lengths.values()) / len(lengths)
    assert max(abs(length - mean) for length in lengths.values()) < 0.05 * mean


def test_a_session_asks_twelve_to_twenty_questions() -> None:
    assert (bank("v2").required, bank("v2").limit) == (12, 20)
    assert (bank("v1").required, bank("v1").limit) == (12, 16)


def test_every_version_loads_and_others_do_not() -> None:
    assert CURRENT in VERSIONS
    assert {bank(version).version for version in VERSIONS} == VERSIONS
    with pytest.raises(KeyError):
        bank("../secrets")


def test_every_track_is_described() -> None:
    assert set(TRACKS) == set(Track)
    for info in TRACKS.values():
        assert len(info.focus) == len(info.careers) == 3
