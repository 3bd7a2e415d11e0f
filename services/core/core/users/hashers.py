"""How passwords are hashed: Argon2id of their NFKC form."""

import unicodedata

from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    get_hasher,
    identify_hasher,
    verify_password,
)

MAX_PASSWORD_LENGTH = 128


class Argon2idHasher(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: Django's defaults take 100 MiB for every log-in under way."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1


def normalize(password: str) -> str:
    """Keyboards compose letters in different ways; NFKC makes the same text of them."""
    return unicodedata.normalize("NFKC", password)


def verify(password: str, stored: str) -> tuple[bool, bool]:
    """Whether the password is right, and whether its stored hash is outdated."""
    normal = normalize(password)
    matches, outdated = verify_password(normal, stored)
    if not matches and normal != password and _is_of_an_earlier_hasher(stored):
        return verify_password(password, stored)  # hashed before passwords were normalised
    return matches, outdated


def _is_of_an_earlier_hasher(stored: str) -> bool:
    try:
        return identify_hasher(stored).algorithm != get_hasher().algorithm
    except ValueError:  # not a hash
        return False
