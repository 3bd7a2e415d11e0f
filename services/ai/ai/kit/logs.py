"""Log lines without what the database says of rows: its messages and details quote them."""

import logging
from collections.abc import Iterator

import asyncpg

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class Formatter(logging.Formatter):
    """Replaces the text of a database error in a traceback by its SQLSTATE."""

    def formatException(self, ei: object) -> str:
        text = super().formatException(ei)  # type: ignore[arg-type]
        error = ei[1] if isinstance(ei, tuple) else None
        for one in _database_errors(error):
            for line in filter(None, str(one).splitlines()):
                text = text.replace(line, f"SQLSTATE {one.sqlstate}")
        return text


def configure(level: int = logging.INFO, layout: str = FORMAT) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(Formatter(layout))
    logging.basicConfig(level=level, handlers=[handler])


def _database_errors(error: BaseException | None) -> Iterator[asyncpg.PostgresError]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        if isinstance(one, asyncpg.PostgresError):
            yield one
