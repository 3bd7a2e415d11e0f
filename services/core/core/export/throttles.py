from rest_framework.request import Request

from core.limits.throttles import RateThrottle


class ExportThrottle(RateThrottle):
    """How many archives a user may ask for."""

    scope = "export"

    def identity(self, request: Request) -> str:
        return f"user {request.user.pk}"
