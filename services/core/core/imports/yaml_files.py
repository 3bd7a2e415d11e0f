"""What the files in YAML have in common: their size, their keys, and their parts as rows."""

from collections.abc import Collection, Mapping
from typing import Any, BinaryIO

import yaml
from rest_framework.exceptions import ValidationError

from core.imports.reading import Row, RowError, Unreadable
from core.imports.rows import CheckedRow
from core.imports.strict_yaml import Document, Path, parse_yaml
from core.kit.errors import validation_errors

MAX_BYTES = 4 * 2**20


def read_document(file: BinaryIO) -> Document:
    """Raises Unreadable."""
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Unreadable(RowError(1, "", f"A file has at most {MAX_BYTES:,} bytes."))
    return parse_yaml(content)


def check_keys(
    document: Document, keys: Collection[str], *, required: Collection[str], lists: Collection[str]
) -> None:
    """Raises Unreadable for an unknown or missing key, and for a value that is no list."""
    values = document.values
    if not isinstance(values, dict):
        raise Unreadable(RowError(1, "", f"Write a mapping with {', '.join(keys)}."))
    faults = [
        RowError(document.line((name,)), name[:64], "Unknown key.")
        for name in values.keys() - {*keys}
    ]
    faults += [RowError(1, n, "This key is required.") for n in required if n not in values]
    faults += [
        RowError(document.line((name,)), name, "This must be a list.")
        for name in lists
        if not isinstance(values.get(name) or [], list)
    ]
    if faults:
        raise Unreadable(*faults)


def checked_row(document: Document, path: Path, serializer_class: Any) -> CheckedRow:
    """The part at `path` as a row, or what is wrong with it."""
    values = document.values
    for step in path:
        values = values[step]
    serializer = serializer_class(data=values)
    try:
        serializer.is_valid(raise_exception=True)
    except ValidationError as error:
        return [_fault(document, path, one) for one in validation_errors(error)]
    return Row(document.line(path), {**serializer.validated_data})


def _fault(document: Document, path: Path, found: Mapping[str, str]) -> RowError:
    within = tuple(int(one) if one.isdecimal() else one for one in found["field"].split(".") if one)
    return RowError(document.line((*path, *within)), found["field"], found["detail"])


def dump_yaml(document: Any) -> str:
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text


class _Dumper(yaml.SafeDumper):
    """Writes no aliases, which `parse_yaml` refuses."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
