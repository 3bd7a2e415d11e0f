"""ETags of answers that are stored, so that a client who has one need not get it again."""

import hashlib

from ongoza_contracts.http.etags import ANY, parse_etags


def weak_etag(body: bytes) -> str:
    """Weak, because gzip may change the bytes."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def matches(if_none_match: str, etag: str) -> bool:
    """Whether the client has this answer already."""
    if not if_none_match:
        return False
    return bool(parse_etags(if_none_match) & {ANY, etag.removeprefix("W/")})
