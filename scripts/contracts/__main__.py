"""Generate what is published of the contracts (JSON Schemas, AsyncAPI); check what is committed."""

import json
from difflib import unified_diff
from pathlib import Path
from typing import Annotated, Any

import jsonschema
import typer
import yaml

from ongoza_contracts.codec import Received, decode
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import FACT_TYPES, TOPICS, Topic
from scripts.contracts import sunsets
from scripts.contracts.compatibility import breaks, not_remembered, remember
from scripts.contracts.corpus import corpus
from scripts.contracts.needs import load, unlisted, unmet
from scripts.contracts.site import pages

CONTRACTS = Path(__file__).parents[2] / "contracts"
EXAMPLES = ("minimal", "full", "future")

app = typer.Typer(help=__doc__, no_args_is_help=True)


@app.command()
def write(contracts: Annotated[Path, typer.Option()] = CONTRACTS) -> None:
    """Write schemas/ and asyncapi.yaml anew."""
    for path, text in published(contracts).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(f"wrote {path.relative_to(contracts)}")
    for path in remember(contracts, schemas()):
        print(f"published {path.relative_to(contracts)}")


@app.command()
def site(
    folder: Annotated[Path, typer.Argument(help="Where to write the pages.")],
    contracts: Annotated[Path, typer.Option()] = CONTRACTS,
) -> None:
    """Write the catalogue as static pages."""
    needs, _ = load(contracts)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages(contracts, schemas(), needs).items():
        (folder / name).write_text(text)
    print(f"open {folder / 'index.html'}")


@app.command()
def check(contracts: Annotated[Path, typer.Option()] = CONTRACTS) -> None:
    """Fail, saying what differs, unless the committed files are what the classes say."""
    now = schemas()
    needs, problems = load(contracts)
    # What is generated is partly made from the examples.
    problems += bad_examples(contracts) or differences(contracts)
    problems += [*not_remembered(contracts, now), *sunsets.too_early(contracts, now)]
    problems += [str(one) for one in breaks(contracts, now, needs)]
    problems += [*unmet(needs, now), *unlisted(needs)]
    for problem in problems:
        print(problem)
    if problems:
        raise typer.Exit(1)
    print(f"contracts: {len(TOPICS)} topics, {len(FACT_TYPES)} facts: schemas and examples agree")


def published(contracts: Path) -> dict[Path, str]:
    """Every generated file and its text."""
    files = {
        contracts / "schemas" / f"{name}.json": json.dumps(schema(fact), indent=2) + "\n"
        for name, fact in FACT_TYPES.items()
    }
    files |= {contracts / "corpus" / name: text for name, text in corpus(contracts).items()}
    files[contracts / "asyncapi.yaml"] = yaml.safe_dump(asyncapi(), sort_keys=False, width=100)
    return files


def schemas() -> dict[str, dict[str, Any]]:
    return {name: schema(fact) for name, fact in FACT_TYPES.items()}


def schema(fact: type[Fact]) -> dict[str, Any]:
    """The fact's JSON Schema as consumers should use it: open, for fields to come.

    That core sends no unknown field is held by the class itself, which is closed.
    """
    document = fact.model_json_schema(mode="serialization")
    _open(document)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ongoza:schema:{fact.type}",
        **document,
    }


def _open(node: Any) -> None:
    if isinstance(node, dict):
        if node.get("additionalProperties") is False:
            del node["additionalProperties"]
        for item in node.values():
            _open(item)
    elif isinstance(node, list):
        for item in node:
            _open(item)


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
            "messageTraits": {"cloudEvent": {"headers": _header_schema()}},
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


def _header_schema() -> dict[str, Any]:
    texts = {
        "ce_specversion": "Always 1.0.",
        "ce_id": "UUIDv7, one for each fact; a duplicate carries the same.",
        "ce_source": "Who published.",
        "ce_type": "Which fact: decides the schema of the body.",
        "ce_subject": "The entity: the record's key.",
        "ce_time": "When it happened, UTC.",
        "ce_dataschema": "Names the schema of the body.",
        "ce_partitionkey": "What decided the partition.",
        "ce_sequence": "The entity's version, padded to 19 digits so that it sorts as text.",
    }
    return {
        "type": "object",
        "required": list(texts),
        "properties": {
            **{name: {"type": "string", "description": text} for name, text in texts.items()},
            "traceparent": {"type": "string", "description": "W3C trace context, where known."},
        },
    }


def differences(contracts: Path) -> list[str]:
    """One unified diff for each generated file that is missing, different or no longer wanted."""
    expected = published(contracts)
    problems = []
    for path, text in expected.items():
        committed = path.read_text() if path.exists() else ""
        if committed != text:
            name = str(path.relative_to(contracts))
            lines = unified_diff(
                committed.splitlines(), text.splitlines(), f"committed {name}", name, lineterm=""
            )
            problems.append("\n".join(lines) + "\nrun `make schemas` if the change is meant")
    left_over = {*(contracts / "schemas").glob("*.json"), *(contracts / "corpus").glob("*.json")}
    return problems + [
        f"{path.parent.name} of no fact: {path.name}" for path in sorted(left_over - set(expected))
    ]


def bad_examples(contracts: Path) -> list[str]:
    """What is wrong with the examples: each fact has the three kinds, and all can be read."""
    problems = []
    for name, fact in FACT_TYPES.items():
        folder = contracts / "examples" / name
        present = {path.stem: path for path in sorted(folder.glob("*.json"))}
        problems += [
            f"missing example: {name}/{kind}.json" for kind in EXAMPLES if kind not in present
        ]
        problems += [
            f"example {name}/{path.name}: {problem}"
            for path in present.values()
            if (problem := _example_problem(fact, path))
        ]
    folders = {path.name for path in (contracts / "examples").iterdir() if path.is_dir()}
    return problems + [f"examples of no fact: {name}" for name in sorted(folders - set(FACT_TYPES))]


def _example_problem(fact: type[Fact], path: Path) -> str | None:
    body = path.read_bytes()
    headers = [("ce_specversion", b"1.0"), ("ce_id", b"example"), ("ce_type", fact.type.encode())]
    try:
        received = decode(headers, body)
        jsonschema.validate(
            json.loads(body), schema(fact), format_checker=jsonschema.FormatChecker()
        )
    except (ValueError, jsonschema.ValidationError) as error:
        return str(error).splitlines()[0]
    if not isinstance(received, Received):
        return "is not read as its fact"
    unchanged = json.loads(received.fact.model_dump_json()) == json.loads(body)
    if path.stem == "future" and unchanged:
        return "has no unknown field"
    if path.stem != "future" and not unchanged:
        return "is not what core would write"
    return None


if __name__ == "__main__":
    app()
