"""Encrypts secrets with a key derived from Django's secret key; its fallbacks decrypt too."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_BYTES = 12


def encrypt(secret: bytes, *, context: str) -> bytes:
    """Only decrypted in the same context: what is copied to another user is useless."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(settings.SECRET_KEY).encrypt(nonce, secret, context.encode())


def decrypt(encrypted: bytes, *, context: str) -> bytes:
    """Raises cryptography's InvalidTag for another context, another key or altered bytes."""
    nonce, text = encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:]
    for secret_key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _cipher(secret_key).decrypt(nonce, text, context.encode())
        except InvalidTag:
            continue
    raise InvalidTag


def seal(secret: bytes, *, context: str) -> str:
    """Encrypted, as a text that fits into a URL."""
    return base64.urlsafe_b64encode(encrypt(secret, context=context)).decode()


def unseal(sealed: str, *, context: str) -> bytes:
    """Raises cryptography's InvalidTag, and ValueError for what is no such text."""
    return decrypt(base64.urlsafe_b64decode(sealed.encode("ascii")), context=context)


def _cipher(secret_key: str) -> AESGCM:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"core.users.encryption")
    return AESGCM(derivation.derive(secret_key.encode()))
