"""Rate limits of public routes. Counted per process: the true limit is that times the workers."""

import hashlib

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class _PerAddress(SimpleRateThrottle):
    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class SignUpThrottle(_PerAddress):
    """How many accounts one network address may ask for."""

    scope = "signup"


class LogInThrottle(_PerAddress):
    """How many passwords one network address may try, over all accounts."""

    scope = "login_address"


class OwnPasswordThrottle(SimpleRateThrottle):
    """How many passwords the bearer of an access token may try for its account."""

    scope = "login"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": f"user {request.user.pk}"}


class AccountThrottle(SimpleRateThrottle):
    """How many passwords may be tried for one account, from wherever. Unlocks by itself."""

    scope = "login"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        email = request.data.get("email") if isinstance(request.data, dict) else None
        if not isinstance(email, str):
            return None
        ident = hashlib.sha256(email.strip().lower().encode()).hexdigest()
        return self.cache_format % {"scope": self.scope, "ident": ident}
