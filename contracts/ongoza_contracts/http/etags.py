"""The ETags that a client names in `If-Match` and `If-None-Match`."""

import re

ANY = "*"
_TAG = re.compile(r'\s*(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")\s*')


def parse_etags(header: str) -> frozenset[str]:
    """The tags of a header without their `W/`, or ANY alone. A malformed one is left out."""
    if header.strip() == ANY:
        return frozenset({ANY})
    found = [_TAG.fullmatch(part) for part in header.split(",")]
    return frozenset(match[1] for match in found if match)
