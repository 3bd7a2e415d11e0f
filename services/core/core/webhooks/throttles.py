from rest_framework.request import Request

from core.limits.throttles import RateThrottle


class PingThrottle(RateThrottle):
    """How many pings a user may have sent."""

    scope = "webhook_ping"

    def identity(self, request: Request) -> str:
        return f"user {request.user.pk}"
