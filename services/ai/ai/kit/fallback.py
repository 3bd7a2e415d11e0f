"""An answer from the first source that has one: the database, else core, else what is known."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar

from ai.kit.db import UNAVAILABLE
from ai.kit.errors import ServiceUnavailable

SOURCE_HEADER = "X-Source"

T = TypeVar("T")
Query: TypeAlias = Callable[[], Awaitable[T | None]]

log = logging.getLogger(__name__)


class SourceUnavailable(Exception):
    """A source other than the database does not answer."""


def deadline_in(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


def before(deadline: float, query: Query[T]) -> Query[T]:
    """The same query, given up at the deadline."""

    async def query_in_time() -> T | None:
        async with asyncio.timeout_at(deadline):
            return await query()

    return query_in_time


async def first_available(*queries: Query[T]) -> T:
    """The answer of the first query that has one. None, and a source that is unavailable, pass on
    to the next query.

    Raises ServiceUnavailable when no query has an answer.
    """
    for query in queries:
        try:
            answer = await query()
        except (*UNAVAILABLE, SourceUnavailable) as error:
            log.warning("source unavailable: %s", type(error).__name__)
            continue
        if answer is not None:
            return answer
    raise ServiceUnavailable


def source_headers(source: str, *, alias: str | None = None) -> dict[str, str]:
    """Headers that say where an answer comes from; `alias` is the route's older header."""
    return {SOURCE_HEADER: source} | ({alias: source} if alias else {})


def describe_source(
    sources: dict[str, str], *, alias: str | None = None, description: str = "Successful Response"
) -> dict[int | str, dict[str, object]]:
    """The OpenAPI response of a route: `sources` maps each value of the header to its meaning."""
    meanings = "; ".join(f"`{source}`: {meaning}" for source, meaning in sources.items())
    header: dict[str, object] = {
        "description": f"Where the answer comes from. {meanings}.",
        "schema": {"enum": [*sources]},
    }
    headers = {SOURCE_HEADER: header}
    if alias:
        headers[alias] = {
            **header,
            "description": f"The same as {SOURCE_HEADER}.",
            "deprecated": True,
        }
    return {200: {"description": description, "headers": headers}}
