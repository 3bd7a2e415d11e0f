"""How much a result hangs on single answers, checked by trying."""

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai.profiling.bank import Bank, bank
from ai.profiling.explaining import changes, stability
from ai.profiling.scoring import profile
from ongoza_contracts.vocabulary import Track

BANK = bank()
responses = st.fixed_dictionaries(
    {
        q.id: st.sampled_from([option.id for option in q.options])
        for q in BANK.questions[: BANK.required]
    }
)


@settings(max_examples=40, deadline=None)
@given(responses)
def test_stability_is_what_leaving_out_each_answer_gives(answers: dict[str, str]) -> None:
    found = profile(BANK, answers)
    seen = stability(BANK, answers, found)
    overturned = {}
    for left_out in answers:
        rest = profile(BANK, {key: value for key, value in answers.items() if key != left_out})
        if rest.scores[found.primary] < max(rest.scores.values()):
            overturned[left_out] = rest.primary
    assert {question.id: track for question, track in seen.overturning} == overturned
    assert (seen.kept, seen.of) == (12 - len(overturned), 12)


def test_a_clear_result_hangs_on_no_answer() -> None:
    answers = {
        q.id: max(q.options, key=lambda one: one.load(Track.LEADERS)).id
        for q in BANK.questions[:12]
    }
    assert stability(BANK, answers, profile(BANK, answers)).kept == 12


def test_one_answer_alone_has_nothing_to_be_stable_against() -> None:
    answers = {BANK.questions[0].id: "a"}
    assert stability(BANK, answers, profile(BANK, answers)).of == 0


@settings(max_examples=40, deadline=None)
@given(responses)
def test_the_changes_named_put_each_other_track_first(answers: dict[str, str]) -> None:
    found = profile(BANK, answers)
    ways = changes(BANK, answers, found)
    assert {way.track for way in ways} == set(Track) - {found.primary}
    counts = [len(way.answers) for way in ways]
    assert counts == sorted(counts)
    for way in ways:
        turned = {question.id: option.id for question, option in way.answers}
        assert all(answers[question_id] != turned[question_id] for question_id in turned)
        after = profile(BANK, {**answers, **turned})
        assert (after.primary, after.tied) == (way.track, ())
        *fewer, _ = turned
        before_last = profile(BANK, {**answers, **{key: turned[key] for key in fewer}})
        assert before_last.scores[way.track] <= max(
            score for track, score in before_last.scores.items() if track != way.track
        )


@pytest.mark.parametrize("seed", range(8))
def test_no_smaller_number_of_changes_puts_the_track_before_the_first(seed: int) -> None:
    few = BANK.questions[:5]
    answers = {q.id: q.options[(seed + place * place) % 5].id for place, q in enumerate(few)}
    found = profile(BANK, answers)
    for way in changes(BANK, answers, found):
        for case in _turned(BANK, answers, len(way.answers) - 1):
            scores = profile(BANK, case).scores
            assert not (
                scores[way.track] > scores[found.primary]
                and scores[way.track] == max(scores.values())
                and list(scores.values()).count(scores[way.track]) == 1
            )


def _turned(asked: Bank, answers: dict[str, str], count: int) -> list[dict[str, str]]:
    """Every way of giving `count` answers otherwise."""
    return [
        {**answers, **dict(zip(which, options, strict=True))}
        for which in combinations(answers, count)
        for options in product("abcde", repeat=count)
    ]
