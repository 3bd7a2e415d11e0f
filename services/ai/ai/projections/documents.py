"""The text of a content item that is embedded."""

from collections.abc import Iterable
from hashlib import sha256


def document(title: str, description: str, skills: Iterable[str]) -> str:
    """The text whose vector represents the item.

    The description comes last, because the model reads only the first 256 tokens and a long one
    must not push the skills out. The order of the skills does not matter.
    """
    named = ", ".join(sorted(skill.replace("-", " ") for skill in skills))
    return "\n".join(part for part in (title, named, description) if part)


def text_sha256(text: str) -> bytes:
    """The key of a text's vector in the cache; it is stored with the item too."""
    return sha256(text.encode()).digest()
