"""Texts that a pattern allows, of a length that matters."""

import re
import warnings
from collections.abc import Callable
from functools import cache
from math import ceil

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample


class Text(str):
    """Stands for every text of its pattern and format, or for any text at all."""

    pattern: str | None
    form: str | None
    """What JSON Schema calls its format."""

    def __new__(cls, text: str, *, pattern: str | None = None, form: str | None = None) -> "Text":
        made = super().__new__(cls, text)
        made.pattern, made.form = pattern, form
        return made


@cache
def text_of(pattern: str, least: int = 0, most: int | None = None) -> str | None:
    """One with `least` to `most` characters; None when the pattern seems to allow none."""
    shortest = _found(pattern, 0, None)
    if shortest is None or _fits(shortest, pattern, least, most):
        return shortest
    return _repeated(shortest, pattern, least, most) or _found(pattern, least, most)


@cache
def text_outside(pattern: str, other: str) -> str | None:
    """One of `pattern` that `other` does not allow; None when none is found."""
    return _search(pattern, lambda text: re.search(other, text) is None)


def _fits(text: str, pattern: str, least: int, most: int | None) -> bool:
    within = least <= len(text) and (most is None or len(text) <= most)
    return within and re.search(pattern, text) is not None and not text.endswith("\n")


def _repeated(text: str, pattern: str, least: int, most: int | None) -> str | None:
    """With some part of it as often as it takes: chance finds no long texts."""
    for end in range(1, len(text) + 1):
        for start in range(end):
            part = text[start:end]
            times = ceil((least - len(text)) / len(part))
            longer = text[:end] + part * times + text[end:]
            if _fits(longer, pattern, least, most):
                return longer
    return None


def _found(pattern: str, least: int, most: int | None) -> str | None:
    return _search(pattern, lambda text: _fits(text, pattern, least, most))


def _search(pattern: str, wanted: Callable[[str], bool]) -> str | None:
    """By the library that makes tests' examples; deterministic."""
    calm = settings(
        phases=[Phase.generate, Phase.shrink],
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    texts = st.from_regex(pattern, fullmatch=True).filter(lambda text: not text.endswith("\n"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return find(texts, wanted, settings=calm)
        except NoSuchExample:
            return None
