"""Skills as people write them (`C++`, `.NET`, `réseau`) and the slugs they are found by. Pure."""

import re
import unicodedata

SLUG_MAX = 64
LABEL_MAX = 64
_WORDS = {"+": " plus ", "#": " sharp ", "\u266f": " sharp ", "&": " and "}
_LETTERS = {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "\u0131": "i"}
_TRANSLITERATION = str.maketrans({**_WORDS, **_LETTERS})
_LEADING_DOT = re.compile(r"(?<![a-z0-9])\.(?=[a-z0-9])")
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")
_SEPARATORS = {"-", "_", "."}


class NotASkill(ValueError):
    """The text has no slug. Its message says why."""


def skill_label(text: str) -> str:
    """The text in NFC with single spaces. NFC can be longer than the text."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def skill_slug(text: str) -> str:
    """`c-plus-plus` for `C++`, `dotnet` for `.NET`, `reseau` for `réseau`. A slug stays itself.

    Raises NotASkill for a text with letters or digits of another script, one without any, and one
    whose label or slug is too long.
    """
    if len(skill_label(text)) > LABEL_MAX:
        raise NotASkill(f"A skill has at most {LABEL_MAX} characters in Unicode's form NFC.")
    latin = _without_accents(text).translate(_TRANSLITERATION)
    if any(letter.isalnum() and not letter.isascii() for letter in latin):
        raise NotASkill("Write a skill with Latin letters and the digits 0 to 9.")
    spelled = _LEADING_DOT.sub("dot", latin)
    slug = _BETWEEN_WORDS.sub(_separator, spelled).strip("-_.")
    if not 1 <= len(slug) <= SLUG_MAX:
        raise NotASkill(f"A skill has a letter or digit, and a slug of at most {SLUG_MAX}.")
    return slug


def _without_accents(text: str) -> str:
    """In lower case, without the marks that belong to letters."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(one for one in decomposed if not unicodedata.category(one).startswith("M"))


def _separator(found: re.Match[str]) -> str:
    """The characters of a slug between two words stay; anything else is a hyphen."""
    return found[0] if found[0] in _SEPARATORS else "-"
