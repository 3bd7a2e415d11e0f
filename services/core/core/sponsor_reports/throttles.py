from rest_framework.request import Request

from core.limits.throttles import RateThrottle


class ReportsThrottle(RateThrottle):
    """Counts together with the tables that a user exports."""

    scope = "exports"

    def identity(self, request: Request) -> str:
        return f"user {request.user.pk}"
