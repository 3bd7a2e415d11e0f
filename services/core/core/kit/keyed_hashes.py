"""Hashes of short texts, keyed with Django's secret key, so that nobody can find them by trying."""

from django.conf import settings
from django.utils.crypto import salted_hmac


def keyed_hash(purpose: str, text: str) -> str:
    """The hash to store."""
    return keyed_hashes(purpose, text)[0]


def keyed_hashes(purpose: str, text: str) -> list[str]:
    """The hashes to compare a stored one with: those of earlier secret keys follow."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [salted_hmac(purpose, text, key, algorithm="sha256").hexdigest() for key in keys]
