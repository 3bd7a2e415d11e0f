from rest_framework.request import Request

from core.limits.throttles import RateThrottle, client_address


class PublicPageThrottle(RateThrottle):
    scope = "portfolio"

    def identity(self, request: Request) -> str:
        return client_address(request)
