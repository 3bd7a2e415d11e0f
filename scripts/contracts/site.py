"""The catalogue as pages for other teams: what there is, when, keyed how, by and for whom, field by
field; from the same classes, schemas, examples and needs as all else. No script, no network."""

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from ongoza_contracts.event import Fact
from ongoza_contracts.topics import FACT_TYPES, SUNSETS, TOPICS, Topic, topic_of
from scripts.contracts.history import history
from scripts.contracts.needs import Needs
from scripts.contracts.structure import Schema, resolve

STYLE = """
:root { color-scheme: light dark; --line: #8884; --dim: #777; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { padding: .8rem; border: 1px solid var(--line); border-radius: .4rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } .scroll { overflow-x: auto; }
td, th { text-align: left; vertical-align: top; padding: .35rem .6rem; }
td, th { border-bottom: 1px solid var(--line); }
nav { margin-bottom: 1.5rem; } .dim { color: var(--dim); } .removed { color: #b00; }
"""

Pages = dict[str, str]


def pages(contracts: Path, schemas: Mapping[str, Schema], needs: Needs) -> Pages:
    """Every file of the site and its text."""
    made = {"style.css": STYLE, "index.html": _index(needs)}
    for topic in TOPICS:
        made[f"{topic.name}.html"] = _topic(topic)
    for name, fact in FACT_TYPES.items():
        made[f"{name}.html"] = _fact(contracts, name, fact, schemas[name], needs)
    return made


def _index(needs: Needs) -> str:
    topics = [
        [_link(topic.name), escape(topic.what), topic.producer, ", ".join(topic.consumers)]
        for topic in TOPICS
    ]
    teams = [
        [escape(team.team), escape(team.contact), ", ".join(map(_link, team.needs))]
        for team in needs.teams
    ]
    return _page(
        "Topics and facts",
        "<p>Every record is the whole current state of one entity, with a version. Keep the "
        "highest version of each key and you need nothing else: duplicates, late records and "
        "replays are harmless. Records are CloudEvents 1.0 in Kafka's binary mode.</p>",
        "<h2>Topics</h2>",
        _table(("topic", "what", "written by", "read by"), topics),
        "<h2>Teams and what they use</h2>",
        _table(("team", "contact", "facts"), teams),
    )


def _topic(topic: Topic) -> str:
    rows = [
        ["why", escape(topic.why)],
        ["key", escape(topic.key)],
        ["partitions", f"{topic.partitions}, by CRC-32 of the {escape(topic.partition_key)}"],
        ["written by", topic.producer],
        ["read by", ", ".join(topic.consumers) or "no consumer yet"],
        [
            "retention",
            f"every fact for {topic.history.days} days; of each key the last fact for ever",
        ],
        ["settings", "<br>".join(f"<code>{k}={v}</code>" for k, v in topic.config().items())],
    ]
    facts = [[_link(fact.type), escape(_said(fact))] for fact in topic.facts]
    return _page(
        topic.name,
        f"<p>{escape(topic.what)}</p>",
        _table(("", ""), rows),
        "<h2>Facts</h2>",
        _table(("type", "when"), facts),
    )


def _fact(contracts: Path, name: str, fact: type[Fact], schema: Schema, needs: Needs) -> str:
    fields = [
        [
            f"<code>{escape(path)}</code>",
            escape(kind),
            "" if required else "may be absent",
            escape(text),
            ", ".join(needs.of_field(name, path)),
        ]
        for path, kind, required, text in _fields(schema, schema)
    ]
    examples = "".join(
        f"<h3>{path.stem}</h3><pre>{escape(path.read_text())}</pre>"
        for path in sorted((contracts / "examples" / name).glob("*.json"))
    )
    return _page(
        name,
        f"<p>{escape(_said(fact))} On {_link(topic_of(fact).name)}.</p>",
        _sunset(name),
        "<h2>Fields</h2>",
        _table(("field", "type", "", "meaning", "used by"), fields),
        "<h2>Examples</h2>",
        examples,
        "<h2>Versions of the schema</h2>",
        _table(("version", "what changed"), _changes(contracts, name)),
    )


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
    """Newest first: the fields added and removed, or that only wording or bounds changed."""
    versions = history(contracts, name)
    rows = []
    before: Schema = {}
    for number, schema in versions:
        now, then = schema.get("properties", {}), before.get("properties", {})
        added, removed = now.keys() - then.keys(), then.keys() - now.keys()
        changes = [f"new: {', '.join(sorted(added))}"] if added and then else []
        changes += [f"removed: {', '.join(sorted(removed))}"] if removed else []
        first = "first published" if not then else "wording or bounds"
        rows.append([number, escape("; ".join(changes) or first)])
        before = schema
    return rows[::-1]


def _fields(node: Schema, root: Schema, inside: str = "") -> Iterator[tuple[str, str, bool, str]]:
    """Path, type, whether it is always there, and meaning."""
    required = set(node.get("required", ()))
    for name, field in node.get("properties", {}).items():
        path = f"{inside}{name}"
        resolved = resolve(field, root)
        text = field.get("description") or resolved.get("description") or ""
        yield path, _kind(field, root), name in required, text
        part = resolve(resolved.get("items", resolved), root)
        if "properties" in part:
            yield from _fields(part, root, f"{path}.")


def _kind(field: Schema, root: Schema) -> str:
    node = resolve(field, root)
    if "anyOf" in node:
        return " or ".join(_kind(option, root) for option in node["anyOf"])
    if "enum" in node:
        return "one of " + ", ".join(map(str, node["enum"]))
    if node.get("type") == "array":
        return f"list of {_kind(node['items'], root)}{_bounds(node, 'Items')}"
    if "format" in node:
        return str(node["format"])
    return f"{node.get('type', '')}{_range(node)}{_bounds(node, 'Length')}"


def _range(node: Schema) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    return f" {low}..{high}" if low is not None and high is not None else ""


def _bounds(node: Schema, what: str) -> str:
    most = node.get(f"max{what}")
    return f", at most {most}" if most is not None else ""


def _said(fact: type[Fact]) -> str:
    return " ".join((fact.__doc__ or "").split())


def _link(name: str) -> str:
    return f'<a href="{escape(name)}.html"><code>{escape(name)}</code></a>'


def _table(heads: tuple[str, ...], rows: list[list[Any]]) -> str:
    head = "".join(f"<th>{one}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    table = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="scroll"><table>{table}</table></div>'


def _page(title: str, *parts: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>"
        '<link rel="stylesheet" href="style.css"></head><body>'
        '<nav><a href="index.html">Ongoza CyberHub: topics and facts</a></nav>'
        f"<h1>{escape(title)}</h1>{''.join(parts)}</body></html>\n"
    )
