"""Tokens: how they are made, and the only place where one is read.

Made and verified by simplejwt. Before it sees a token, size, shape, header and claims are checked
here: it would obey unknown header parameters and fail on values of a wrong type.
"""

import base64
import binascii
import re
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Self, TypeVar, cast
from uuid import UUID

import jwt
from django.conf import settings
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from rest_framework_simplejwt import tokens as simplejwt
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError

from core.kit.errors import DomainError
from core.users.models import SignIn, User
from ongoza_contracts.http.strict_json import InvalidJson, parse_json
from ongoza_contracts.http.tokens import (
    SCOPE_PATTERN,
    SCOPED_TOKEN_SECONDS,
    SERVICE_TOKEN_SECONDS,
    VIEW,
    viewer_is_consistent,
)
from ongoza_contracts.users import TokenGeneration
from ongoza_contracts.vocabulary import Role, UserId

MAX_TOKEN_BYTES = 4096
CLOCK_SKEW_SECONDS = 60
CORE, AI, AUDIENCE = "ongoza-core", "ongoza-ai", "ongoza"

_TOKEN = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")
_HEADERS = ({"alg": "HS256"}, {"alg": "HS256", "typ": "JWT"})


class InvalidToken(DomainError):
    """The one answer to every invalid token, whatever is wrong with it."""

    status = 401
    code = "not_authenticated"
    detail = "The token is not valid or no longer valid. Sign in again."


# --- claims ------------------------------------------------------------------------------------
class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    jti: str = Field(pattern="^[0-9a-f]{32}$")
    iat: int = Field(ge=0, le=2**40)
    exp: int = Field(ge=0, le=2**40)
    nbf: int = Field(ge=0, le=2**40, default=0)


class UserClaims(_Claims):
    user_id: UserId
    email: str = Field(min_length=3, max_length=254)
    role: Role
    token_type: Literal["access", "refresh"]
    sid: UUID
    """The sign-in the token descends from."""
    gen: TokenGeneration = 0
    """The user's token generation when an access token was issued."""
    scope: str | None = Field(default=None, pattern=SCOPE_PATTERN, max_length=320)
    """The scope of a token made from an API token; None is everything its user may."""
    viewer: UserId | None = None
    """The admin who views the account as its user, with the scope `view`."""
    viewer_gen: TokenGeneration = 0
    """The admin's token generation when the view began."""
    viewer_sid: UUID | None = None
    """The admin's sign-in with which the view began; the view ends with it."""
    iss: Literal["ongoza-core"]
    aud: Literal["ongoza"]

    @field_validator("scope")
    @classmethod
    def _refuse_null(cls, scope: str | None) -> str:
        """ai refuses it as well; only a token without the claim has no scope."""
        if scope is None:
            raise ValueError("scope is null")
        return scope

    @model_validator(mode="after")
    def _check_viewer(self) -> Self:
        words = None if self.scope is None else frozenset(self.scope.split(" "))
        if not viewer_is_consistent(words, self.viewer):
            raise ValueError("viewer and scope contradict each other")
        if self.viewer is not None and self.viewer_sid is None:
            raise ValueError("the viewer's sign-in is not named")
        return self


class ServiceClaims(_Claims):
    service: Literal["ai"]
    token_type: Literal["service"]
    iss: Literal["ongoza-ai"]
    aud: Literal["ongoza-core"]


# --- simplejwt's token classes, bound to our key, issuers and audiences ---------------------------
class _Backend(TokenBackend):
    """simplejwt's, but times of issue are left to `_claims`, which is patient with clocks, and a
    second key verifies as well while the keys are changed."""

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        keys = filter(None, (settings.JWT_SECRET_KEY, settings.JWT_SECRET_KEY_PREVIOUS))
        for key in keys:
            try:
                return self._decode(token, key)
            except jwt.InvalidSignatureError:
                continue
            except jwt.InvalidTokenError as error:
                raise TokenBackendError from error
        raise TokenBackendError

    def _decode(self, token: Any, key: str) -> dict[str, Any]:
        """Raises PyJWT's InvalidTokenError."""
        return jwt.decode(
            token,
            key,
            algorithms=[self.algorithm],
            audience=self.audience,
            issuer=self.issuer,
            options={"verify_iat": False, "verify_nbf": False},
        )


class _OwnBackend:
    issuer, audience = CORE, AUDIENCE

    def get_token_backend(self) -> TokenBackend:
        return _Backend(
            "HS256", settings.JWT_SECRET_KEY, issuer=self.issuer, audience=self.audience
        )


