"""The position of each partition, stored in the transaction that applies its records.

A consumer starts here and not at its group's offsets. So a database that was lost, or restored from
a backup, fills itself again, and two generations can be brought to the same position.
"""

from collections.abc import Mapping
from typing import TypeAlias

import asyncpg

from ai.kit.db import Db

Positions: TypeAlias = Mapping[tuple[str, int], int]
"""By topic and partition, the offset of the first record that has not been applied."""

ADVANCE = """
INSERT INTO consumed (topic, partition, next_offset)
SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[])
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset
"""
POSITIONS = "SELECT topic, partition, next_offset FROM consumed"


async def advance(db: Db, positions: Positions) -> None:
    """Call it in the transaction that applies the records before these positions."""
    places = sorted(positions)
    await db.execute(
        ADVANCE,
        [topic for topic, _ in places],
        [partition for _, partition in places],
        [positions[place] for place in places],
    )


async def load_positions(db: asyncpg.Pool) -> dict[tuple[str, int], int]:
    rows = await db.fetch(POSITIONS)
    return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
