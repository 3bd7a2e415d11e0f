"""What two texts have in common."""

from hypothesis import given
from hypothesis import strategies as st

from core.submissions.similarity import SHINGLE, WINDOW, fingerprints, overlap, shingle_hashes

WORDS = [f"word{number}" for number in range(400)]
COPIED = "The attacker moved from the mail server to the file share by a stolen ticket"
OWN = " ".join(WORDS[:60])
WORD_LISTS = st.lists(st.sampled_from(WORDS), max_size=80)


def test_a_copied_passage_is_shown_as_the_text_has_it() -> None:
    text = f"{OWN}\n\n> {COPIED}.\n\n{' '.join(WORDS[60:90])}"
    other = f"Before it all: {COPIED.upper().replace(' ', chr(10))}! After it."
    found = overlap(text, other)
    assert found.passages == (COPIED,)
    assert 0 < found.percent < 20
    assert {*fingerprints(text)} & {*fingerprints(other)}


def test_equal_texts_overlap_whole() -> None:
    found = overlap(OWN, OWN.upper())
    assert (found.percent, found.passages) == (100, (OWN,))
    assert fingerprints(OWN) == fingerprints(OWN.upper())


def test_what_both_have_from_the_task_does_not_count() -> None:
    text = f"{COPIED} {OWN}"
    found = overlap(text, f"{COPIED} {' '.join(WORDS[200:260])}", COPIED)
    assert (found.percent, found.passages) == (0, ())
    assert {*fingerprints(COPIED)} <= shingle_hashes(COPIED)


def test_short_texts_have_no_fingerprints() -> None:
    assert fingerprints("five words are too few") == []
    assert overlap("too few", "too few").percent == 0
    assert len(fingerprints("six words are enough for one")) == 1


def test_letters_in_another_form_are_the_same() -> None:
    assert fingerprints("Un résumé de plus à lire ici") == fingerprints(
        "UN RÉSUMÉ de plus a\N{COMBINING GRAVE ACCENT} lire ici"
    )


@given(WORD_LISTS, WORD_LISTS, st.lists(st.sampled_from(WORDS), min_size=SHINGLE + WINDOW - 1))
def test_texts_that_share_a_long_passage_share_a_fingerprint(
    before: list[str], after: list[str], shared: list[str]
) -> None:
    one, other = " ".join([*before, *shared]), " ".join([*shared, *after])
    assert {*fingerprints(one)} & {*fingerprints(other)}
    assert overlap(one, other).percent > 0


@given(WORD_LISTS, WORD_LISTS)
def test_an_overlap_is_a_part_of_the_text(one: list[str], other: list[str]) -> None:
    text, found = " ".join(one), overlap(" ".join(one), " ".join(other))
    assert 0 <= found.percent <= 100
    assert all(passage in text for passage in found.passages)
    assert {*fingerprints(text)} <= shingle_hashes(text)
