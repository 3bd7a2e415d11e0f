"""Who a request has to come from, for what is not a matter of permissions."""

from enum import Enum


class Principal(Enum):
    ANYONE = "anyone"
    USER = "user"
    """A signed-in person; a service is none."""
    SERVICE = "service"
    """Another service of ours acting for itself, known by its service token."""
