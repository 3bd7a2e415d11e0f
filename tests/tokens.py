"""Valid tokens as core signs them, and forged ones."""

import base64
import hmac
import json
import time
from typing import Any
from uuid import UUID

SIGN_IN = UUID("5f7c2b52-1d3c-4c0e-9a57-6f1b0c9e2d41")
VIEWER_SIGN_IN = UUID("5f7c2b52-1d3c-4c0e-9a57-6f1b0c9e2d42")
VIEW: dict[str, Any] = {"scope": "view", "viewer": 5, "viewer_sid": str(VIEWER_SIGN_IN)}
"""Claims of an admin who views the account as its user."""
SECRET = "0f9d1c7e5b3a48269d0e7f6c5b4a39281706f5e4d3c2b1a0"


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good access token; a change to None removes the claim."""
    now = int(time.time())
    good = {
        "user_id": 7,
        "email": "amina@ongoza.example",
        "role": "learner",
        "token_type": "access",
        "jti": "6b1f0a52c0de",
        "sid": str(SIGN_IN),
        "gen": 0,
        "iat": now - 5,
        "exp": now + 600,
        "iss": "ongoza-core",
        "aud": "ongoza",
    }
    changed = {**good, **changes}
    return {name: value for name, value in changed.items() if value is not None}


def signed(
    header: bytes, payload: bytes, secret: str | bytes = SECRET, digest: str = "sha256"
) -> str:
    """A token of exactly these bytes, with a signature that is right for `secret`."""
    key = secret.encode() if isinstance(secret, str) else secret
    body = _base64url(header) + b"." + _base64url(payload)
    return (body + b"." + _base64url(hmac.digest(key, body, digest))).decode()


def token(
    payload: dict[str, Any] | None = None,
    header: dict[str, Any] | None = None,
    secret: str | bytes = SECRET,
) -> str:
    header = {"alg": "HS256", "typ": "JWT"} if header is None else header
    return signed(_json(header), _json(claims() if payload is None else payload), secret)


def bearer(**changes: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(claims(**changes))}"}


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
