"""How a consumer compares what it has with what core has."""

from typing import Annotated

from pydantic import Field

from ongoza_contracts.http.base import Response
from ongoza_contracts.topics import TOPICS

PAGE_MAX = 1000
KINDS = tuple(topic.kind for topic in TOPICS if topic.producer == "core")
"""The kinds of entity that can be compared: all that core publishes."""


class EntityVersion(Response):
    key: str
    """As on the topic."""
    version: Annotated[int, Field(ge=1)]


class VersionPage(Response):
    """A stretch of one kind's entities, in the order of their keys' parts."""

    results: tuple[EntityVersion, ...]
    next_after: str | None
    """To be given as `after` for the next page; null on the last."""
