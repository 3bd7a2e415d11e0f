"""Forms as Stripe's clients write them, signatures as Stripe does, and its refusals."""

import hashlib
import hmac
import time
from typing import Any
from urllib.parse import parse_qsl

WEBHOOK_SECRET = "whsec_double"


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def missing(key: str) -> Refused:
    return Refused(404, f"No such object: {key}")


def nested(text: str) -> dict[str, Any]:
    """`items[0][id]=x` as nested objects."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text):
        *path, last = [part.rstrip("]") for part in name.split("[")]
        node = found
        for part in path:
            node = node.setdefault(part, {})
        node[last] = value
    return found


def signature(body: bytes, secret: str = WEBHOOK_SECRET, at: int | None = None) -> str:
    at = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
