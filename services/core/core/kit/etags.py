"""ETags of single objects, and the preconditions that clients make with them.

A tag is derived from the row's key and version: a service compares it under the row's lock, and a
route like `users/me/` gives no two users the same. Proxies and gzip turn it into a weak one
(`W/"12-7"`), which is as good: the text of an answer follows from the version.
"""

from dataclasses import dataclass
from typing import Protocol

from core.kit.errors import DomainError
from ongoza_contracts.http.etags import ANY, parse_etags


class Tagged(Protocol):
    @property
    def etag(self) -> str: ...


class PreconditionFailed(DomainError):
    status = 412
    code = "precondition_failed"
    detail = "The object has changed since: read it again, and send the ETag of the answer."


@dataclass(frozen=True)
class IfMatch:
    """The tags of an `If-Match` header, without their `W/`."""

    tags: frozenset[str]

    def require(self, row: Tagged) -> None:
        """The caller holds the row's lock. Raises PreconditionFailed."""
        if not self.tags & {ANY, row.etag}:
            raise PreconditionFailed


def parse_if_match(header: str | None) -> IfMatch | None:
    """None without the header. A malformed one matches nothing."""
    return None if header is None else IfMatch(parse_etags(header))


def matches(if_none_match: str | None, row: Tagged) -> bool:
    """Whether the client has the present state already."""
    return same_tag(if_none_match, row.etag)


def same_tag(if_none_match: str | None, tag: str) -> bool:
    """`matches` for an answer that is not a single row."""
    return if_none_match is not None and bool(parse_etags(if_none_match) & {ANY, tag})
