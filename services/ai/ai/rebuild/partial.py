"""Rebuilds from some topics only: rows from the other topics are copied."""

from collections.abc import Sequence

from ai.kit.broker import TopicPartition
from ai.kit.db import Db
from ai.kit.locks import LEARNER_WRITE_LOCK
from ai.projections.erasure import erase
from ai.projections.registry import REGISTRY
from ongoza_contracts.users import UserErased

# What the rebuild does not read again is copied from the live generation.
COPY = "INSERT INTO {new}.{table} SELECT * FROM {live}.{table}"
COPY_ENTITIES = "INSERT INTO {new}.entity SELECT * FROM {live}.entity WHERE kind = ANY($1)"
MARK_LEARNERS = "INSERT INTO {new}.dirty_learner (user_id) SELECT user_id FROM {new}.learner"
COPY_POSITIONS = "INSERT INTO {new}.consumed SELECT * FROM {live}.consumed WHERE topic <> ALL($1)"

HAS_POSITIONS = "SELECT EXISTS (SELECT FROM {new}.consumed)"
# Learners who may have been erased between the copy and its commit, when their rows were in no
# generation that an erasure could see. No transaction lasts an hour.
ERASED_MEANWHILE = """
SELECT user_id, version FROM {live}.erased_learner WHERE erased_at > (
    SELECT created_at - interval '1 hour' FROM generation WHERE name = $1
)
"""


class NoSuchTopic(ValueError):
    """ai consumes no topic of this name."""


def require_known(topics: Sequence[str]) -> None:
    """Raises NoSuchTopic."""
    if unknown := set(topics) - REGISTRY.by_topic.keys():
        raise NoSuchTopic(", ".join(sorted(unknown)))


def read_positions(texts: Sequence[str]) -> dict[TopicPartition, int]:
    """`ongoza.progress:3:1200` means the records before offset 1200 of partition 3.

    Raises NoSuchTopic and ValueError.
    """
    found = {}
    for text in texts:
        topic, partition, offset = text.rsplit(":", 2)
        require_known([topic])
        found[topic, int(partition)] = int(offset)
    return found


async def copy_others(db: Db, live: str, new: str, topics: Sequence[str]) -> None:
    """No-op if it was done. Vectors are not copied: they come from the cache, by the model of the
    new generation. Writers go on meanwhile."""
    async with db.transaction(isolation="repeatable_read"):  # so that rows fit their positions
        if not await db.fetchval(HAS_POSITIONS.format(new=new)):
            await _copy(db, live, new, topics)
    async with db.transaction():
        await db.execute(LEARNER_WRITE_LOCK)
        missed = await db.fetch(ERASED_MEANWHILE.format(new=new, live=live), new)
        facts = [UserErased(user_id=row["user_id"], version=row["version"]) for row in missed]
        if facts:
            await erase(db, facts, REGISTRY)


async def _copy(db: Db, live: str, new: str, topics: Sequence[str]) -> None:
    others = [one for name, one in REGISTRY.by_topic.items() if name not in topics]
    for table in [one.table for one in others if one.table]:
        await db.execute(COPY.format(new=new, live=live, table=table))
    kinds = [one.topic.kind for one in others if not one.table]
    await db.execute(COPY_ENTITIES.format(new=new, live=live), kinds)
    await db.execute(MARK_LEARNERS.format(new=new))
    await db.execute(COPY_POSITIONS.format(new=new, live=live), list(topics))
