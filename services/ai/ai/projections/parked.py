"""Records that could not be used: kept byte for byte, and a budget above which we stop."""

from collections import deque
from collections.abc import Sequence

from ai.kit.db import Db
from ai.projections.batch import Refused

PARK = """
INSERT INTO parked_record (
    generation, topic, partition, "offset", key, value, header_names, header_values,
    cause_code, cause
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (generation, topic, partition, "offset") DO NOTHING
"""
# Bytes of a learner's: by the header that says whose they are, and by the key.
FORGET = """
WITH gone AS (
    DELETE FROM parked_record AS parked USING unnest($1::integer[]) AS erased (user_id)
    WHERE convert_to(erased.user_id::text, 'UTF8') IN (
        key, header_values[array_position(header_names, 'ce_partitionkey')]
    ) OR position(convert_to(erased.user_id || ':', 'UTF8') IN key) = 1
    RETURNING erased.user_id
)
INSERT INTO erasure_receipt (user_id, place, rows)
SELECT erased.user_id, 'parked_record', count(gone.user_id)
FROM unnest($1::integer[]) AS erased (user_id) LEFT JOIN gone USING (user_id)
GROUP BY erased.user_id
ON CONFLICT (user_id, place) DO UPDATE SET rows = erasure_receipt.rows + excluded.rows
"""
ERASED = "SELECT user_id FROM erased_learner"
WINDOW = 100


async def park(db: Db, generation: str, refused: Sequence[Refused]) -> None:
    """Whatever belongs to an erased learner is not kept."""
    if refused:
        await db.executemany(PARK, [_row(generation, one) for one in refused])
        await forget(db, [user_id for (user_id,) in await db.fetch(ERASED)])


async def forget(db: Db, user_ids: Sequence[int]) -> None:
    """In the transaction that erases these learners."""
    await db.execute(FORGET, list(user_ids))


def _row(generation: str, refused: Refused) -> tuple[object, ...]:
    record = refused.record
    return (
        *(generation, record.topic, record.partition, record.offset, record.key, record.value),
        [name for name, _ in record.headers],
        [value for _, value in record.headers],
        *(refused.code, refused.cause),
    )


class Budget:
    """Spent when more than `share` of the last 100 records had to be parked: that is not a bad
    record any more but a bad release, ours or a producer's."""

    def __init__(self, share: float) -> None:
        self._limit = share * WINDOW
        self._last: deque[bool] = deque(maxlen=WINDOW)

    def count(self, *, records: int, parked: int) -> None:
        self._last.extend([False] * min(records - parked, WINDOW))
        self._last.extend([True] * min(parked, WINDOW))

    @property
    def spent(self) -> bool:
        return sum(self._last) > self._limit
