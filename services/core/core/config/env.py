"""Typed reading of environment variables: an invalid value stops the process."""

import json
import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def exact(name: str, default: str = "") -> str:
    """With its white space: a secret and what is compared with it must not be altered."""
    return os.environ.get(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name, str(default)).lower()
    if value not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name} is not a yes or no: {value!r}")
    return value in _TRUE


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit():
        raise ImproperlyConfigured(f"{name} is not a whole number: {value!r}")
    return int(value)


def names(name: str, default: str = "") -> list[str]:
    """A comma-separated list without its empty entries."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def mapping(name: str) -> dict[str, Any]:
    """A JSON object; empty without the variable."""
    try:
        value = json.loads(text(name) or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ImproperlyConfigured(f"{name} is not a JSON object")
    return value
