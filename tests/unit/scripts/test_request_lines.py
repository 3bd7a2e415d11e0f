"""`make logs REQUEST=id` shows the lines of all processes that worked on a request."""

import json
from pathlib import Path

from scripts.stack.request_lines import as_text, lines_of_request


def write(folder: Path, name: str, *lines: object) -> None:
    folder.joinpath(name).write_text("\n".join(map(json.dumps, lines)) + "\n")


def test_lines_of_other_processes_are_found_by_the_trace(tmp_path: Path) -> None:
    core = {"time": "1", "event": "request", "request_id": "the-post", "trace_id": "a" * 32}
    other = {"time": "2", "event": "request", "request_id": "another", "trace_id": "b" * 32}
    write(tmp_path, "core.log", core, other)
    write(tmp_path, "relay.log.1", {"time": "3", "event": "published", "trace_ids": ["a" * 32]})
    write(tmp_path, "worker.log", {"time": "4", "event": "applied", "trace_ids": ["b" * 32]})
    tmp_path.joinpath("kafka.log").write_text('[1] INFO started\n{"time": "cut\n[1]\n3\n')
    found = lines_of_request(tmp_path, "the-post")
    assert [(one["service"], one["event"]) for one in found] == [
        ("core", "request"),
        ("relay", "published"),
    ]
    assert lines_of_request(tmp_path, "a" * 32) == found
    assert lines_of_request(tmp_path, "unknown") == []


def test_a_line_is_shown_without_its_ids(tmp_path: Path) -> None:
    line = {"time": "1", "level": "info", "logger": "x", "event": "applied", "records": 2}
    write(tmp_path, "worker.log", {**line, "trace_ids": ["a" * 32]})
    [found] = lines_of_request(tmp_path, "a" * 32)
    assert as_text(found) == "1 worker applied records=2"


def test_control_characters_of_a_line_are_shown_as_escapes() -> None:
    line = {"time": "1", "service": "core", "event": "é\x1b]0;title\x07\n", "na\x9bme": "\u202e"}
    assert as_text(line) == r"1 core é\x1b]0;title\x07\n na\x9bme=\u202e"
