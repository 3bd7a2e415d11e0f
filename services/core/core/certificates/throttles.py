"""Rate limit of what everybody may read about certificates."""

from rest_framework.request import Request

from core.limits.throttles import RateThrottle, client_address


class VerificationThrottle(RateThrottle):
    scope = "certificate"

    def identity(self, request: Request) -> str:
        return client_address(request)
