"""Flags of labs: each learner has their own, which follows from a secret of the mission."""

import hmac
from base64 import b32encode
from hashlib import sha256
from uuid import UUID

SECRET_BYTES = 32
FLAG_BYTES = 20
FLAG_MAX = 100
"""Characters of what a learner may enter."""


def flag_of(secret: bytes, mission_id: UUID, user_id: int) -> str:
    """The flag of one learner at one mission, such as `ongoza{k7qm...}` with 32 characters."""
    digest = hmac.digest(secret, f"{mission_id}:{user_id}".encode(), sha256)
    return f"ongoza{{{b32encode(digest[:FLAG_BYTES]).decode().lower()}}}"


def is_same_flag(flag: str, entered: str) -> bool:
    """Takes as long for every text of a length. Spaces around it do not count."""
    return hmac.compare_digest(flag.encode(), entered.strip().encode())


def flag_hash(flag: str) -> bytes:
    """By which an issued flag is found. It gives nothing away: a flag has 160 random bits."""
    return sha256(flag.strip().encode()).digest()
