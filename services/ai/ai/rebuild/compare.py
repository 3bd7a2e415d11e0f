"""Compares two generations in one transaction, which sees both at the same positions."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np

from ai.catalogue.queries import load_catalogue
from ai.kit.db import Db
from ai.kit.vectors import Matrix
from ai.learners.queries import load_readable
from ai.projections.registry import REGISTRY
from ai.recommendations.lists import stored, unpack

# An absent field and a null one mean the same: which of them a record has depends on its release.
ENTITIES = """
SELECT key, type, user_id, version, subjects, jsonb_strip_nulls(body) AS body
FROM {schema}.entity WHERE kind = '{kind}'
"""
# The time of writing differs between generations.
ERASED = "SELECT user_id, version FROM {schema}.erased_learner"
TYPED = "SELECT row_.* FROM {schema}.{table} AS row_"
# Vectors of texts that are current on both sides; an item that is not embedded yet is no
# difference. As bytes, because these become text for the hash faster than numbers do.
CURRENT_VECTORS = """
SELECT content_id, text_sha256, vector_send(embedding) AS embedding FROM {schema}.content_vector
JOIN {schema}.content USING (content_id) WHERE text_sha256 = document_sha256
AND content_id IN (
    SELECT content_id FROM {other}.content_vector JOIN {other}.content USING (content_id)
    WHERE text_sha256 = document_sha256
)
"""
# The sum of the rows' hashes does not depend on their order.
HASH = """
SELECT count(*) AS rows, coalesce(sum(hashtextextended(made::text, 0)::numeric), 0)::text AS hash
FROM ({query}) AS made
"""
# A few rows that only one side has.
DIFFERING = """
SELECT 'live' AS side, made::text AS row FROM ({live} EXCEPT ALL {new}) AS made
UNION ALL
SELECT 'new', made::text FROM ({new} EXCEPT ALL {live}) AS made
ORDER BY row, side LIMIT 10
"""
NEAREST = """
SELECT content_id FROM {schema}.content_vector ORDER BY embedding <=> $1, content_id LIMIT 10
"""
# The same learners every time, spread over all of them.
SAMPLE = "SELECT user_id FROM {schema}.learner ORDER BY hashint8(user_id), user_id LIMIT 25"

TOP = 10


@dataclass(frozen=True, slots=True)
class TableDifference:
    table: str
    live_rows: int
    new_rows: int
    examples: Sequence[str]
    """A few rows that only one side has, each with its side."""


@dataclass(frozen=True, slots=True)
class Comparison:
    rows: dict[str, int]
    """The number of rows of the new generation, by table."""
    differences: Sequence[TableDifference]
    top_k_overlap: float
    """Mean share of equal items among the first ten of each query of the panel, 0 to 1."""
    lists_compared: int
    lists_equal: int
    list_overlap: float
    """Mean share of equal items in the sampled learners' lists, 0 to 1."""
    same_model: bool
    reasons: Sequence[str] = field(default=())
    """Why the new generation must not replace the live one."""

    @property
    def equal(self) -> bool:
        return not self.reasons

    def with_differences(self, found: Sequence[TableDifference]) -> "Comparison":
        reasons = [f"table {one.table} differs in what changed meanwhile" for one in found]
        return replace(
            self,
            differences=[*self.differences, *found],
            reasons=[*self.reasons, *reasons],
        )


async def compare(
    db: Db, live: str, new: str, panels: tuple[Matrix, Matrix], *, same_model: bool
) -> Comparison:
    """`panels` are the vectors of the fixed queries by the model of each generation.

    Another model gives other vectors and lists by intent, so their agreement is only reported.
    """
    rows: dict[str, int] = {}
    differences = []
    for table, query in queries(same_model).items():
        found, difference = await compare_table(db, live, new, table, query)
        rows[table] = found
        if difference:
            differences.append(difference)
    overlap = await _panel_overlap(db, live, new, panels)
    compared, equal, list_overlap = await _lists(db, live, new)
    reasons = [f"table {one.table} differs" for one in differences]
    if same_model and overlap < 1:
        reasons.append(f"the fixed queries agree only to {overlap:.3f}")
    if same_model and equal < compared:
        reasons.append(f"{compared - equal} of {compared} sampled lists differ")
    return Comparison(
        rows, differences, overlap, compared, equal, list_overlap, same_model, reasons
    )


def queries(same_model: bool) -> dict[str, str]:
    """By table or kind of entity, the query for what must be equal: what is stored from facts, but
    not what is computed from it."""
    queries = {
        one.table: TYPED.replace("{table}", one.table) for one in REGISTRY.typed if one.table
    }
    queries["erased_learner"] = ERASED
    for kind in REGISTRY.entity_kinds:
        queries[f"entity.{kind}"] = ENTITIES.replace("{kind}", kind)
    if same_model:
        queries["content_vector"] = CURRENT_VECTORS
    return queries


async def compare_table(
    db: Db, live: str, new: str, table: str, query: str, *parameters: object
) -> tuple[int, TableDifference | None]:
    queries = [query.format(schema=live, other=new), query.format(schema=new, other=live)]
    (live_found,), (new_found,) = [
        await db.fetch(HASH.format(query=query), *parameters) for query in queries
    ]
    if live_found == new_found:
        return new_found["rows"], None
    examples = await db.fetch(DIFFERING.format(live=queries[0], new=queries[1]), *parameters)
    return new_found["rows"], TableDifference(
        table=table,
        live_rows=live_found["rows"],
        new_rows=new_found["rows"],
        examples=[f"{one['side']}: {one['row'][:200]}" for one in examples],
    )


async def _panel_overlap(db: Db, live: str, new: str, panels: tuple[Matrix, Matrix]) -> float:
    """By exact search, because an approximate index may differ by itself."""
    await db.execute("SET LOCAL enable_indexscan = off")
    shares = []
    for live_query, new_query in zip(*panels, strict=True):
        first = await db.fetch(NEAREST.format(schema=live), live_query)
        second = await db.fetch(NEAREST.format(schema=new), new_query)
        shares.append(_overlap([row[0] for row in first], [row[0] for row in second]))
    await db.execute("SET LOCAL enable_indexscan = on")
    return float(np.mean(shares)) if shares else 1.0


async def _lists(db: Db, live: str, new: str) -> tuple[int, int, float]:
    """Computes lists now from the facts of each side, so that the age of stored lists does not
    matter, and with the live item neighbours, which each side counts at its own time."""
    sample = [row[0] for row in await db.fetch(SAMPLE.format(schema=new))]
    made, as_of = [], datetime.now(UTC)
    for schema in (live, new):
        await db.execute(f"SET LOCAL search_path = {schema}, public")
        table = f"{live}.item_neighbour"
        catalogue = await load_catalogue(db, revision=0, as_of=as_of, neighbours=table)
        learners, _ = await load_readable(db, sample)
        made.append({one.user_id: stored(catalogue, one, as_of).lines for one in learners})
    lives, news = made
    both = [one for one in sample if one in lives and one in news]
    equal = sum(news.get(one) == lives.get(one) for one in sample)
    shares = [_overlap(_ids(news[one]), _ids(lives[one])) for one in both]
    return len(sample), equal, float(np.mean(shares)) if shares else 1.0


def _ids(lines: bytes) -> Sequence[str]:
    return unpack(lines, TOP)[0].content_ids


def _overlap(first: Sequence[str], second: Sequence[str]) -> float:
    longest = max(len(first), len(second))
    return len(set(first) & set(second)) / longest if longest else 1.0
