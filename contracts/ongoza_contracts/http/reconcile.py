"""How a consumer compares what it has with what core has."""

from typing import Annotated

from pydantic import Field

from ongoza_contracts.http.base import Request, Response
from ongoza_contracts.topics import TOPICS

PAGE_MAX = 1000
KINDS = tuple(topic.kind for topic in TOPICS if topic.producer == "core")
"""The kinds of entity that can be compared: all that core publishes."""

VERSION_GAP_MAX = 2**32
"""A version further beyond the highest known one of its entity, or beyond 0 if none is known, is
forged: an entity that changes once a second for a century has a lower one. After it every true
version would count as old."""
VERSION_STEP_MAX = 2**31
"""The most by which core raises a version at once: a consumer's version beyond that is forged, and
other consumers would refuse the versions that follow it."""
VERSION_MAX = 2**63 - 1


class EntityVersion(Response):
    key: str
    """As on the topic."""
    version: Annotated[int, Field(ge=1)]


class VersionPage(Response):
    """A page of one kind's entities, in the order of their keys' parts."""

    results: tuple[EntityVersion, ...]
    next_after: str | None
    """To be given as `after` for the next page; null on the last."""


class RepublishRequest(Request):
    """Core publishes the entity again, without a body under its present version."""

    above: Annotated[int, Field(ge=1, lt=VERSION_MAX)]
    """The version that a consumer holds although core never published it: core publishes under a
    higher one."""


class Republished(Response):
    facts: int
    """How many facts were appended to the outbox."""


class OutboxState(Response):
    """The ids of the records of one kind that wait to be sent; null when none waits."""

    first: int | None
    last: int | None
