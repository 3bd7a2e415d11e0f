"""Topics in memory, read as a rebuild reads them from Kafka, and a worker that follows them."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ai.embeddings.backfill import Backfill
from ai.kit.broker import PartitionLog, TopicPartition
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import Topic
from tests.facts import RawRecord, record


@dataclass
class TopicLog:
    worker: Applier
    """Applies every record when it is published."""
    backfill: Backfill
    """Embeds the items of those records."""
    records: dict[TopicPartition, list[RawRecord]] = field(
        default_factory=lambda: defaultdict(list)
    )

    async def publish(self, *facts: Fact) -> None:
        batch = []
        for fact in facts:
            made = record(fact)
            log = self.records[TopicPartition(made.topic, made.partition)]
            log.append(replace(made, offset=len(log)))
            batch.append(log[-1])
        await self.worker.apply(read_batch(batch))
        while await self.backfill.embed_some():
            pass

    async def __aenter__(self) -> "TopicLog":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def logs(self, topics: Sequence[Topic]) -> dict[TopicPartition, PartitionLog]:
        partitions = [TopicPartition(t.name, n) for t in topics for n in range(t.partitions)]
        return {one: PartitionLog("id", 0, len(self.records[one])) for one in partitions}

    async def at_time(self, topics: Sequence[Topic], _: datetime) -> dict[TopicPartition, int]:
        return {one: log.end for one, log in (await self.logs(topics)).items()}

    async def read(
        self,
        begin: Mapping[TopicPartition, int],
        until: Mapping[TopicPartition, int],
        records_max: int,
    ) -> AsyncIterator[list[RawRecord]]:
        for partition, end in until.items():
            some = self.records[TopicPartition(*partition)][begin.get(partition, 0) : end]
            if some:
                yield some
