"""Topics in memory, filled from the outbox and read as core reads them after a restore."""

from collections.abc import Iterable, Iterator, Mapping

from core.outbox.kafka import OffsetRange, TopicRecord
from core.outbox.models import OutboxEvent
from ongoza_contracts.topics import Topic


class Topics:
    """What the topics hold: read as the command reads them from Kafka."""

    def __init__(self) -> None:
        self.records: list[TopicRecord] = []

    def take(self) -> None:
        """Send all that waits in the outbox, as the relay does."""
        for row in OutboxEvent.objects.order_by("id"):
            headers = {
                "ce_specversion": "1.0",
                "ce_id": str(row.event_id),
                "ce_type": row.type,
                "ce_time": row.time,
                "ce_partitionkey": row.partition_key,
            }
            payload = None if row.payload is None else bytes(row.payload)
            self.add(
                TopicRecord(
                    row.topic,
                    row.partition,
                    len(self.records),
                    row.key,
                    [(name, value.encode()) for name, value in headers.items()],
                    payload,
                )
            )
        OutboxEvent.objects.all().delete()

    def add(self, record: TopicRecord) -> None:
        self.records.append(record)

    def offset_ranges(self, topics: Iterable[Topic]) -> dict[tuple[str, int], OffsetRange]:
        return {
            (topic.name, number): OffsetRange(0, len(self.records))
            for topic in topics
            for number in range(topic.partitions)
        }

    def read(
        self, begins: Mapping[tuple[str, int], int], _: object = None
    ) -> Iterator[list[TopicRecord]]:
        yield [
            one
            for one in self.records
            if one.offset >= begins.get((one.topic, one.partition), len(self.records))
        ]
