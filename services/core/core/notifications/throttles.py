"""Rate limits of codes by text message, which cost money and reach a telephone that may be
anybody's."""

from rest_framework.request import Request

from core.limits.throttles import RateThrottle, UserThrottle


class CodeThrottle(UserThrottle):
    """How many codes one user may ask for."""

    scope = "phone"


class NumberThrottle(RateThrottle):
    """How many codes may be asked for one number, by all users together."""

    scope = "phone"

    def identity(self, request: Request) -> str | None:
        number = request.data.get("number") if isinstance(request.data, dict) else None
        return f"number {number}" if isinstance(number, str) else None
