"""The caller that a method requires where it requires no permission."""

from enum import Enum
from typing import Any


class Principal(Enum):
    ANYONE = "anyone"
    USER = "user"
    """A signed-in person; a service is none."""
    SERVICE = "service"
    """Another service acting for itself, authenticated by its service token."""


def is_service(caller: Any) -> bool:
    return getattr(caller, "is_service", False)
