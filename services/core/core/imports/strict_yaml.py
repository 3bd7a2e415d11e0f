"""One YAML document as plain values, with the line of each.

YAML 1.1 reads `NO` as false, `1:30` as 90, and takes the last of two equal keys. Here every scalar
is a text but `true`, `false`, `null` and whole numbers. No aliases, tags and repeated keys.
"""

import re
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

import yaml

from core.imports.reading import RowError, Unreadable

MAX_DEPTH = 12
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indices, from the document down to a value."""


@dataclass
class Document:
    values: Any = None
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of the value at `path`, or of the closest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse_yaml(content: bytes) -> Document:
    """Raises Unreadable, which names the line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(RowError(line, "", "Save the file as UTF-8.")) from None
    try:
        _check_events(text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise Unreadable(_fault(error)) from None
    document = Document()
    document.values = _value(node, (), document.lines) if node else None
    return document


def _check_events(text: str) -> None:
    """Before anything is built of it: no aliases, no tags, one document, not too deep."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        documents += isinstance(event, yaml.DocumentStartEvent)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.AliasEvent):
            _refuse(event, "Write the value again: aliases are not possible.")
        if getattr(event, "tag", None) is not None:
            _refuse(event, "Tags are not possible.")
        if documents > 1:
            _refuse(event, "A file has one document.")
        if depth > MAX_DEPTH:
            _refuse(event, f"At most {MAX_DEPTH} levels are possible.")


def _value(node: Any, path: Path, lines: dict[Path, int]) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, (*path, number), lines) for number, one in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: Any, path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, str):
            _refuse(key_node, "A key is a text.")
        if key in found:
            _refuse(key_node, "The key is there twice.")
        found[key] = _value(value_node, (*path, key), lines)
        lines[*path, key] = key_node.start_mark.line + 1
    return found


def _scalar(node: Any) -> Any:
    text: str = node.value
    if node.style:  # it is quoted
        return text
    if INTEGER.fullmatch(text):
        return int(text)
    return WORDS.get(text, text)


def _refuse(where: Any, detail: str) -> NoReturn:
    raise Unreadable(RowError(where.start_mark.line + 1, "", detail))


def _fault(error: yaml.YAMLError) -> RowError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", "") or "unreadable"
    return RowError(mark.line + 1 if mark else 1, "", f"This is not YAML: {problem}.")
