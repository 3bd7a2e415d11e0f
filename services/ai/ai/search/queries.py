"""Reads the items that search found."""

from collections.abc import Collection, Mapping

import asyncpg
from pgvector import Vector

from ai.search.items import SearchItem
from ai.vectorstore.base import Facets

COLUMNS = "content_id, title, description, content_type, track, level, skills"
# Items by id, without retired ones.
ITEMS = f"SELECT {COLUMNS} FROM content WHERE content_id = ANY($1) AND NOT retired"  # noqa: S608
VERSIONS = "SELECT content_id, version FROM content WHERE NOT retired"
# One item with its vector, if it has one.
ITEM_WITH_VECTOR = f"""
SELECT {COLUMNS}, embedding FROM content LEFT JOIN content_vector USING (content_id)
WHERE content_id = $1 AND NOT retired
"""  # noqa: S608 - a constant


async def load_items(db: asyncpg.Pool, content_ids: Collection[str]) -> Mapping[str, SearchItem]:
    """By id, the items that exist and are not retired."""
    rows = await db.fetch(ITEMS, [*content_ids])
    return {row["content_id"]: _item(row) for row in rows}


async def load_versions(db: asyncpg.Pool) -> Mapping[str, int]:
    """The version of each item that is not retired."""
    return {row["content_id"]: row["version"] for row in await db.fetch(VERSIONS)}


async def load_item(db: asyncpg.Pool, content_id: str) -> tuple[SearchItem, Vector | None] | None:
    """An item and its vector, which is None until the item is embedded. None when there is no such
    item or it is retired."""
    row = await db.fetchrow(ITEM_WITH_VECTOR, content_id)
    return None if row is None else (_item(row), row["embedding"])


def _item(row: asyncpg.Record) -> SearchItem:
    return SearchItem(row["content_id"], row["title"], row["description"], Facets.of_row(row))
