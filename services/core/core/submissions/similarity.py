"""What two texts have in common, by winnowing (Schleimer, Wilkerson and Aiken 2003).

A fingerprint is the hash of SHINGLE words in a row. Of each WINDOW consecutive ones the smallest is
stored, so that two texts that share a run of SHINGLE + WINDOW - 1 words share a fingerprint.
Nothing here reads or writes rows.
"""

import hashlib
import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SHINGLE = 6
"""Words."""
WINDOW = 5
PASSAGES_MAX = 20
_WORD = re.compile(r"(?:\w[\u0300-\u036f]*)+")
"""Letters may have their accents as characters of their own."""


@dataclass(frozen=True)
class Overlap:
    """The part of a text that another text has too."""

    percent: int
    """Of the text's runs of SHINGLE words."""
    passages: tuple[str, ...]
    """As the text has them, in its order; at most PASSAGES_MAX."""


def fingerprints(text: str) -> list[int]:
    """Sorted, each once; none for a text of less than SHINGLE words."""
    hashes = [_hash(shingle) for shingle in _shingles(_words(text))]
    if not hashes:
        return []
    return sorted({*_minima(hashes, min(WINDOW, len(hashes)))})


def shingle_hashes(text: str) -> set[int]:
    """The hashes from which fingerprints are chosen."""
    return {*map(_hash, _shingles(_words(text)))}


def overlap(text: str, other: str, given: str = "") -> Overlap:
    """What `text` shares with `other` and does not have from `given`, such as the task of both."""
    spans = [*_WORD.finditer(text)]
    shingles = [*_shingles([_normalized(one[0]) for one in spans])]
    ignored = {*_shingles(_words(given))}
    own = [position for position, one in enumerate(shingles) if one not in ignored]
    shared = {*_shingles(_words(other))}
    found = [position for position in own if shingles[position] in shared]
    passages = tuple(
        text[spans[first].start() : spans[last].end()] for first, last in _ranges(found)
    )
    percent = 100 * len(found) // len(own) if own else 0
    return Overlap(percent, passages[:PASSAGES_MAX])


def _words(text: str) -> list[str]:
    return [_normalized(word) for word in _WORD.findall(text)]


def _normalized(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


def _shingles(words: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(SHINGLE)), strict=False)


def _hash(shingle: tuple[str, ...]) -> int:
    """A signed number of 64 bits, the same in every process."""
    digest = hashlib.blake2b(" ".join(shingle).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _minima(hashes: list[int], width: int) -> Iterator[int]:
    """The smallest number of each `width` consecutive ones."""
    smallest_last: deque[int] = deque()
    """Positions in the window whose numbers are smaller than all after them."""
    for position, value in enumerate(hashes):
        while smallest_last and hashes[smallest_last[-1]] >= value:
            smallest_last.pop()
        smallest_last.append(position)
        if smallest_last[0] <= position - width:
            smallest_last.popleft()
        if position >= width - 1:
            yield hashes[smallest_last[0]]


def _ranges(positions: Iterable[int]) -> list[tuple[int, int]]:
    """The first and last word of each run of shingles that touch or overlap."""
    runs: list[tuple[int, int]] = []
    for position in positions:
        last = position + SHINGLE - 1
        if runs and position <= runs[-1][1] + 1:
            runs[-1] = runs[-1][0], last
        else:
            runs.append((position, last))
    return runs
