"""The plan of a rebuild, for `--dry-run`."""

from dataclasses import dataclass

from ai.projections.batch import CONSUMED
from ai.projections.generations import live_generation
from ai.rebuild.rebuild import Options, Tools, existing_logs
from ai.rebuild.refused import RebuildRefused

# How many texts the live catalogue has, and for how many the cache has a vector of the model.
KNOWN_TEXTS = """
SELECT count(*) AS texts, count(cache.text_sha256) AS cached
FROM live.content LEFT JOIN embedding_cache AS cache
    ON cache.text_sha256 = document_sha256
    AND cache.model = $1 AND cache.revision = $2 AND cache.precision = $3
"""
# The bytes of a generation's tables with their indexes.
SIZE = """
SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND relkind = 'r'
"""


@dataclass(frozen=True, slots=True)
class Plan:
    live: str
    records: dict[str, int]
    """The most records to read, by topic: compaction may have deleted some of them."""
    texts: int
    cached: int
    size_bytes: int
    """The size of the live generation, which the new one will be close to."""


async def plan(tools: Tools, options: Options) -> Plan:
    """Raises RebuildRefused while no generation is live."""
    live = await live_generation(tools.db)
    if live is None:
        raise RebuildRefused("there is no live generation yet: run `python -m ai migrate`")
    topics = [t for t in CONSUMED if not options.topics or t.name in options.topics]
    async with tools.open_reader() as reader:
        logs = await existing_logs(reader, topics)
        limits = await reader.at_time(topics, options.until) if options.until else {}
    records = dict.fromkeys((topic.name for topic in topics), 0)
    for partition, log in logs.items():
        records[partition.topic] += limits.get(partition, log.end) - log.begin
    (known,) = await tools.db.fetch(KNOWN_TEXTS, *tools.encoder.identity.key)
    size = await tools.db.fetchval(SIZE, live)
    return Plan(live, records, known["texts"], known["cached"], size)
