"""ETags of answers that are stored, so that a client who has one need not get it again."""

import hashlib
import re

_TAG = re.compile(r'\s*(?:W/)?("[\x21\x23-\x7e]*")\s*')


def weak_etag(body: bytes) -> str:
    """Weak, because gzip may change the bytes."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def matches(if_none_match: str, etag: str) -> bool:
    """Whether the client has this answer already."""
    if not if_none_match:
        return False
    found = (_TAG.fullmatch(part) for part in if_none_match.split(","))
    opaque = etag.removeprefix("W/")
    return if_none_match.strip() == "*" or opaque in {tag[1] for tag in found if tag}
