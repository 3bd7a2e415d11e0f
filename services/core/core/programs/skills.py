"""The columns of an item's skills, from what people wrote."""

from collections.abc import Iterable

from core.programs.models import ContentItem
from ongoza_contracts.skills import skill_label, skill_slug


def skill_columns(item: ContentItem, written: Iterable[str]) -> dict[str, list[str]]:
    """Of several skills with one slug the first counts, and a slug that the item has keeps its
    label. Raises NotASkill."""
    known = dict(zip(item.skills, item.shown_skills, strict=True))
    labels: dict[str, str] = {}
    for text in written:
        labels.setdefault(skill_slug(text), known.get(text) or skill_label(text))
    slugs, shown = [*labels], [*labels.values()]
    return {"skills": slugs, "skill_labels": [] if shown == slugs else shown}
