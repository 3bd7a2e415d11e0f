"""Create the catalogue's topics on a broker, and set their configuration to the catalogue's."""

import os

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its stubs re-export nothing
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from ongoza_contracts.topics import TOPICS

TIMEOUT_SECONDS = 30


class WrongPartitions(RuntimeError):
    """A topic exists with another partition count: its learners' order could not be kept."""


def create_topics(bootstrap: str) -> list[str]:
    """The names of the topics that were missing and now exist; harmless to repeat.

    Raises WrongPartitions, and confluent_kafka.KafkaException when the broker refuses or is away.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap})
    present = admin.list_topics(timeout=TIMEOUT_SECONDS).topics
    for topic in TOPICS:
        if topic.name in present and len(present[topic.name].partitions) != topic.partitions:
            raise WrongPartitions(
                f"{topic.name} has {len(present[topic.name].partitions)} partitions, "
                f"the catalogue says {topic.partitions}"
            )
    missing = [topic for topic in TOPICS if topic.name not in present]
    created = [NewTopic(topic.name, topic.partitions, config=topic.config()) for topic in missing]
    if created:
        for future in admin.create_topics(created).values():
            future.result(TIMEOUT_SECONDS)
    resources = [
        ConfigResource(
            ResourceType.TOPIC,
            topic.name,
            incremental_configs=[
                ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
                for name, value in topic.config().items()
            ],
        )
        for topic in TOPICS
    ]
    for future in admin.incremental_alter_configs(resources).values():
        future.result(TIMEOUT_SECONDS)
    return [topic.name for topic in missing]


if __name__ == "__main__":
    names = create_topics(os.environ["KAFKA_BOOTSTRAP_SERVERS"])
    print(f"topics created: {', '.join(names) or 'none, all were there'}")
