"""Try a topic: print its facts from the beginning, one JSON object a line.

    python -m ongoza_contracts.consume --topic progress --group mine

With a team's needs.yaml it checks that what the team needs is published, and prints only that. It
neither joins the group nor commits offsets: members of the group that are at work notice nothing,
and it starts from the beginning each time.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ongoza_contracts.codec import BadRecord, Received, Tombstone
from ongoza_contracts.consumer import Read, read
from ongoza_contracts.needs import TeamNeeds
from ongoza_contracts.topics import FACT_TYPES, TOPIC_BY_NAME, Topic

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

PROPERTIES = Path(".local/my_team.properties")
"""Where `make up` writes a login that may read every topic."""
WAIT_SECONDS = 30.0
SETTINGS = {
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
    "enable.partition.eof": True,
    "log_level": 0,
}
INSTALL = "pip install 'ongoza-contracts[consume]'"


class CannotConsume(Exception):
    """The message says what is wrong and what would be right."""


def consume(
    topic: Topic, client: Mapping[str, str], group: str, needs: TeamNeeds | None, *, follow: bool
) -> Counter[str]:
    """Prints the topic's facts and returns how many records of each outcome there were."""
    counts: Counter[str] = Counter()
    for message in _messages(topic, client, group, follow):
        try:
            content = _read(message, topic)
        except BadRecord as bad:
            counts["cannot be read"] += 1
            at = f"partition {message.partition()} offset {message.offset()}"
            print(f"{at}: {bad}", file=sys.stderr)
            continue
        if not isinstance(content, Received):
            counts["tombstones" if isinstance(content, Tombstone) else "of unknown types"] += 1
            continue
        counts["facts"] += 1
        if (line := _line(content, needs)) is not None:
            print(json.dumps(line), flush=follow)
    return counts


def _read(message: "Message", topic: Topic) -> Read:
    """Refuses also a fact whose record contradicts it. Raises BadRecord."""
    content = read(message)
    if isinstance(content, Received):
        key = message.key()
        content.check_record(
            topic,
            name=str(message.topic()),
            partition=int(message.partition() or 0),
            key=key.encode() if isinstance(key, str) else key,
        )
    return content


def _line(received: Received, needs: TeamNeeds | None) -> dict[str, Any] | None:
    """What is printed of a fact; None for one that the team does not need."""
    fact = received.fact
    body = json.loads(fact.model_dump_json())
    if needs is not None:
        if fact.type not in needs.needs:
            return None
        body = only(body, needs.needs[fact.type].fields)
    return {"type": fact.type, "key": fact.key, "time": received.time, "fact": body}


def only(body: Any, paths: Sequence[str]) -> Any:
    """The parts of a body that the paths name: `status`, `result.primary`, `items.content_id`."""
    if isinstance(body, list):
        return [only(one, paths) for one in body]
    if not isinstance(body, dict) or "" in paths:
        return body
    below: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition(".")
        below.setdefault(name, []).append(rest)
    return {name: only(body[name], rests) for name, rests in below.items() if name in body}


def group_id(group: str, login: str) -> str:
    """The group as the broker allows it: one that begins with the name of the login."""
    own = login.replace("_", "-")
    return group if not own or group == own or group.startswith(f"{own}-") else f"{own}-{group}"


def problems(topic: Topic, needs: TeamNeeds) -> Iterator[str]:
    """Why a needs file does not fit what this release publishes on the topic."""
    schemas = {
        name: fact.model_json_schema(mode="serialization") for name, fact in FACT_TYPES.items()
    }
    yield from needs.unmet(schemas)
    types = [fact.type for fact in topic.facts]
    if not needs.needs.keys() & set(types):
        yield f"{needs.team} needs no fact of {topic.name}, which carries {', '.join(types)}"


def load_needs(path: Path) -> TeamNeeds:
    try:
        import yaml
    except ImportError:
        raise CannotConsume(f"a needs file is YAML, and PyYAML is missing: {INSTALL}") from None
    try:
        return TeamNeeds.model_validate(yaml.safe_load(path.read_text()))
    except FileNotFoundError:
        raise CannotConsume(
            f"there is no file {path}: write it first, or leave out --needs"
        ) from None
    except (OSError, ValidationError, yaml.YAMLError) as error:
        raise CannotConsume(f"{path}: {error}") from None


