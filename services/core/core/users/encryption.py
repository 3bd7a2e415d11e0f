"""Encrypts secrets of users with a key derived from Django's secret key."""

import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_BYTES = 12


def encrypt(secret: bytes, *, user_id: int) -> bytes:
    """Only decrypted for the same user: a row copied to another user is useless."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher().encrypt(nonce, secret, str(user_id).encode())


def decrypt(encrypted: bytes, *, user_id: int) -> bytes:
    """Raises cryptography's InvalidTag for another user, another key or altered bytes."""
    nonce, text = encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:]
    return _cipher().decrypt(nonce, text, str(user_id).encode())


def _cipher() -> AESGCM:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"core.users.totp")
    return AESGCM(derivation.derive(settings.SECRET_KEY.encode()))
