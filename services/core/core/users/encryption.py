"""Encrypts secrets with a key derived from Django's secret key; its fallbacks decrypt too.

An app declares its columns of such secrets in a module `encrypted_columns`: after a change of the
secret key, `manage.py reencrypt_secrets` encrypts them again.
"""

import base64
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils.module_loading import autodiscover_modules

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


@dataclass(frozen=True)
class EncryptedColumn:
    model: type[Model]
    name: str
    context: Callable[[Any], str]
    """That of a row."""


_COLUMNS: list[EncryptedColumn] = []


def register(column: EncryptedColumn) -> None:
    _COLUMNS.append(column)


def encrypted_columns() -> Sequence[EncryptedColumn]:
    autodiscover_modules("encrypted_columns")
    return _COLUMNS


@transaction.atomic
def encrypt_again(column: EncryptedColumn, after: Any, limit: int) -> tuple[Any, int]:
    """Encrypt up to `limit` secrets of a column with the present secret key, those of the rows
    after the key `after`; None is the beginning. What cannot be decrypted stays as it is. Returns
    the last key, if there may be more, and the number of secrets that could not be decrypted."""
    stored = column.model._default_manager.exclude(**{column.name: None}).order_by("pk")
    rows = stored if after is None else stored.filter(pk__gt=after)
    found = [*rows.select_for_update(no_key=True)[:limit]]
    readable = []
    for row in found:
        context = column.context(row)
        try:
            secret = decrypt(bytes(getattr(row, column.name)), context=context)
        except (InvalidTag, ValueError):  # the second for what is shorter than a nonce
            continue
        setattr(row, column.name, encrypt(secret, context=context))
        readable.append(row)
    column.model._default_manager.bulk_update(readable, [column.name])
    return found[-1].pk if len(found) == limit else None, len(found) - len(readable)


def _cipher(secret_key: str) -> AESGCM:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"core.users.encryption")
    return AESGCM(derivation.derive(secret_key.encode()))
