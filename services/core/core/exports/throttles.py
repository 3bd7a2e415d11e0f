from rest_framework.request import Request

from core.limits.throttles import RateThrottle


class ExportsThrottle(RateThrottle):
    """How many tables a user may export."""

    scope = "exports"

    def identity(self, request: Request) -> str:
        return f"user {request.user.pk}"
