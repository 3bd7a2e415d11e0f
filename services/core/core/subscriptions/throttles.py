"""Rate limits of what asks a gateway: a request to pay may make anybody's phone show one."""

from rest_framework.request import Request

from core.limits.throttles import RateThrottle, UserThrottle


class PayThrottle(UserThrottle):
    """How many payments one user may ask for."""

    scope = "pay"


class PreviewThrottle(UserThrottle):
    """Each preview asks the gateway."""

    scope = "preview"


class PhoneThrottle(RateThrottle):
    """How often one phone may be asked, by all users together. Its number is stored as a keyed
    hash, as each identity is."""

    scope = "pay"

    def identity(self, request: Request) -> str | None:
        phone = request.data.get("phone") if isinstance(request.data, dict) else None
        return f"phone {phone.strip()}" if isinstance(phone, str) else None
