"""Real texts to embed: the demo's catalogue, whole and in its parts, in an order of no length."""

import random

from ai.projections.documents import document
from core.demo.loader import load_catalogue


def catalogue_texts() -> list[str]:
    """Each once; the same every time."""
    texts = [
        text
        for item in load_catalogue().items
        for text in (
            document(item.title, item.description, item.skills),
            item.title,
            item.description,
        )
    ]
    distinct = list(dict.fromkeys(texts))
    random.Random(7).shuffle(distinct)  # noqa: S311 - an order, not a secret
    return distinct
