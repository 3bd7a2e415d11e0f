"""The log lines of one request, of every process that worked on it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

Line: TypeAlias = Mapping[str, Any]
SHOWN_FIRST = ("time", "service", "event")
LEFT_OUT = ("logger", "level", "request_id", "trace_id", "trace_ids")


def lines_of_request(folder: Path, request_id: str) -> list[Line]:
    """In order of time: the lines of the request, and those of its trace in other processes.
    `request_id` may also be the id of a trace."""
    own = [one for one in _lines(folder, {request_id}) if one.get("request_id") == request_id]
    traces = {str(one["trace_id"]) for one in own if one.get("trace_id")}
    return sorted(_lines(folder, {request_id, *traces}), key=lambda one: str(one["time"]))


def as_text(line: Line) -> str:
    """With escapes in place of control characters, which a terminal would obey."""
    first = [str(line[name]) for name in SHOWN_FIRST]
    others = [name for name in line if name not in (*SHOWN_FIRST, *LEFT_OUT)]
    text = " ".join([*first, *(f"{name}={line[name]}" for name in others)])
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def _lines(folder: Path, ids: set[str]) -> Iterator[Line]:
    """Lines of the present and the rotated logs with one of these ids. What servers write is no
    JSON and is left out, as is a line that is being written or was cut by a rotation."""
    for path in sorted(folder.glob("*.log*")):
        with path.open(errors="replace") as log:
            for text in log:
                if not text.startswith("{") or not any(one in text for one in ids):
                    continue
                with suppress(json.JSONDecodeError):
                    line = json.loads(text)
                    own = line.get("request_id"), line.get("trace_id"), *line.get("trace_ids", ())
                    if {"time", "event"} <= line.keys() and not ids.isdisjoint(own):
                        yield {**line, "service": path.name.partition(".log")[0]}
