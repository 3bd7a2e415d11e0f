"""What core's log lines say of requests."""

import logging


class RouteForPath(logging.Filter):
    """Django's lines about a request name its path, which may hold a token: they get the route's
    pattern instead."""

    def filter(self, record: logging.LogRecord) -> bool:
        path = getattr(getattr(record, "request", None), "path", "")
        if path:
            match = record.request.resolver_match  # type: ignore[attr-defined]
            record.msg = record.getMessage().replace(path, match.route if match else "no route")
            record.args = ()
        return True
