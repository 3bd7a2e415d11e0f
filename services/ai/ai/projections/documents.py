"""The text of a content item that is embedded."""

from collections.abc import Iterable
from hashlib import sha256


def document(title: str, description: str, skills: Iterable[str]) -> str:
    """The text whose vector stands for the item.

    The shortest first: the model reads only the first 256 tokens, and a long description must not
    push the skills out. The order in which skills are listed does not matter.
    """
    named = ", ".join(sorted(skill.replace("-", " ") for skill in skills))
    return "\n".join(part for part in (title, named, description) if part)


def text_sha256(text: str) -> bytes:
    """The key of a text's vector, in the cache and beside the item."""
    return sha256(text.encode()).digest()
