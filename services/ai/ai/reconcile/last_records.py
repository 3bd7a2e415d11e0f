"""Finds keys whose last record on the topic is not their newest; core publishes these again.

Consumers ignore an older version behind a newer one, but compaction keeps the last record: a
consumer that begins later would only see the older version.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from ai.kit.broker import Reader, TopicPartition
from ai.projections.batch import CONSUMED, RawRecord
from ai.reconcile.calls import RETRY_SECONDS, Calls
from ai.reconcile.differences import RepublishCounts
from ongoza_contracts.codec import BadRecord, Received, decode
from ongoza_contracts.topics import Topic

RECORDS_PER_BATCH = 5000


@dataclass(slots=True)
class LastRecords:
    """The version of the last record of each key, in the part of a topic that was read."""

    reader: Reader
    topic: Topic
    _versions: dict[str, int] = field(default_factory=dict)
    _positions: dict[TopicPartition, int] = field(default_factory=dict)

    async def read_on(self) -> None:
        """Reads to the present last stable offsets. Raises BrokerError."""
        ends = await self.reader.last_stable_offsets([self.topic])
        async for records in self.reader.read(self._positions, ends, RECORDS_PER_BATCH):
            for record in records:
                self._versions[(record.key or b"").decode(errors="replace")] = _version(record)
        self._positions = ends

    def outdated(self, versions: Mapping[str, int]) -> dict[str, int]:
        """The `versions`, by key, that are above the version of the last record."""
        return {key: one for key, one in versions.items() if self._versions.get(key, 0) < one}


def _version(record: RawRecord) -> int:
    """0 for a record from which a consumer gets no state of its key."""
    try:
        read = decode(record.headers, record.value)
    except BadRecord:
        return 0
    ours = isinstance(read, Received) and read.fact.key.encode() == record.key
    return read.fact.version if ours and isinstance(read, Received) else 0


async def republish_outdated(reader: Reader, calls: Calls, patience: float) -> RepublishCounts:
    """Compares every topic with core, and waits up to `patience` seconds for what core publishes.

    Raises BrokerError, CoreUnavailable and CoreRefused.
    """
    requested = still_outdated = 0
    for topic in CONSUMED:
        last = LastRecords(reader, topic)
        # Before the topic is read, so that a newer record is no difference.
        versions = await _versions(calls, topic.kind)
        await last.read_on()
        outdated = last.outdated(versions)
        for key in outdated:
            await calls.republish(topic.kind, key, None)
        requested += len(outdated)
        for key in await _await_records(last, outdated, patience):
            # None: deleted meanwhile.
            still_outdated += await calls.version(topic.kind, key) is not None
    return RepublishCounts(requested, still_outdated)


async def _versions(calls: Calls, kind: str) -> dict[str, int]:
    versions: dict[str, int] = {}
    after: str | None = None
    while True:
        page = await calls.page(kind, after)
        versions |= {one.key: one.version for one in page.results}
        after = page.next_after
        if after is None:
            return versions


async def _await_records(
    last: LastRecords, wanted: Mapping[str, int], patience: float
) -> Mapping[str, int]:
    """The keys and versions whose records have not arrived within `patience` seconds."""
    deadline = time.monotonic() + patience
    while wanted and time.monotonic() < deadline:
        await asyncio.sleep(RETRY_SECONDS)
        await last.read_on()
        wanted = last.outdated(wanted)
    return wanted
