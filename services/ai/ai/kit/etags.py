"""ETags of answers that are stored, so that a client who has one need not get it again."""

import zlib

from ongoza_contracts.http.etags import ANY, parse_etags


def weak_etag(body: bytes) -> str:
    """Weak, because gzip may change the bytes. A checksum is enough to tell one client's answers
    from each other: a changed one has the same with a chance of one in four billion."""
    return f'W/"{zlib.crc32(body):08x}-{len(body):x}"'


def matches(if_none_match: str, etag: str) -> bool:
    """Whether the client has this answer already."""
    if not if_none_match:
        return False
    return bool(parse_etags(if_none_match) & {ANY, etag.removeprefix("W/")})
