"""The monthly partitions of `fact_history`."""

from datetime import date
from itertools import pairwise

from django.db import connection, transaction
from django.utils import timezone

MONTHS_AHEAD = 2
LOCK = "SELECT pg_advisory_xact_lock(7305121879)"
EXISTS = "SELECT to_regclass(%s) IS NOT NULL"
# Creates a month's partition and moves its rows there from the default one, if it got any before.
CREATE = """
CREATE TABLE {name} (LIKE fact_history INCLUDING DEFAULTS INCLUDING INDEXES);
WITH moved AS (
    DELETE FROM fact_history_default
    WHERE recorded_at >= '{begin}' AND recorded_at < '{end}' RETURNING *
)
INSERT INTO {name} SELECT * FROM moved;
ALTER TABLE fact_history ATTACH PARTITION {name} FOR VALUES FROM ('{begin}') TO ('{end}');
"""


def ensure_partitions(today: date | None = None, since: date | None = None) -> list[str]:
    """Create the partitions of this month and the next two, and with `since` those of the months
    from then on, for a past that is written now; the names of those created."""
    month = (today or timezone.now().date()).replace(day=1)
    months = [(since or month).replace(day=1)]
    while months[-1] <= _after(month, MONTHS_AHEAD):
        months.append(_after(months[-1], 1))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        created = []
        for begin, end in pairwise(months):
            name = f"fact_history_{begin:%Y_%m}"
            cursor.execute(EXISTS, [name])
            if not cursor.fetchone()[0]:
                cursor.execute(CREATE.format(name=name, begin=_start(begin), end=_start(end)))
                created.append(name)
    return created


def _after(month: date, count: int) -> date:
    """The month that many months later."""
    years, months = divmod(month.month - 1 + count, 12)
    return date(month.year + years, months + 1, 1)


def _start(month: date) -> str:
    return f"{month.isoformat()} 00:00:00+00"
