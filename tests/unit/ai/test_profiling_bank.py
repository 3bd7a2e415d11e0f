"""The question bank: fair by construction, and fit to be published."""

from collections import Counter

import pytest

from ai.profiling.bank import CURRENT, VERSIONS, Bank, bank
from ai.profiling.tracks import TRACKS
from ongoza_contracts.vocabulary import Track


@pytest.fixture
def current() -> Bank:
    return bank(CURRENT)


def test_the_categories_have_the_weights_of_the_architecture(current: Bank) -> None:
    assert {one.key: one.weight for one in current.categories} == {
        "technical_aptitude": 1.2,
        "problem_solving_style": 1.1,
        "scenario_preferences": 1.0,
        "work_style": 0.9,
    }


def test_each_category_has_four_questions_of_five_options(current: Bank) -> None:
    asked = Counter(question.category for question in current.questions)
    assert asked == dict.fromkeys((one.key for one in current.categories), 4)
    assert {len(question.options) for question in current.questions} == {5}


def test_no_question_favours_a_track(current: Bank) -> None:
    for question in current.questions:
        for track in Track:
            loads = sorted(option.load(track) for option in question.options)
            assert loads == [0, 0, 0, 1, 3], (question.id, track)


def test_no_position_among_the_options_belongs_to_a_track(current: Bank) -> None:
    for place in range(5):
        main = Counter(
            max(question.options[place].loads, key=question.options[place].load)
            for question in current.questions
        )
        assert max(main.values()) <= 4, f"option {place} leads to one track too often"


def test_ids_are_unique_and_texts_are_not_repeated(current: Bank) -> None:
    ids = [question.id for question in current.questions]
    assert len(set(ids)) == len(ids)
    for question in current.questions:
        assert [option.id for option in question.options] == ["a", "b", "c", "d", "e"]
    texts = [option.text for question in current.questions for option in question.options]
    shows = [option.shows for question in current.questions for option in question.options]
    assert len(set(texts)) == len(texts)
    assert len(set(shows)) == len(shows)


def test_a_result_needs_at_least_twelve_answers(current: Bank) -> None:
    assert 12 <= current.required <= len(current.questions)


def test_every_version_loads_and_others_do_not() -> None:
    assert {bank(version).version for version in VERSIONS} == VERSIONS
    with pytest.raises(KeyError):
        bank("../secrets")


def test_every_track_is_described() -> None:
    assert set(TRACKS) == set(Track)
    for info in TRACKS.values():
        assert len(info.focus) == len(info.careers) == 3
