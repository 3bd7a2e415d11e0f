"""Texts without the differences that search ignores."""

import unicodedata


def folded(text: str) -> str:
    """The text without differences of case, accents, width and composition."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in decomposed if not unicodedata.combining(one))
