"""Reads of the catalogue, which is open to every user."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from core.kit.errors import DomainError, NotFound
from core.programs.models import ContentItem, ExternalId, Milestone, Program, ProgramVersion
from ongoza_contracts.vocabulary import Track


class UnknownContent(DomainError):
    code = "unknown_content"
    detail = "There is no such item on offer."


def offered() -> QuerySet[ContentItem]:
    """Items that are not retired, with the relations that a serializer reads."""
    return (
        ContentItem.objects.filter(retired=False)
        .select_related("program", "course")
        .prefetch_related("prerequisites", "external_ids", "competencies")
    )


def containing(rows: QuerySet[ContentItem], words: Iterable[str]) -> QuerySet[ContentItem]:
    """The items whose title or description contains every word, in any case."""
    for word in words:
        rows = rows.filter(Q(title__icontains=word) | Q(description__icontains=word))
    return rows


def with_external_id(rows: QuerySet[ContentItem], **wanted: str) -> QuerySet[ContentItem]:
    """The items with an external id of this `source`, this `external_id`, or both."""
    return rows.filter(pk__in=ExternalId.objects.filter(**wanted).values("item"))


def dependents(item: ContentItem) -> list[str]:
    """The ids of the items on offer that need this one completed first, and of the modules of a
    course, without those that were retired on their own."""
    modules = Q(course=item) & (Q(retired=False) | Q(retired_with_course=True))
    found = ContentItem.objects.filter(Q(prerequisites=item, retired=False) | modules)
    return [*found.order_by("content_id").values_list("content_id", flat=True).distinct()]


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


def require_known_content(content_ids: Set[str]) -> None:
    """Raises UnknownContent where one of them names no item, retired or not."""
    if ContentItem.objects.filter(content_id__in=content_ids).count() < len(content_ids):
        raise UnknownContent


def content_of_external_id(source: str, external_id: str) -> ContentItem | None:
    """The item, retired or not, that has this id in a source."""
    wanted = {"external_ids__source": source, "external_ids__external_id": external_id}
    rows = ContentItem.objects.select_related("program", "course")
    return rows.filter(**wanted).first()


def offered_programs() -> QuerySet[Program]:
    """Programs that are not retired."""
    return Program.objects.filter(retired=False)


def milestones() -> QuerySet[Milestone]:
    """Milestones with their items, retired ones too."""
    items = ContentItem.objects.order_by("milestone_position", "pk")
    return Milestone.objects.prefetch_related(Prefetch("items", items))


def milestone(milestone_id: int) -> Milestone:
    """Raises NotFound."""
    if (found := milestones().filter(pk=milestone_id).first()) is None:
        raise NotFound
    return found


def program_version(program_id: int, number: int) -> ProgramVersion:
    """Raises NotFound."""
    rows = ProgramVersion.objects.filter(program=program_id, number=number)
    if (found := rows.first()) is None:
        raise NotFound
    return found


def program(program_id: int) -> Program:
    """Raises NotFound."""
    if (found := Program.objects.filter(pk=program_id).first()) is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class TrackSummary:
    track: Track
    programs: int
    """Those that are not retired, as are the items."""
    items: int

    @property
    def name(self) -> str:
        return self.track.title()


def tracks() -> list[TrackSummary]:
    """The five tracks, in their own order."""
    programs = _by_track(offered_programs())
    items = _by_track(ContentItem.objects.filter(retired=False))
    return [TrackSummary(one, programs.get(one, 0), items.get(one, 0)) for one in Track]


def _by_track(rows: QuerySet[Any]) -> Mapping[str, int]:
    """The number of rows of each track."""
    return dict(rows.order_by().values_list("track").annotate(Count("pk")))
