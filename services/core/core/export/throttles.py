from core.limits.throttles import UserThrottle


class ExportThrottle(UserThrottle):
    """How many archives a user may ask for."""

    scope = "export"
