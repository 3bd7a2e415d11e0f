"""The AsyncAPI document that is published of the catalogue."""

from typing import Any

from ongoza_contracts.event import Fact
from ongoza_contracts.topics import FACT_TYPES, TOPICS, Topic


def asyncapi() -> dict[str, Any]:
    """The catalogue as an AsyncAPI 3 document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ongoza CyberHub facts",
            "version": "1.0.0",
            "description": "Versioned facts: each record is the whole current state of one entity. "
            "Keep the highest version of each key.",
        },
        "defaultContentType": "application/json",
        "channels": {_channel(topic): _channel_object(topic) for topic in TOPICS},
        "operations": {
            f"publish_{_channel(topic)}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{_channel(topic)}"},
                "summary": topic.why,
            }
            for topic in TOPICS
        },
        "components": {
            "messages": {name: _message(fact) for name, fact in FACT_TYPES.items()},
            "messageTraits": {"cloudEvent": {"headers": header_schema()}},
        },
    }


def _channel(topic: Topic) -> str:
    return topic.name.removeprefix("ongoza.")


def _channel_object(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": f"{topic.what} {topic.why}",
        "messages": {
            fact.type: {"$ref": f"#/components/messages/{fact.type}"} for fact in topic.facts
        },
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [topic.config()["cleanup.policy"]],
                    "delete.retention.ms": int(topic.config()["delete.retention.ms"]),
                    "max.message.bytes": int(topic.config()["max.message.bytes"]),
                },
            }
        },
        "x-key": topic.key,
        "x-partition-key": topic.partition_key,
        "x-producer": topic.producer,
        "x-consumers": list(topic.consumers),
        "x-min-compaction-lag-ms": int(topic.config()["min.compaction.lag.ms"]),
    }


def _message(fact: type[Fact]) -> dict[str, Any]:
    return {
        "name": fact.type,
        "title": fact.__name__,
        "summary": (fact.__doc__ or "").strip(),
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-07",
            "schema": {"$ref": f"./schemas/{fact.type}.json"},
        },
    }


def header_schema() -> dict[str, Any]:
    """The headers of every record, each with its meaning."""
    texts = {
        "ce_specversion": "Always 1.0.",
        "ce_id": "UUIDv7, one for each fact; a duplicate carries the same.",
        "ce_source": "The service that published the fact.",
        "ce_type": "The type of the fact, which decides the schema of the body.",
        "ce_subject": "The entity: equal to the record's key.",
        "ce_time": "When it happened, UTC. A fact that is published again keeps it; the record's "
        "timestamp is when it was queued to be published.",
        "ce_dataschema": "Names the schema of the body: `urn:ongoza:schema:` and the type.",
        "ce_partitionkey": "The value that decides the partition.",
        "ce_sequence": "The entity's version, padded to 19 digits so that it sorts as text.",
    }
    deprecation = {
        "ce_deprecated": "Always true.",
        "ce_deprecationfrom": "The time since which it is deprecated.",
        "ce_deprecationsunset": "The time from which the fact may be missing.",
        "ce_deprecationmigration": "A URI that says what to use instead.",
    }
    return {
        "type": "object",
        "required": list(texts),
        "properties": {
            **{name: {"type": "string", "description": text} for name, text in texts.items()},
            **{
                name: {
                    "type": "string",
                    "description": f"{text} Only on facts that will be removed.",
                }
                for name, text in deprecation.items()
            },
            "traceparent": {"type": "string", "description": "W3C trace context, if known."},
        },
    }
