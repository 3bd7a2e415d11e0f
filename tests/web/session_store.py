"""Sessions as the client keeps them in Valkey, opened with their cookie."""

import base64
import json
import time

import redis
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from scripts.stack.services import SESSIONS
from scripts.stack.stack import Stack

IV_BYTES, TAG_BYTES = 12, 16


def sessions_of(stack: Stack) -> redis.Redis:
    return redis.Redis.from_url(stack.servers[SESSIONS].url())  # type: ignore[union-attr]


def _derived(cookie: str, purpose: str) -> bytes:
    info = f"ongoza session {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=b"", info=info).derive(cookie.encode())


def key_of(cookie: str) -> str:
    name = base64.urlsafe_b64encode(_derived(cookie, "id")).rstrip(b"=").decode()
    return f"session:{name}"


def read(stack: Stack, cookie: str) -> dict[str, str]:
    with sessions_of(stack) as store:
        stored: bytes = store.get(key_of(cookie))
    iv, tag, text = (
        stored[:IV_BYTES],
        stored[IV_BYTES : IV_BYTES + TAG_BYTES],
        stored[IV_BYTES + TAG_BYTES :],
    )
    session: dict[str, str] = json.loads(
        AESGCM(_derived(cookie, "key")).decrypt(iv, text + tag, None)
    )
    return session


def replace_access_token(stack: Stack, cookie: str, seconds: int) -> None:
    """Puts a token that core refuses in its place, which says that it expires in `seconds`."""
    claims = json.dumps({"exp": int(time.time()) + seconds}).encode()
    token = f"e30.{base64.urlsafe_b64encode(claims).rstrip(b'=').decode()}.e30"
    text = json.dumps({**read(stack, cookie), "access_token": token}).encode()
    iv = bytes(range(IV_BYTES))
    sealed = AESGCM(_derived(cookie, "key")).encrypt(iv, text, None)
    with sessions_of(stack) as store:
        value = iv + sealed[-TAG_BYTES:] + sealed[:-TAG_BYTES]
        store.set(key_of(cookie), value, keepttl=True)
