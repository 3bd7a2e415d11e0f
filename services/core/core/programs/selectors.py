"""Reads of the catalogue, which is open to every user."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from core.kit.errors import DomainError, NotFound
from core.programs.models import ContentItem, Program


class UnknownContent(DomainError):
    code = "unknown_content"
    detail = "There is no such item on offer."


def offered() -> QuerySet[ContentItem]:
    """Items that are not retired, with the relations that a serializer reads."""
    return (
        ContentItem.objects.filter(retired=False)
        .select_related("program", "course")
        .prefetch_related("prerequisites")
    )


def containing(rows: QuerySet[ContentItem], words: Iterable[str]) -> QuerySet[ContentItem]:
    """The items whose title or description contains every word, in any case."""
    for word in words:
        rows = rows.filter(Q(title__icontains=word) | Q(description__icontains=word))
    return rows


def content(content_id: str) -> ContentItem:
    """An item, retired ones too: histories refer to them. Raises NotFound."""
    item = ContentItem.objects.select_related("program", "course").filter(content_id=content_id)
    if (found := item.first()) is None:
        raise NotFound
    return found


def offered_content(content_id: str) -> ContentItem:
    """An item a learner may work on, named in a body. Raises UnknownContent."""
    item = ContentItem.objects.filter(content_id=content_id, retired=False).first()
    if item is None:
        raise UnknownContent
    return item


def program(program_id: int) -> Program:
    """Raises NotFound."""
    if (found := Program.objects.filter(pk=program_id).first()) is None:
        raise NotFound
    return found
