"""Rate limit of feeds."""

from rest_framework.request import Request

from core.limits.throttles import RateThrottle, client_address


class FeedThrottle(RateThrottle):
    """How many feeds one network address may read: a calendar service reads those of many users."""

    scope = "calendar_feed"

    def identity(self, request: Request) -> str:
        return client_address(request)
