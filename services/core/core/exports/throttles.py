from core.limits.throttles import UserThrottle


class ExportsThrottle(UserThrottle):
    """How many tables a user may export."""

    scope = "exports"
