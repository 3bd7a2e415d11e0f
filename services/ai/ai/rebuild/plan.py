"""What a rebuild would do, without doing it."""

from dataclasses import dataclass

from ai.projections.batch import CONSUMED
from ai.projections.generations import live_generation
from ai.rebuild.rebuild import Options, RebuildRefused, Tools

# Of the live catalogue's texts, those the cache knows for the model asked for.
KNOWN_TEXTS = """
SELECT count(*) AS texts, count(cache.text_sha256) AS cached
FROM live.content LEFT JOIN embedding_cache AS cache
    ON cache.text_sha256 = document_sha256
    AND cache.model = $1 AND cache.revision = $2 AND cache.precision = $3
"""
SIZE = """
SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND relkind = 'r'
"""


@dataclass(frozen=True, slots=True)
class Plan:
    live: str
    records: dict[str, int]
    """To read at most, by topic: compaction has left holes."""
    texts: int
    cached: int
    size_bytes: int
    """Of the live generation: about what the new one will take."""


async def plan(tools: Tools, options: Options) -> Plan:
    """Raises RebuildRefused when there is nothing live yet."""
    live = await live_generation(tools.db)
    if live is None:
        raise RebuildRefused("there is no live generation yet: run `python -m ai migrate`")
    topics = [t for t in CONSUMED if not options.topics or t.name in options.topics]
    async with tools.open_reader() as reader:
        begin = await reader.beginnings(topics)
        end = await (
            reader.at_time(topics, options.until) if options.until else reader.ends(topics)
        )
    records = dict.fromkeys((topic.name for topic in topics), 0)
    for (topic, partition), offset in end.items():
        records[topic] += offset - begin[topic, partition]
    identity = tools.encoder.identity
    model = identity.model, identity.revision, identity.precision
    (known,) = await tools.db.fetch(KNOWN_TEXTS, *model)
    size = await tools.db.fetchval(SIZE, live)
    return Plan(live, records, known["texts"], known["cached"], size)
