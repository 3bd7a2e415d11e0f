"""What a language model may say in a rule's place: the same, and nothing that was added."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.coaching.checker import WORDS, refusal
from ai.coaching.placeholders import NUMBER, PLACEHOLDER, Wording, fill, replace_numbers

RULE = Wording(
    "Read the review, and hand in again what it asks you to change.",
    "Changes were requested on {1}, and no attempt makes them.",
)
FAITHFUL = Wording(
    "Please look at the review, and then hand in what it asks you to change.",
    "Since {1} changes are requested, and no attempt makes them so far.",
)
words_of_rule = st.sampled_from(FAITHFUL.text.split())
places = st.integers(0, len(FAITHFUL.text.split()))


def said(text: str) -> Wording:
    return FAITHFUL._replace(text=text)


def with_word(place: int, word: str) -> Wording:
    words = FAITHFUL.text.split()
    return said(" ".join([*words[:place], word, *words[place:]]))


def test_the_same_in_other_words_is_accepted() -> None:
    for wording in (RULE, FAITHFUL):
        assert refusal(RULE, wording, "en") is None


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "", "length"),
        ("en", "Read the review.\nHand in again.", "length"),
        ("en", "Read the review again. " * 20, "length"),
        ("en", "Read the review {1}.", "placeholder"),
        ("en", "Read the review, 2 parts of it.", "number"),
        ("en", "Read the review on Monday.", "number"),
        ("en", "Read the review, all three parts.", "number"),
        ("en", "Read the review at www.example.org.", "link"),
        ("en", "Read the review at example.org.", "link"),
        ("en", "Amina, read the review.", "name"),
        ("en", "Read the review of Amina.", "name"),
        ("en", "Read the review of \u0410\u043c\u0438\u043d\u0430.", "name"),
        ("en", "Read the review, and you will pass.", "claim"),
        ("en", "Read the review: that is guaranteed to help.", "claim"),
        ("en", "Read the review, it saves $.", "claim"),
        ("en", "Do not read the review.", "negation"),
        ("sw", "Soma tathmini, utafaulu.", "claim"),
        ("sw", "Soma tathmini mara tatu.", "number"),
        ("sw", "Soma tathmini ya Amina.", "name"),
        ("fr", "Lisez la revue, votre note sera bonne.", "claim"),
        ("fr", "Lisez la revue en mars.", "number"),
        ("fr", "Lisez la revue de Paul.", "name"),
    ],
)
def test_what_was_added_is_refused(language: str, text: str, expected: str) -> None:
    assert refusal(RULE, said(text), language) == expected


def test_a_placeholder_is_neither_lost_nor_repeated_nor_invented() -> None:
    for why in ("No attempt makes them.", "{1}, {1}: no attempt.", "{2}: no attempt.", "{} {1} no"):
        assert refusal(RULE, FAITHFUL._replace(why_now=why), "en") == "placeholder"


@given(places, st.integers(0, 10**6).map(str))
def test_no_number_comes_through(place: int, number: str) -> None:
    assert refusal(RULE, with_word(place, number), "en") is not None


@given(places, st.text(string.ascii_lowercase, min_size=2, max_size=9).map(str.capitalize))
def test_no_name_comes_through(place: int, name: str) -> None:
    known = {*WORDS["en"].openers, *RULE.text.lower().split(), "review"}
    if name.lower() not in known:
        assert refusal(RULE, with_word(place, name), "en") is not None


@given(places, st.sampled_from([*WORDS["en"].claims, *sorted(WORDS["en"].numbers)]))
def test_no_claim_and_no_numeral_comes_through(place: int, word: str) -> None:
    assert refusal(RULE, with_word(place, word), "en") is not None


@given(st.lists(st.integers(0, 10**9), max_size=5))
def test_numbers_are_taken_out_and_put_back(numbers: list[int]) -> None:
    why = f"It was 2026-06-10 12:30 UTC; {', then '.join(map(str, numbers))}."
    template, values = replace_numbers(Wording("Do it.", why))
    assert not NUMBER.search(PLACEHOLDER.sub("", template.why_now))
    assert len(PLACEHOLDER.findall(template.why_now)) == len(values) == len(numbers) + 2
    assert fill(template, values) == Wording("Do it.", why)


@pytest.mark.parametrize(
    ("original", "said"),
    [
        ("{1} of {2} items are left.", "{2} of {1} items are left."),
        ("Finish your draft, and hand it in.", "Finish your draft; you shouldn't hand it in."),
        (
            "Changes were requested on {1}, and no attempt makes them.",
            "Changes were not requested on {1}, and an attempt makes them: nothing is left.",
        ),
        ("Hand it in.", "Hand it in, and you will be hired."),
        ("Hand it in.", "Hand it in today."),
        ("Hand it in.", "Hand it in within seventeen minutes."),
    ],
)
def test_texts_that_turn_the_meaning_are_refused(original: str, said: str) -> None:
    rule = Wording(original, "It is due.")
    assert refusal(rule, Wording(said, "It is due."), "en") is not None
    assert refusal(rule, rule, "en") is None
