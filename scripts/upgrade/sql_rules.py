"""Statements of SQL with which processes of the last release would fail or wait."""

import re

_WORD = r"(?:%(?:\d+\$)?[is]|\w+)"
"""Also the place of a name in a text for format()."""
_NAME = rf"(?:if (?:not )?exists )?(?:only )?(?:{_WORD}\.)?({_WORD})"
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_JOINED = re.compile(r"'\s*\n\s*'|\s+")
"""White space, and the seam of a text that is continued on the next line."""
_CREATED = re.compile(rf"\bcreate (?:unlogged )?table {_NAME}")
_ALTERED = re.compile(
    rf"\balter (table|(?:materialized )?view|sequence|schema) {_NAME} (.*?)(?=;|\balter table\b|$)"
)
_INDEX = re.compile(rf"\bcreate (?:unique )?index (?!concurrently\b)(?:[^;()]*? )?on {_NAME}")
_DROPPED = re.compile(
    r"\bdrop (table|(?:materialized )?view|index|function|schema|type|sequence) "
    r"(?:concurrently )?([^;']+)"
)
_EMPTIED = re.compile(r"\btruncate (?!on\b|or\b)(?:table )?([^;']+)")
_FIRST_NAME = re.compile(_NAME)

_NOT_DROPPED = r"(?:constraint|default|not|expression|identity)\b"
_COLUMN = r"(?:column )?(?:if (?:not )?exists )?"
_NO_COLUMN = r"(?:constraint|check|unique|primary|foreign|exclude)\b"
_ADDED = rf"^add {_COLUMN}(?!{_NO_COLUMN})\w+ "
_NOT_VOLATILE = (
    r"(?:now|(?:statement|transaction)_timestamp|check|and|or|not|in|char|varchar|numeric|vector)\b"
)
"""What stands before a parenthesis behind DEFAULT and is the same for all rows."""
ACTIONS = (
    (re.compile(rf"^drop {_COLUMN}(?!{_NOT_DROPPED})\w+"), "drops a column"),
    (re.compile(r"^rename\b"), "renames"),
    (re.compile(r"^set schema\b"), "moves a table"),
    (re.compile(r"\bset not null\b"), "makes a column NOT NULL"),
    (re.compile(r"^alter (?:column )?\w+ drop default\b"), "drops a default"),
    (re.compile(r"^alter (?:column )?\w+ (?:set data )?type\b"), "changes a column's type"),
    (
        re.compile(rf"{_ADDED}(?=.*\bnot null\b)(?!.*\b(?:default|generated)\b)"),
        "adds a column that is NOT NULL without a default",
    ),
    (
        re.compile(rf"{_ADDED}.*\b(?:unique|primary key|references)\b"),
        "adds a column with a constraint, for which writers wait",
    ),
    (
        re.compile(
            rf"{_ADDED}.*(?:\bdefault\b.*\b(?!{_NOT_VOLATILE})\w+ ?\(|\bas identity\b|\bstored\b)"
            rf"|{_ADDED}(?:small|big)?serial\b"
        ),
        "adds a column with a value of its own for each row, which rewrites the table",
    ),
    (
        re.compile(rf"^add {_NO_COLUMN}(?!.*\b(?:not valid|using index)\b)"),
        "adds a constraint that existing rows are checked by (NOT VALID is not)",
    ),
)


def faults(sql: str, new_tables: frozenset[str] = frozenset()) -> list[str]:
    """What breaks or blocks the last release, one sentence for each.

    Tables that `sql` itself creates, and `new_tables`, are not known to the last release. The
    statements of DO blocks and of EXECUTE are read like all others.
    """
    text = _plain(sql)
    new = new_tables | created_tables(sql)
    dropped = [
        f"drops the {match[1]} {name}"
        for match in _DROPPED.finditer(text)
        for name in _names(match[2])
        # a table that is created again after it is dropped is reported as well
        if match[1] != "table" or name not in new_tables
    ]
    emptied = [
        f"empties the table {name}"
        for match in _EMPTIED.finditer(text)
        for name in _names(match[1])
        if name not in new
    ]
    altered = [
        f"{said}: {match[1]} {match[2]}"
        for match in _ALTERED.finditer(text)
        if match[1] != "table" or match[2] not in new
        for said in _actions(match[3])
    ]
    indexed = [
        f"builds an index while writers of {match[1]} wait (CONCURRENTLY)"
        for match in _INDEX.finditer(text)
        if match[1] not in new
    ]
    return dropped + emptied + altered + indexed


def created_tables(sql: str) -> frozenset[str]:
    names = _CREATED.findall(_plain(sql))
    return frozenset(name for name in names if not name.startswith("%"))


def _names(text: str) -> list[str]:
    """Of a list between commas, without their schemas."""
    return [match[1] for part in _split(text) if (match := _FIRST_NAME.match(part))]


def _actions(text: str) -> list[str]:
    actions = _split(text.replace("'", " "))
    return [said for action in actions for pattern, said in ACTIONS if pattern.search(action)]


def _split(text: str) -> list[str]:
    """What stands between commas outside of parentheses."""
    parts, depth = [""], 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _plain(sql: str) -> str:
    """In small letters, on one line, without comments and the quotes of names."""
    return _JOINED.sub(_space, _COMMENTS.sub(" ", sql)).lower().replace('"', "")


def _space(match: re.Match[str]) -> str:
    return " " if match[0].isspace() else ""
