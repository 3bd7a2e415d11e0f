"""Key and version of everything that is published, for comparison by consumers."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min, QuerySet

from core.kit.errors import BadParameter
from core.outbox.models import OutboxEvent
from core.outbox.publications import publication_of_kind
from ongoza_contracts.http.reconcile import PAGE_MAX


@dataclass(frozen=True)
class VersionPage:
    versions: list[tuple[str, int]]
    """Key and version of each entity."""
    next_after: str | None


def after_cursor(kind: str, after: str | None, limit: int = PAGE_MAX) -> VersionPage:
    """The page of a kind that follows the key `after`. Raises BadParameter when that is no key of
    this kind."""
    publication = publication_of_kind(kind)
    try:
        rows = publication.after(after)
    except ValueError:
        raise BadParameter("That is no key of this kind.") from None
    found = rows.values_list(*publication.key_columns, "version")[: limit + 1]
    versions = [(publication.fact.key_of(*key), version) for *key, version in found]
    following = versions[limit - 1][0] if len(versions) > limit else None
    return VersionPage(versions[:limit], following)


def filter_by_key(kind: str, key: str) -> QuerySet[Any]:
    """None or one. Raises BadParameter when `key` is no key of this kind."""
    try:
        return publication_of_kind(kind).at(key)
    except ValueError:
        raise BadParameter("That is no key of this kind.") from None


def waiting_ids(kind: str) -> dict[str, int | None]:
    """The first and the last id of the outbox rows of a kind; None when none waits.

    Ids rise as versions do: once the first id is above an earlier last id, all rows of that time
    are on the topic.
    """
    rows = OutboxEvent.objects.filter(topic=publication_of_kind(kind).topic.name)
    return rows.aggregate(first=Min("id"), last=Max("id"))
