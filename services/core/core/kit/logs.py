"""Log lines as JSON, without what people wrote and without tokens."""

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.db import Error as DatabaseError

from core.kit import trace

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class JsonFormatter(logging.Formatter):
    """One line per record; what a call gives as `extra={"facts": {...}}` becomes fields of it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _text(record),
            **getattr(record, "facts", {}),
        }
        if trace.current_request_id():
            line["request_id"] = trace.current_request_id()
            line["traceparent"] = trace.current_traceparent()
        if record.exc_info and record.exc_info[1]:
            line["exception"] = describe(record.exc_info[1])
        return json.dumps(line, default=str)


def _text(record: logging.LogRecord) -> str:
    """The message. Django's lines about a request name its path, which may hold a token: they get
    the route's pattern instead."""
    path = getattr(getattr(record, "request", None), "path", "")
    if not path:
        return record.getMessage()
    match = record.request.resolver_match  # type: ignore[attr-defined]
    return record.getMessage().replace(path, match.route if match else "no route")


def describe(error: BaseException) -> list[dict[str, Any]]:
    """The chain of an exception, outermost first; without database messages, which quote rows."""
    chain: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(chain) < 5:
        frames = traceback.extract_tb(current.__traceback__)[-20:]
        chain.append(
            {
                "type": type(current).__qualname__,
                "message": _message(current),
                "frames": [f"{f.filename}:{f.lineno} {f.name}" for f in frames],
            }
        )
        current = current.__cause__ or current.__context__
    return chain


def _message(error: BaseException) -> str:
    if isinstance(error, DatabaseError) or hasattr(error, "sqlstate"):
        return str(getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", ""))
    return str(error)[:500]
