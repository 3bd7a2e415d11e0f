"""Typed reading of environment variables: an invalid value stops the process."""

import json
import os
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


@dataclass(frozen=True)
class Variable:
    """One that the settings read."""

    kind: str
    default: str


VARIABLES: dict[str, Variable] = {}
"""By name, for the page docs/configuration.md."""


def text(name: str, default: str = "") -> str:
    return _read(name, "text", default).strip()


def exact(name: str, default: str = "") -> str:
    """With its white space: a secret and what is compared with it must not be altered."""
    return _read(name, "secret", default)


def flag(name: str, *, default: bool = False) -> bool:
    value = _read(name, "yes or no", "yes" if default else "no").strip().lower()
    if value not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name} is not a yes or no: {value!r}")
    return value in _TRUE


def number(name: str, default: int) -> int:
    value = _read(name, "whole number", str(default)).strip()
    if not value.isascii() or not value.isdigit():
        raise ImproperlyConfigured(f"{name} is not a whole number: {value!r}")
    return int(value)


def names(name: str, default: str = "") -> list[str]:
    """A comma-separated list without its empty entries."""
    value = _read(name, "list with commas", default)
    return [item.strip() for item in value.split(",") if item.strip()]


def mapping(name: str) -> dict[str, Any]:
    """A JSON object; empty without the variable."""
    try:
        value = json.loads(_read(name, "JSON object", "").strip() or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ImproperlyConfigured(f"{name} is not a JSON object")
    return value


def is_set(name: str) -> bool:
    """Also of a variable that is not read any more."""
    return bool(os.environ.get(name, "").strip())


def _read(name: str, kind: str, default: str) -> str:
    VARIABLES[name] = Variable(kind, default)
    return os.environ.get(name, default)
