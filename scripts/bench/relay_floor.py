"""A bare idempotent producer sends the same records. Says {"per_second": n}."""

import asyncio
import json
import os
import sys
import time

from aiokafka import AIOKafkaProducer

from ongoza_contracts.codec import encode
from scripts.bench.facts import NOW, progress_facts


async def main(count: int) -> None:
    records = [encode(fact, time=NOW) for fact in progress_facts(count)]
    ready = [(r.topic, r.payload, r.key.encode(), r.partition, r.headers()) for r in records]
    producer = AIOKafkaProducer(
        bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"],
        acks="all",
        enable_idempotence=True,
    )
    await producer.start()
    try:
        began = time.perf_counter()
        sent = [
            await producer.send(topic, value, key=key, partition=partition, headers=headers)
            for topic, value, key, partition, headers in ready
        ]
        await asyncio.gather(*sent)
        seconds = time.perf_counter() - began
    finally:
        await producer.stop()
    print(json.dumps({"per_second": count / seconds}))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