def load_properties(path: Path) -> dict[str, str]:
    """librdkafka's properties: one `name=value` a line."""
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise CannotConsume(
            f"{path}: {error.strerror}: name a file of librdkafka's properties by --properties"
        ) from None
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def _messages(
    topic: Topic, client: Mapping[str, str], group: str, follow: bool
) -> Iterator["Message"]:
    """The topic's records, to its present end unless `follow`."""
    try:
        from confluent_kafka import Consumer, KafkaError, KafkaException
    except ImportError:
        raise CannotConsume(f"confluent-kafka is missing: {INSTALL}") from None
    hopeless = {
        *(KafkaError._AUTHENTICATION, KafkaError._SSL, KafkaError._RESOLVE),
        KafkaError._ALL_BROKERS_DOWN,
    }
    failures: list[KafkaError] = []

    def on_error(error: "KafkaError") -> None:
        if error.code() in hopeless:
            failures.append(error)

    consumer = Consumer({**client, **SETTINGS, "group.id": group, "error_cb": on_error})
    partitions: list[TopicPartition] = []
    ended: set[int] = set()
    is_behind = True
    deadline = time.monotonic() + WAIT_SECONDS
    try:
        while follow or is_behind:
            if not partitions and (partitions := _partitions(consumer, topic.name)):
                consumer.assign(partitions)
            message = consumer.poll(1.0)  # a signal waits for its return
            if failures:
                raise KafkaException(failures[0])
            if message is None:
                if is_behind and time.monotonic() > deadline:
                    raise CannotConsume(f"{topic.name} in group {group}: no answer from Kafka")
                continue
            if (error := message.error()) is None:
                yield message
                deadline = time.monotonic() + WAIT_SECONDS
            elif error.code() == KafkaError._PARTITION_EOF:
                ended.add(int(message.partition() or 0))
                is_behind = len(ended) < len(partitions)
            else:
                raise KafkaException(error)
    except KafkaException as failure:
        raise CannotConsume(f"{topic.name} in group {group}: {failure.args[0].str()}") from None
    finally:
        consumer.close()


def _partitions(consumer: "Consumer", topic: str) -> "list[TopicPartition]":
    """All, from their beginnings; none as long as no broker answers."""
    from confluent_kafka import OFFSET_BEGINNING, KafkaError, KafkaException, TopicPartition

    try:
        found = consumer.list_topics(topic, timeout=1.0).topics[topic]
    except KafkaException as failure:
        if failure.args[0].code() in {KafkaError._TRANSPORT, KafkaError._TIMED_OUT}:
            return []
        raise
    if found.error is not None:
        raise KafkaException(found.error)
    return [TopicPartition(topic, number, OFFSET_BEGINNING) for number in found.partitions]


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m ongoza_contracts.consume",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--topic", required=True, help="progress, or ongoza.progress")
    parser.add_argument("--group", required=True, help="a name for the consumer group")
    parser.add_argument(
        "--properties", type=Path, default=PROPERTIES, help=f"address and login ({PROPERTIES})"
    )
    parser.add_argument("--needs", type=Path, help="the team's needs.yaml")
    parser.add_argument("--follow", action="store_true", help="go on with records to come")
    given = parser.parse_args(arguments)
    name = given.topic if given.topic in TOPIC_BY_NAME else f"ongoza.{given.topic}"
    if name not in TOPIC_BY_NAME:
        kinds = ", ".join(topic.kind for topic in TOPIC_BY_NAME.values())
        parser.error(f"there is no topic {given.topic}: choose one of {kinds}")
    given.topic = TOPIC_BY_NAME[name]
    return given


def main(arguments: Sequence[str] | None = None) -> int:
    given = _arguments(arguments)
    topic: Topic = given.topic
    try:
        needs = load_needs(given.needs) if given.needs else None
        if needs and (found := [*problems(topic, needs)]):
            raise CannotConsume("\n".join(found))
        client = load_properties(given.properties)
        group = group_id(given.group, client.get("sasl.username", ""))
        counts = consume(topic, client, group, needs, follow=given.follow)
        sys.stdout.flush()
    except CannotConsume as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:  # who reads has seen enough, as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at the exit
        return 0
    if needs and needs.team not in topic.consumers:
        print(f"{needs.team} is not among the consumers of {topic.name} yet", file=sys.stderr)
    outcome = ", ".join(f"{count} {what}" for what, count in counts.items()) or "no records"
    print(f"{topic.name} in group {group}: {outcome}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
