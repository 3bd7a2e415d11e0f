"""Private texts, encrypted with a key of their owner's: erasing the owner deletes the key.

A copy of a text, such as one in a log of changes, is unreadable without the key. The key is
encrypted with Django's secret key, and backups hold it too: an erasure is complete once the last
backup from before it is deleted.
"""

import logging
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.kit.errors import Conflict
from core.users.encryption import NONCE_BYTES, decrypt, encrypt
from core.users.models import UserKey

logger = logging.getLogger(__name__)

KEY_BITS = 256


class TextUnreadable(Conflict):
    """A text was encrypted with another key or for another place, or was altered."""

    code = "text_unreadable"
    detail = "A private text cannot be decrypted. Its row can be deleted."


@dataclass(frozen=True)
class TextCipher:
    """Encrypts and decrypts the texts of one user.

    A place names the row and column of a text, such as `reflection:<id>:text`: a text that is
    copied to another place is unreadable there.
    """

    user_id: int
    key: bytes

    def encrypt(self, text: str, *, place: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, text.encode(), self._context(place))

    def decrypt(self, encrypted: bytes, *, place: str) -> str:
        """Raises TextUnreadable."""
        nonce, text = encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:]
        try:
            return AESGCM(self.key).decrypt(nonce, text, self._context(place)).decode()
        except (InvalidTag, ValueError):  # the second for what is shorter than a nonce
            logger.error("%s of user %d is unreadable", place, self.user_id)
            raise TextUnreadable from None

    def _context(self, place: str) -> bytes:
        return f"{self.user_id}:{place}".encode()


def text_cipher(user_id: int) -> TextCipher:
    """The cipher of a user's texts, with a new key if the user has none yet. Raises TextUnreadable
    for a key of another user or of another secret key."""
    context = key_context(user_id)
    row = UserKey.objects.filter(user_id=user_id).first()
    if row is None:
        new = encrypt(AESGCM.generate_key(KEY_BITS), context=context)
        UserKey.objects.bulk_create(
            [UserKey(user_id=user_id, encrypted=new)], ignore_conflicts=True
        )
        row = UserKey.objects.get(user_id=user_id)  # that of another request, if it came first
    try:
        return TextCipher(user_id, _decrypted(row))
    except InvalidTag:
        logger.error("the key of user %d is unreadable", user_id)
        raise TextUnreadable from None


def _decrypted(row: UserKey) -> bytes:
    """Raises InvalidTag."""
    try:
        return decrypt(bytes(row.encrypted), context=key_context(row.user_id))
    except ValueError:  # it is shorter than a nonce
        raise InvalidTag from None


def key_context(user_id: int) -> str:
    return f"user_key:{user_id}"
