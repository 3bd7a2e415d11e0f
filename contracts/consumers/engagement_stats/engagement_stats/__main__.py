"""`run` consumes and prints what it counted; `corpus` proves that every record is read right."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from engagement_stats.corpus import failures
from engagement_stats.store import Store
from ongoza_contracts.codec import BadRecord
from ongoza_contracts.consumer import read

TOPICS = ("ongoza.users", "ongoza.progress")
BATCH = 500


def run(client: dict[str, str], group: str, database: str, *, until_end: bool) -> None:
    consumer = Consumer(
        {
            **client,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    consumer.subscribe(list(TOPICS))
    store = Store(database)
    ended: set[tuple[str, int]] = set()
    while not until_end or not ended or len(ended) < len(consumer.assignment()):
        for message in consumer.consume(BATCH, timeout=0.5):
            if _is_end(message):
                ended.add((str(message.topic()), int(message.partition() or 0)))
            else:
                _take(store, message)
        store.commit()
        if read_so_far := _positions(consumer):
            consumer.commit(offsets=read_so_far, asynchronous=False)
    print(json.dumps([asdict(one) for one in store.engagement()]))
    consumer.close()


def properties(path: Path) -> dict[str, str]:
    """The address of Kafka and the login, as librdkafka's properties: one `name=value` a line."""
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def _positions(consumer: Consumer) -> list[TopicPartition]:
    return [one for one in consumer.position(consumer.assignment()) if one.offset >= 0]


def _take(store: Store, message: Message) -> None:
    """A record that cannot be understood is told of; its neighbours are good."""
    if error := message.error():
        raise KafkaException(error)
    try:
        store.take(read(message))
    except BadRecord as bad:
        where = f"{message.topic()} {message.partition()} {message.offset()}"
        print(f"{where}: {bad}", file=sys.stderr)


def _is_end(message: Message) -> bool:
    """Whether it says that a partition has nothing more to read. The offset of the last record does
    not tell: behind it there may be markers of transactions."""
    error = message.error()
    return error is not None and error.code() == KafkaError._PARTITION_EOF


def main() -> None:
    parser = argparse.ArgumentParser(prog="engagement_stats", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run")
    running.add_argument("--properties", type=Path, required=True)
    running.add_argument("--group", default="engagement-stats")
    running.add_argument("--database", required=True)
    running.add_argument("--until-end", action="store_true")
    commands.add_parser("corpus").add_argument("folder", type=Path)
    given = parser.parse_args()
    if given.command == "run":
        client = properties(given.properties)
        run(client, given.group, given.database, until_end=given.until_end)
        return
    count, failed = failures(given.folder)
    print(f"{count} cases, {len(failed)} failed{': ' if failed else ''}{', '.join(failed)}")
    sys.exit(bool(failed) or not count)


if __name__ == "__main__":
    main()
