"""Settings that both services read from the environment, and refuse at start in the same cases."""

import re
from collections.abc import Iterable
from typing import Final, Literal

from ongoza_contracts.http.variables import VARIABLES

TOKEN_ALGORITHM: Final[Literal["HS256"]] = "HS256"  # noqa: S105  (a name, not a secret)
SECRET_MIN_BYTES = 32
SECRET_MIN_UNPREDICTABLE = 20
_WELL_KNOWN = ("django-insecure", "change-me", "changeme", "your-secret", "secret-key-here")
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "1234567890")

PREFIXES = ("DB_", "VECTOR_DB_", "KAFKA_", "JWT_", "DJANGO_", "WORKER_", "ONGOZA_")
"""What the names of variables of ours begin with, where no other software uses it."""
_PASSWORD_OF_PRINCIPAL = re.compile(r"KAFKA_[A-Z0-9_]+_PASSWORD")

_ORIGIN = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?"
)


def secret_fault(secret: str) -> str | None:
    """What is wrong with a secret that could be guessed, as the end of a sentence."""
    if not secret:
        return "is not set"
    if secret != secret.strip():
        return "begins or ends with white space"
    if any(word in secret.lower() for word in _WELL_KNOWN):
        return "is well known"
    if len(secret.encode()) < SECRET_MIN_BYTES:
        return f"is shorter than {SECRET_MIN_BYTES} bytes"
    if _unpredictable(secret) < SECRET_MIN_UNPREDICTABLE:
        return "is easy to guess: it repeats or counts up"
    return None


def is_origin(text: str) -> bool:
    """Whether this is one origin as browsers send it: no wildcard, no path, lower case."""
    return _ORIGIN.fullmatch(text) is not None


def unknown_variables(names: Iterable[str]) -> list[str]:
    """Those of these environment variables that begin like ours, but that nothing reads."""
    return sorted(
        name
        for name in names
        if name.startswith(PREFIXES)
        and name not in VARIABLES
        and not _PASSWORD_OF_PRINCIPAL.fullmatch(name)
    )


def _unpredictable(secret: str) -> int:
    """How many characters do not follow from those before: white space, repeats of a piece and
    rows of the alphabet or the keyboard do not count."""
    text = "".join(secret.lower().split())
    seen = {row[i : i + 3] for row in (*_KEYBOARD, *(k[::-1] for k in _KEYBOARD)) for i in range(8)}
    count = 0
    for end in range(1, len(text) + 1):
        piece = text[max(0, end - 3) : end]
        count += piece not in seen and not _is_even_step(piece)
        seen.add(piece)
    return count


def _is_even_step(piece: str) -> bool:
    """Like abc, 975 or aaa."""
    if len(piece) < 3:
        return False
    first, second, third = map(ord, piece)
    return third - second == second - first
