"""The catalogue as pages for other teams: what there is, when, keyed how, by and for whom, field by
field; from the same classes, schemas, examples and needs as all else."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from uuid import UUID

from ongoza_contracts.codec import MAX_PAYLOAD_BYTES, Record, encode
from ongoza_contracts.event import Fact
from ongoza_contracts.needs import Schema
from ongoza_contracts.topics import COMPACTED_WITHIN, FACT_TYPES, SUNSETS, TOPICS, Topic, topic_of
from scripts.contracts.asyncapi import header_schema
from scripts.contracts.fields import fields
from scripts.contracts.history import history
from scripts.contracts.markup import STYLE, code, link, page, page_link, table, text
from scripts.contracts.needs import Needs

EXAMPLE_ID = UUID("01980000-0000-7000-8000-000000000001")
EXAMPLE_TIME = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
EXAMPLE_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

Pages = dict[str, str]


def pages(contracts: Path, schemas: Mapping[str, Schema], needs: Needs) -> Pages:
    """Every file of the site and its text."""
    made = {
        "style.css": STYLE,
        "index.html": _index(needs),
        "asyncapi.yaml": (contracts / "asyncapi.yaml").read_text(),
    }
    for topic in TOPICS:
        made[f"{topic.name}.html"] = _topic(topic)
    for name, fact in FACT_TYPES.items():
        made[f"{name}.html"] = _fact(contracts, name, fact, schemas[name], needs)
        made[f"schemas/{name}.json"] = json.dumps(schemas[name], indent=2) + "\n"
    return made


def _index(needs: Needs) -> str:
    topics = [
        [page_link(topic.name), text(topic.what), topic.producer, ", ".join(topic.consumers)]
        for topic in TOPICS
    ]
    teams = [
        [escape(team.team), escape(team.contact), ", ".join(map(page_link, team.needs))]
        for team in needs.teams
    ]
    headers = [
        [code(name), text(header["description"])]
        for name, header in header_schema()["properties"].items()
    ]
    headers.append([code("content-type"), "Always application/json."])
    return page(
        "Topics and facts",
        "<p>Every record is the whole current state of one entity, with a version. Keep the "
        "highest version of each key and you need nothing else: duplicates, late records and "
        "replays are harmless. Records are CloudEvents 1.0 in Kafka's binary mode: attributes are "
        f"headers, the body is JSON of at most {MAX_PAYLOAD_BYTES // 1024} KiB. For tools: "
        f"{link('asyncapi.yaml', 'AsyncAPI 3')}.</p>",
        "<h2>Topics</h2>",
        table(("topic", "what", "written by", "read by"), topics),
        "<h2>Headers of every record</h2>",
        table(("header", "meaning"), headers),
        _how_to_consume(),
        "<h2>Teams and what they use</h2>",
        table(("team", "contact", "facts"), teams),
    )


def _how_to_consume() -> str:
    return (
        "<h2>How to become a consumer</h2><ol>"
        "<li>Try a topic: <code>python -m ongoza_contracts.consume --topic progress --group "
        "my-team --properties kafka.properties</code> prints its facts.</li>"
        "<li>Write <code>contracts/consumers/&lt;team&gt;/needs.yaml</code>: a contact, and the "
        "facts, fields and values that the team uses.</li>"
        "<li>Add the team to the <code>consumers</code> of each topic in "
        "<code>contracts/ongoza_contracts/topics.py</code>, and ask for a review of that change. "
        "<code>make check</code> says what does not fit.</li>"
        "<li>Once it is merged, the operators apply the catalogue to Kafka, which grants the right "
        "to read in groups named after the team, and hand over the team's login.</li></ol>"
    )


def _topic(topic: Topic) -> str:
    rows = [
        ["why", text(topic.why)],
        ["key", escape(topic.key)],
        [
            "partitions",
            f"{topic.partitions}, by CRC-32 of the {escape(topic.partition_key)} as text, modulo "
            f"{topic.partitions}: the facts of one {escape(topic.partition_key)} are in order",
        ],
        ["written by", topic.producer],
        ["read by", ", ".join(topic.consumers) or "no consumer yet"],
        [
            "retention",
            f"every fact for {in_words(topic.history)}; of each key the last fact for ever. Older "
            f"facts of a key are gone within {in_words(COMPACTED_WITHIN)} more.",
        ],
        ["settings", "<br>".join(_setting(*one) for one in topic.config().items())],
        ["AsyncAPI", link("asyncapi.yaml", f"channel {topic.kind}")],
    ]
    facts = [[page_link(fact.type), text(_summary(fact))] for fact in topic.facts]
    return page(
        topic.name,
        f"<p>{text(topic.what)}</p>",
        table(("property", "value"), rows),
        "<h2>Facts</h2>",
        table(("type", "when"), facts),
    )


def _setting(name: str, value: str) -> str:
    setting = code(f"{name}={value}")
    if name.endswith(".ms"):
        return f"{setting} ({in_words(timedelta(milliseconds=int(value)))})"
    return f"{setting} ({int(value) // 1024} KiB)" if name.endswith(".bytes") else setting


def in_words(time: timedelta) -> str:
    """In the largest unit that divides it: 30 days, 36 hours."""
    units = {"day": 86400, "hour": 3600, "minute": 60, "second": 1}
    seconds = int(time.total_seconds())
    name, size = next(one for one in units.items() if seconds % one[1] == 0)
    return f"{seconds // size} {name}{'' if seconds == size else 's'}"


def _fact(contracts: Path, name: str, fact: type[Fact], schema: Schema, needs: Needs) -> str:
    rows = [
        [
            code(field.path),
            escape(field.kind),
            escape(field.unit),
            "" if field.required else "may be absent",
            text(field.meaning),
            ", ".join(needs.of_field(name, field.path)),
        ]
        for field in fields(schema)
    ]
    examples = {path.stem: path.read_text() for path in (contracts / "examples" / name).iterdir()}
    bodies = (
        f"<h3>{kind}</h3><pre>{escape(body)}</pre>" for kind, body in sorted(examples.items())
    )
    full = encode(
        fact.model_validate_json(examples["full"]),
        time=EXAMPLE_TIME,
        id=EXAMPLE_ID,
        traceparent=EXAMPLE_TRACE,
    )
    return page(
        name,
        f"<p>{text(_summary(fact))} On {page_link(topic_of(fact).name)}.</p>",
        _sunset(name),
        f"<p>{link(f'schemas/{name}.json', 'JSON Schema')}, "
        f"{link('asyncapi.yaml', f'AsyncAPI: message {name}')}</p>",
        "<h2>Fields</h2>",
        table(("field", "type", "unit", "presence", "meaning", "used by"), rows),
        "<h2>A record</h2>",
        _record(full),
        "<h2>Examples of bodies</h2>",
        *bodies,
        "<h2>Versions of the schema</h2>",
        table(("version", "what changed"), _changes(contracts, name)),
    )


def _record(record: Record) -> str:
    """The full example as it lies on the topic."""
    rows = [
        ["topic", code(record.topic)],
        ["key", code(record.key)],
        ["partition", f"{record.partition}, by the partition key {code(record.partition_key)}"],
        *([f"header {code(name)}", code(value.decode())] for name, value in record.headers()),
        ["body", "the example <em>full</em> below, on one line"],
    ]
    return table(("part", "value"), rows)


def _sunset(name: str) -> str:
    if name not in SUNSETS:
        return ""
    sunset = SUNSETS[name]
    return (
        f'<p class="removed">Deprecated since {sunset.deprecated}, '
        f"may be missing from {sunset.sunset}: "
        f"{escape(sunset.migration)}</p>"
    )


def _changes(contracts: Path, name: str) -> list[list[str]]:
    """Newest first: the fields added and removed, those of parts included."""
    rows = []
    then: set[str] = set()
    for number, schema in history(contracts, name):
        now = {field.path for field in fields(schema)}
        added, removed = sorted(now - then), sorted(then - now)
        changes = [f"new: {', '.join(added)}"] if added and then else []
        changes += [f"removed: {', '.join(removed)}"] if removed else []
        same = "values, bounds or wording of fields" if then else "first published"
        rows.append([number, escape("; ".join(changes) or same)])
        then = now
    return rows[::-1]


def _summary(fact: type[Fact]) -> str:
    return " ".join((fact.__doc__ or "").split())
