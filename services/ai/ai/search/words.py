"""The terms of a text, as lexical search compares them: identifiers stay whole."""

import re
from collections.abc import Iterator

import Stemmer

from ai.search.folding import folded
from ai.search.glossary import EXPANSIONS, LONGEST_TERM
from ai.search.languages import STOP_WORDS

# An identifier, address, version or compound of several parts, such as cve-2024-3094, t1059.001,
# 443/tcp, 10.0.0.1 and multi-factor; else a name with signs: .net, c++, c#; else a word.
WORD = re.compile(
    r"[^\W_]+(?:[-./:_]:?[^\W_]+)+(?:\+\+|#)?"
    r"|(?<![^\W_])\.[a-z][a-z0-9]+"
    r"|[^\W_]+(?:\+\+|#)?"
)
SEPARATOR = re.compile(r"[-./:_]")
LETTER = re.compile(r"[^\W\d_]")
STEM = "~"
"""Before a stem, so that it is not taken for a word."""


def words(text: str) -> list[str]:
    """The words of a text in their order, without stop words. A compound is followed by those of
    its parts that have a letter, and whatever has a digit counts twice, so that a search for T1059
    finds T1059 before T1059.001."""
    found: list[str] = []
    for match in WORD.finditer(folded(text)):
        whole = match.group()
        found += [whole, whole] if any(map(str.isdigit, whole)) else [whole]
        if SEPARATOR.search(whole):
            found += [part for part in SEPARATOR.split(whole) if LETTER.search(part)]
    return [word for word in found if word not in STOP_WORDS]


def document_terms(title: str, text: str) -> list[str]:
    """The terms of an item; those of its title, which `text` has as well, count twice."""
    found = [*words(title), *words(text)]
    return [*found, *_stems(found)]


def query_terms(text: str) -> list[str]:
    """The terms of a query with its expansions. A word weighs twice as much as its stem, so that
    the exact form is found first."""
    found = words(with_expansions(text))
    others = [word for word in found if not word.isalpha()]
    return [*found, *found, *others, *_stems(found)]


def with_expansions(text: str) -> str:
    """The text, followed by its expansions."""
    return " ".join([text, *expansions(text)])


def expansions(text: str) -> Iterator[str]:
    """The long forms of a text's acronyms, and the English for its terms of other languages."""
    plain = [word.strip(".,;:!?\"'()") for word in folded(text).replace("\u2019", "'").split()]
    plain = [part for word in plain for part in re.split(r"(?<=^[dl])'", word) if part]
    for start in range(len(plain)):
        for end in range(min(len(plain), start + LONGEST_TERM), start, -1):
            if long_form := EXPANSIONS.get(" ".join(plain[start:end])):
                yield long_form
                break


def _stems(found: list[str]) -> list[str]:
    # A stemmer must not be shared between threads.
    plain = [word for word in found if word.isalpha()]
    return [STEM + stem for stem in Stemmer.Stemmer("english").stemWords(plain)]
