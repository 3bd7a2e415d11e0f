"""Batches of Kafka records that no producer library makes."""

from collections.abc import Sequence
from typing import Any, cast

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from tests.facts import RawRecord

NONE, GZIP, SNAPPY, LZ4, ZSTD = range(5)
CODECS = (NONE, GZIP, SNAPPY, LZ4, ZSTD)


class HeaderName:
    """The name of a header as bytes, where aiokafka's builder expects text."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def encode(self, _: str) -> bytes:
        return self.raw


def not_utf8(record: RawRecord) -> RawRecord:
    """The record with one more header, whose name is not UTF-8."""
    headers = [*record.headers, (HeaderName(b"ce_\xff\xfe"), b"1")]
    return RawRecord(
        *(record.topic, record.partition, record.offset, record.key, record.value),
        cast(Any, headers),
    )


def build(records: Sequence[RawRecord], codec: int = NONE) -> bytes:
    """One batch, with offsets from 0."""
    builder = _builder(codec)
    for offset, one in enumerate(records):
        builder.append(offset, 1000 + offset, one.key, one.value, [*one.headers])
    return bytes(builder.build())


async def send(bootstrap: str, records: Sequence[RawRecord], codec: int = NONE) -> int:
    """Sends one batch to the partition of its first record; returns its first offset."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        batch = producer.create_batch()
        batch._builder = _builder(codec)
        for one in records:
            batch.append(timestamp=None, key=one.key, value=one.value, headers=one.headers)
        first = records[0]
        sent = await producer.send_batch(batch, first.topic, partition=first.partition)
        return int((await sent).offset)
    finally:
        await producer.stop()


def _builder(codec: int) -> Any:
    return _DefaultRecordBatchBuilderPy(
        magic=2,
        compression_type=codec,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=1 << 20,
    )
