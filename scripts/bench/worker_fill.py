"""Puts progress facts on their topic."""

import json
import os
import sys

from confluent_kafka import KafkaError, Message, Producer

from ongoza_contracts.codec import encode
from scripts.bench.facts import NOW, progress_facts


def main(count: int) -> None:
    acknowledged = 0

    def delivered(error: KafkaError | None, _: Message) -> None:
        nonlocal acknowledged
        acknowledged += error is None

    producer = Producer(
        {
            "bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
            "batch.size": 100_000,  # the topics take batches of 256 KiB at most
        }
    )
    for fact in progress_facts(count):
        record = encode(fact, time=NOW)
        producer.produce(
            record.topic,
            value=record.payload,
            key=record.key.encode(),
            partition=record.partition,
            headers=[*record.headers()],
            on_delivery=delivered,
        )
    producer.flush(60)
    if acknowledged != count:
        sys.exit(f"{acknowledged} of {count} records were acknowledged")
    print(json.dumps(acknowledged))


if __name__ == "__main__":
    main(int(sys.argv[1]))
