from core.limits.throttles import UserThrottle


class PingThrottle(UserThrottle):
    """How many pings a user may have sent."""

    scope = "webhook_ping"
