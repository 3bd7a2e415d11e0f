"""What of a content item is embedded."""

from collections.abc import Iterable


def document(title: str, description: str, skills: Iterable[str]) -> str:
    """The text whose vector stands for the item.

    The shortest first: the model reads only the first 256 tokens, and a long description must not
    push the skills out. The order in which skills are listed does not matter.
    """
    named = ", ".join(sorted(skill.replace("-", " ") for skill in skills))
    return "\n".join(part for part in (title, named, description) if part)
