"""Log lines of every process: JSON, or text for people where a terminal reads them.

No line has what people wrote, and so none has the message of an error that is not ours.
"""

import json
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType
from typing import Any

from pydantic_core import PydanticSerializationError, ValidationError, to_json

from ongoza_ops import trace

DATABASES = ("asyncpg.", "psycopg", "django.db.")
"""Packages whose errors quote rows."""
OURS = ("ai", "core", "infra", "ongoza_contracts", "ongoza_ops", "scripts")
"""Packages whose errors are written so that they quote nothing of people."""
LONGEST_MESSAGE = 500
TRACE_IDS_MAX = 50
"""A relay's batch may have a thousand."""
FRAMES, CAUSES = 20, 5


class JsonFormatter(logging.Formatter):
    """One line for each record; what a call passes as `extra={"fields": {...}}` becomes fields.

    A record with `extra={"batch": [(seconds since 1970, fields), ...]}` has a line for each entry.
    """

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(map(_to_json, _lines(record)))


class TextFormatter(logging.Formatter):
    """The same fields, and the exception as Python prints it."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(map(self._text, _lines(record)))

    def _text(self, shown: dict[str, Any]) -> str:
        chain = shown.pop("exception", [])
        head = [shown.pop(name) for name in ("time", "level", "logger", "event")]
        lines = [" ".join([*head, *(f"{name}={value}" for name, value in shown.items())])]
        for error in chain:
            lines += [
                f"  {error['type']}: {error['message']}",
                *(f"    {at}" for at in error["frames"]),
            ]
        return "\n".join(lines)


def _to_json(line: dict[str, Any]) -> str:
    try:
        return to_json(line, fallback=str).decode()
    except PydanticSerializationError:  # a lone surrogate, or bytes that are not UTF-8
        return json.dumps(line, default=str)


def _lines(record: logging.LogRecord) -> list[dict[str, Any]]:
    level, event = record.levelname.lower(), record.getMessage()
    entries = getattr(record, "batch", None)
    if entries is None:
        entries = [(record.created, {**getattr(record, "fields", {}), **_ids()})]
    lines: list[dict[str, Any]] = [
        {
            "time": _time(at),
            "level": level,
            "logger": record.name,
            "event": event,
            **fields,
        }
        for at, fields in entries
    ]
    if record.exc_info and record.exc_info[1]:
        lines[-1]["exception"] = describe(record.exc_info[1])
    return lines


def _time(at: float) -> str:
    second = int(at)
    return f"{_second(second)}.{int((at - second) * 1000):03d}+00:00"


@lru_cache(4)
def _second(at: int) -> str:
    """Cached, because formatting it takes as long as the rest of a line."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _ids() -> dict[str, str]:
    """The ids of the current request and trace, where there are any."""
    found = {}
    if request_id := trace.current_request_id():
        found["request_id"] = request_id
    if traceparent := trace.current_traceparent():
        found["trace_id"] = trace.trace_id_of(traceparent)
    return found


def describe(error: BaseException) -> list[dict[str, Any]]:
    """An exception and its causes, outermost first; the members of a group count as causes."""
    chain: list[dict[str, Any]] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(chain) < CAUSES:
        current = waiting.pop(0)
        if current is None:
            continue
        frames = traceback.extract_tb(current.__traceback__)[-FRAMES:]
        chain.append(
            {
                "type": type(current).__qualname__,
                "message": _message(current),
                "frames": [f"{one.filename}:{one.lineno} {one.name}" for one in frames],
            }
        )
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions
        waiting.append(current.__cause__ or current.__context__)
    return chain


def _message(error: BaseException) -> str:
    """The SQLSTATE of a database error, the wrong fields of invalid data, the code of an error of
    Kafka or the system, the text of an error of ours; nothing of others, which may quote people."""
    if type(error).__module__.startswith(DATABASES) or hasattr(error, "sqlstate"):
        state = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None)
        return f"SQLSTATE {state}" if state else ""
    if isinstance(error, ValidationError):  # its text quotes the input
        return "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['type']}"
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        )[:LONGEST_MESSAGE]
    if type(error).__module__ == "cimpl" and error.args:  # librdkafka's client
        return str(error.args[0].name())
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    if type(error).__module__.partition(".")[0] in OURS:
        return str(error)[:LONGEST_MESSAGE]
    return ""


def request_fields(
    *,
    method: str | None,
    route: str | None,
    status: int,
    seconds: float,
    source: str | None = None,
) -> dict[str, Any]:
    """The fields of the line of a request. `route` is the pattern, because a path may hold a
    token; without one no route answered."""
    fields: dict[str, Any] = {
        "method": method,
        "route": route,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
    }
    if source:
        fields["source"] = source
    if (actor := trace.current_actor()) and actor.startswith("user:"):
        fields["user_id"] = int(actor.removeprefix("user:"))
    return fields


def log_traces(
    log: logging.Logger,
    event: str,
    fields: Mapping[str, object],
    traceparents: Iterable[str | None],
) -> None:
    """Logs what was done for several records, with the ids of their traces, each once. A line has
    `TRACE_IDS_MAX` of them; for more there are several lines with the same fields."""
    ids = [*dict.fromkeys(trace.trace_id_of(one) for one in traceparents if one)]
    parts = [ids[n : n + TRACE_IDS_MAX] for n in range(0, max(len(ids), 1), TRACE_IDS_MAX)]
    now = time.time()
    entries = [(now, {**fields, "trace_ids": part}) for part in parts]
    log.info(event, extra={"batch": entries})


def log_uncaught() -> None:
    """From here on warnings, and exceptions that end the process or a thread of it, are lines too.
    On a terminal they stay as Python prints them."""
    if sys.stderr.isatty():
        return
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda ended: _log_uncaught(
        ended.exc_type, ended.exc_value, ended.exc_traceback
    )


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, at: TracebackType | None
) -> None:
    if kind is SystemExit:  # of a thread, which it just ends
        return
    exc_info = (kind, error or kind(), at)
    logging.getLogger(__name__).critical("nobody handled an exception", exc_info=exc_info)


def configuration(
    level: str = "INFO", levels: Mapping[str, str] | None = None, filters: tuple[str, ...] = ()
) -> dict[str, Any]:
    """For `logging.config.dictConfig`: everything goes to stderr. `levels` are those of single
    loggers, `filters` names of classes that prepare records."""
    formatter = TextFormatter if sys.stderr.isatty() else JsonFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": formatter}},
        "filters": {name: {"()": name} for name in filters},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "lines",
                "filters": [*filters],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {name: {"level": one} for name, one in (levels or {}).items()},
    }
