"""The ids of items in other sources: many of an item, each of one item."""

from collections.abc import Collection, Set
from typing import TypeAlias

from django.db import IntegrityError, transaction

from core.kit.errors import Conflict
from core.programs.models import ContentItem, ExternalId

# Two items that swap ids would each wait for the other's deleted row: one writer at a time.
EXTERNAL_IDS_LOCK = "SELECT pg_advisory_xact_lock(7305121881)"

Pair: TypeAlias = tuple[str, str]
"""A source and the id it gave."""


class ExternalIdTaken(Conflict):
    code = "external_id_taken"
    detail = "Another item has this external id."


def pairs_of(item: ContentItem) -> set[Pair]:
    return {*item.external_ids.values_list("source", "external_id")}


def set_external_ids(item: ContentItem, pairs: Set[Pair]) -> None:
    """Replace the external ids of an item whose lock the caller holds. No-op if they are the same.
    Raises ExternalIdTaken."""
    if pairs == pairs_of(item):
        return
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(EXTERNAL_IDS_LOCK)
    item.external_ids.all().delete()
    rows = [
        ExternalId(source=source, external_id=external_id, item=item)
        for source, external_id in sorted(pairs)
    ]
    try:
        with transaction.atomic():
            ExternalId.objects.bulk_create(rows)
    except IntegrityError:
        raise ExternalIdTaken(_holder(pairs)) from None


def _holder(pairs: Collection[Pair]) -> str:
    """Names the first item that has one of the ids."""
    ids = [external_id for _, external_id in pairs]
    for row in ExternalId.objects.filter(external_id__in=ids).select_related("item"):
        if (row.source, row.external_id) in pairs:
            return f"{row} is the external id of {row.item.content_id}."
    return ExternalIdTaken.detail
