"""Authenticates a user by an access token, or another service by a service token."""

import logging
import re
from dataclasses import dataclass

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from core.kit.errors import BadHeader, DomainError
from core.users import selectors
from core.users.models import User
from core.users.tokens import InvalidToken, ServiceClaims, UserClaims, read_bearer
from ongoza_ops.trace import set_actor

log = logging.getLogger(__name__)

_USER_ID = re.compile(r"[1-9][0-9]{0,9}")


@dataclass(frozen=True)
class Service:
    """`request.user` when another service calls for itself. It may do what `Principal.SERVICE`
    declares."""

    name: str
    is_service: bool = True
    is_authenticated: bool = True
    is_active: bool = True
    is_staff: bool = False
    id: None = None
    role: None = None


class UserMismatch(DomainError):
    status = 403
    code = "user_mismatch"
    detail = "X-User-ID is not the user of the access token."


class BadUserHeader(BadHeader):
    detail = "X-User-ID must be given once, as a user id."


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. Without that header the request is nobody's."""

    def authenticate(self, request: Request) -> tuple[User | Service, UserClaims | None] | None:
        """`request.auth` holds the claims of a user's token."""
        header = request.headers.get("Authorization")
        if header is None:
            return None
        claims = read_bearer(_bearer(header))
        stated = _stated_user(request)
        if isinstance(claims, ServiceClaims):
            set_actor(f"service:{claims.service}")
            return Service(claims.service), None
        if stated not in (None, claims.user_id):
            log.warning("X-User-ID differs", extra={"fields": {"user_id": claims.user_id}})
            raise UserMismatch
        user = selectors.signed_in_user(claims)
        if user is None:
            raise InvalidToken
        set_actor(f"user:{claims.viewer or user.id}")
        if claims.viewer is not None:
            log.info("viewed as", extra={"fields": {"actor": claims.viewer, "user_id": user.id}})
        return user, claims

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise InvalidToken
    return token


def _stated_user(request: Request) -> int | None:
    """Never an authority. Repeated headers arrive as one, joined by commas."""
    stated = request.headers.get("X-User-ID")
    if stated is None:
        return None
    if not _USER_ID.fullmatch(stated):
        raise BadUserHeader
    return int(stated)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