class AccessToken(_OwnBackend, simplejwt.AccessToken):
    pass


class RefreshToken(_OwnBackend, simplejwt.RefreshToken):  # type: ignore[misc]  # simplejwt's own
    """Whether it was used before is in its sign-in, not in the token."""

    access_token_class = AccessToken


class ServiceToken(_OwnBackend, simplejwt.Token):
    token_type = "service"  # noqa: S105  (a kind of token, not one)
    lifetime = timedelta(seconds=SERVICE_TOKEN_SECONDS)
    issuer, audience = AI, CORE


@dataclass(frozen=True, slots=True)
class TokenPair:
    access: str
    refresh: str


def issue(user: User, sign_in: SignIn) -> TokenPair:
    """The current refresh token of the sign-in, the same at each call, and a new access token."""
    refresh = RefreshToken()
    refresh["user_id"] = user.id
    refresh["email"] = user.email
    refresh["role"] = user.role
    refresh["sid"] = str(sign_in.id)
    access = refresh.access_token
    access["gen"] = user.token_generation
    refresh["jti"] = sign_in.refresh_jti
    refresh.set_iat(at_time=sign_in.refreshed_at)
    refresh.set_exp(from_time=sign_in.refreshed_at)
    return TokenPair(access=str(access), refresh=str(refresh))


def issue_view(user: User, sign_in: SignIn, viewer: User, viewer_sign_in: UUID) -> str:
    """An access token by which an admin views the account as its user."""
    more = {
        "viewer": viewer.id,
        "viewer_gen": viewer.token_generation,
        "viewer_sid": str(viewer_sign_in),
    }
    return issue_scoped(user, sign_in, VIEW, SCOPED_TOKEN_SECONDS, **more)


def issue_scoped(user: User, sign_in: SignIn, scope: str, seconds: int, **more: Any) -> str:
    """An access token that may do no more than `scope` says."""
    access = AccessToken()
    for name, value in more.items():
        access[name] = value
    access["user_id"] = user.id
    access["email"] = user.email
    access["role"] = user.role
    access["sid"] = str(sign_in.id)
    access["gen"] = user.token_generation
    access["scope"] = scope
    access.set_iat()
    access.set_exp(lifetime=timedelta(seconds=seconds))
    return str(access)


# --- reading -----------------------------------------------------------------------------------
def read_bearer(raw: str) -> UserClaims | ServiceClaims:
    """The claims of an access or service token. Raises InvalidToken."""
    payload = _payload(raw)
    if parse_json(payload).get("token_type") == "service":
        service = _claims(ServiceClaims, payload)
        _verify(ServiceToken, raw, service)
        return service
    claims = _claims(UserClaims, payload)
    _verify(AccessToken, raw, claims)
    return claims


def read_refresh(raw: str) -> UserClaims:
    """The claims of a refresh token, be it used or not. Raises InvalidToken."""
    claims = _claims(UserClaims, _payload(raw))
    _verify(RefreshToken, raw, claims)
    return claims


def _payload(raw: str) -> bytes:
    match = _TOKEN.fullmatch(raw) if len(raw) <= MAX_TOKEN_BYTES else None
    if match is None:
        raise InvalidToken
    try:
        header, payload = _decoded(match[1]), _decoded(match[2])
        well_formed = parse_json(header) in _HEADERS and isinstance(parse_json(payload), dict)
    except (InvalidJson, binascii.Error, ValueError):
        raise InvalidToken from None
    if not well_formed:
        raise InvalidToken
    return payload


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


C = TypeVar("C", UserClaims, ServiceClaims)


def _claims(model: type[C], payload: bytes) -> C:
    try:
        claims = model.model_validate_json(payload)
    except ValidationError:
        raise InvalidToken from None
    if max(claims.iat, claims.nbf) > time.time() + CLOCK_SKEW_SECONDS:
        raise InvalidToken
    return claims


def _verify(kind: type[simplejwt.Token], raw: str, claims: _Claims) -> None:
    """Raises InvalidToken also for a signed token that lives longer than those issued here."""
    scoped = isinstance(claims, UserClaims) and claims.scope is not None
    longest = timedelta(seconds=SCOPED_TOKEN_SECONDS) if scoped else kind.lifetime
    if longest is None or claims.exp - claims.iat > longest.total_seconds():
        raise InvalidToken
    try:
        kind(cast(Any, raw))  # it takes the text, but says it wants a Token
    except TokenError:
        raise InvalidToken from None
