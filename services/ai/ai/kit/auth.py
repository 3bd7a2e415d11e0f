"""Verifies the access tokens that core signed, and signs the service tokens ai calls core with.

Only `verify` reads a token. Every invalid token is the same 401 for the client; the exact reason is
only logged.
"""

import logging
import math
import re
import secrets
import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.security.base import SecurityBase
from jose import jwk, jws
from jose.exceptions import JWSError
from jose.utils import base64url_decode
from starlette.requests import Request

from ai.kit.errors import ApiError
from ai.kit.settings import Settings, SettingsError
from ongoza_contracts.access import Permission
from ongoza_contracts.http.configuration import TOKEN_ALGORITHM, secret_fault
from ongoza_contracts.http.strict_json import parse_json
from ongoza_contracts.http.tokens import (
    ACCESS_TOKEN_SECONDS,
    SCOPE_PATTERN,
    SCOPED_TOKEN_SECONDS,
    SERVICE_TOKEN_SECONDS,
    scope_allows,
    viewer_is_consistent,
)
from ongoza_contracts.vocabulary import ID_MAX, Role
from ongoza_ops import trace

log = logging.getLogger(__name__)

CORE = "ongoza-core"
AI = "ongoza-ai"
AUDIENCE = "ongoza"

TOKEN_MAX_BYTES = 4096
CLOCK_SKEW_SECONDS = 60
_REMEMBERED_TOKENS = 10_000

_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_USER_ID = re.compile(rb"[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class Caller:
    """The user of a valid access token; `token` is sent to core when ai calls it for them."""

    user_id: int
    role: Role
    jti: str
    token: str
    expires_at: int
    sign_in_id: UUID
    generation: int
    """The user's token generation when the token was issued."""
    scope: frozenset[str] | None = None
    """The scope of the token; None is everything its user may."""
    viewer: int | None = None
    """The admin who views the account as its user, with the scope `view`."""
    viewer_generation: int = 0
    """The admin's token generation when the view began."""
    viewer_sign_in_id: UUID | None = None
    """The admin's sign-in with which the view began."""


@dataclass(frozen=True, slots=True)
class RevocationList:
    """Revoked sign-ins and tokens, for lookups in constant time."""

    generations: Mapping[int, float] = field(default_factory=dict)
    """By user, the generation below which their access tokens are void."""
    sign_ins: Set[UUID] = frozenset()

    def revokes(self, caller: Caller) -> bool:
        if caller.viewer is not None and caller.viewer_generation < self._lowest(caller.viewer):
            return True
        if caller.generation < self._lowest(caller.user_id):
            return True
        return not self.sign_ins.isdisjoint((caller.sign_in_id, caller.viewer_sign_in_id))

    def _lowest(self, user_id: int) -> float:
        return self.generations.get(user_id, 0)


class Unauthenticated(ApiError):
    status = 401
    code = "not_authenticated"
    detail = "A valid access token is required."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": "Bearer"})


class UserMismatch(ApiError):
    status = 403
    code = "user_mismatch"
    detail = "X-User-ID is not the user of the access token."


class OutOfScope(ApiError):
    status = 403
    code = "permission_denied"
    detail = "The scope of the token does not allow this."


class MalformedUserHeader(ApiError):
    code = "bad_header"
    detail = "X-User-ID must be given once, as a user id."


class InvalidToken(Exception):
    """The message says what is wrong; it is only logged."""


class WeakSecret(SettingsError):
    """The process must not start with this secret."""


def check_secret(secret: str, name: str = "JWT_SECRET_KEY") -> None:
    """Raises WeakSecret for a secret that could be guessed."""
    if fault := secret_fault(secret):
        raise WeakSecret(f"{name} {fault}.")


class Tokens:
    """Verifies and mints tokens. Remembers verified ones until they expire."""

    def __init__(self, secret: str, previous: str = "") -> None:
        """`previous` only verifies; empty for none. Raises WeakSecret."""
        check_secret(secret)
        if previous:
            check_secret(previous, "JWT_SECRET_KEY_PREVIOUS")
        self._secret = secret
        self._previous = previous
        self._verified: dict[str, Caller] = {}
        self.revocation_list = RevocationList()
        """`Revocations` replaces it."""

    @classmethod
    def of(cls, settings: Settings) -> "Tokens":
        """Raises WeakSecret."""
        return cls(settings.jwt_secret_key, settings.jwt_secret_key_previous)

    def verify(self, token: str) -> Caller:
        """Like the function `verify`, but faster for a token that was verified before."""
        now = time.time()
        caller = self._verified.get(token)
        if caller is None or caller.expires_at <= now:
            self._verified.pop(token, None)
            caller = verify(token, self._secret, self._previous, now=now)
            if len(self._verified) >= _REMEMBERED_TOKENS:
                self._verified.pop(next(iter(self._verified)))
            self._verified[token] = caller
        if self.revocation_list.revokes(caller):
            raise InvalidToken("void: its sign-in ended, or its user was changed or erased")
        return caller

    def mint_service_token(self) -> str:
        return mint_service_token(self._secret, now=time.time())


def verify(token: str, secret: str, previous: str = "", *, now: float) -> Caller:
    """The caller of an access token that core signed with `secret`, or with `previous` unless that
    is empty. Raises InvalidToken for any other token."""
    if len(token) > TOKEN_MAX_BYTES or not _TOKEN.fullmatch(token):
        raise InvalidToken("not a compact token of acceptable size")
    _check_header(_parse(base64url_decode, token.split(".")[0].encode()))
    claims = _parse(_signed_payload, token, secret, previous)
    _check_times(claims, now)
    _check_origin(claims)
    scope = _scope(claims)
    viewer = _viewer(claims, scope)
    return Caller(
        user_id=_user_id(claims),
        role=_role(claims),
        jti=_text(claims, "jti"),
        token=token,
        expires_at=claims["exp"],
        sign_in_id=_sign_in_id(claims),
        generation=_generation(claims),
        scope=scope,
        viewer=viewer,
        viewer_generation=_generation(claims, "viewer_gen") if "viewer_gen" in claims else 0,
        viewer_sign_in_id=None if viewer is None else _sign_in_id(claims, "viewer_sid"),
    )


def mint_service_token(secret: str, *, now: float) -> str:
    """The token of ai's own calls, for the few routes of core that accept it."""
    claims = {
        "service": "ai",
        "token_type": "service",
        "jti": secrets.token_hex(16),
        "iat": math.floor(now),
        "exp": math.floor(now) + SERVICE_TOKEN_SECONDS,
        "iss": AI,
        "aud": CORE,
    }
    return str(jws.sign(claims, secret, algorithm=TOKEN_ALGORITHM))


def _signed_payload(token: str, secret: str, previous: str = "") -> bytes:
    # A Key object: from a bare string jose would guess whether it is JSON, a key set or a PEM.
    key = jwk.construct(secret, TOKEN_ALGORITHM)
    try:
        payload: bytes = jws.verify(token, key, [TOKEN_ALGORITHM])
    except JWSError:
        if not previous:
            raise
        return _signed_payload(token, previous)
    return payload


def _parse(read: Any, *arguments: Any) -> dict[str, Any]:
    try:
        document = parse_json(read(*arguments))
    except Exception as error:  # jose raises what json, base64 and cryptography raise
        raise InvalidToken(f"{type(error).__name__}: {error}") from None
    if not isinstance(document, dict):
        raise InvalidToken("not a JSON object")
    return document


def _check_header(header: dict[str, Any]) -> None:
    """Allows only alg and typ, before jose reads it, so that kid, jku, x5u, crit or b64 never
    count."""
    if header.get("alg") != TOKEN_ALGORITHM or header.get("typ", "JWT") != "JWT":
        raise InvalidToken("not an HS256 JWT")
    if header.keys() - {"alg", "typ"}:
        raise InvalidToken("a header parameter we do not use")


def _check_times(claims: dict[str, Any], now: float) -> None:
    if _int(claims, "exp") <= now:
        raise InvalidToken("expired")
    if claims["exp"] - _int(claims, "iat") > ACCESS_TOKEN_SECONDS:
        raise InvalidToken("valid for longer than core issues")
    starts = [_int(claims, "iat")]
    if "nbf" in claims:
        starts.append(_int(claims, "nbf"))
    if max(starts) > now + CLOCK_SKEW_SECONDS:
        raise InvalidToken("not valid yet")


def _check_origin(claims: dict[str, Any]) -> None:
    wanted = {"iss": CORE, "aud": AUDIENCE, "token_type": "access"}
    for name, value in wanted.items():
        if claims.get(name) != value:
            raise InvalidToken(f"{name} is not {value}")
    _text(claims, "email")


def _user_id(claims: dict[str, Any], name: str = "user_id") -> int:
    user_id = _int(claims, name)
    if not 1 <= user_id <= ID_MAX:
        raise InvalidToken(f"{name} is not an id")
    return user_id


def _viewer(claims: dict[str, Any], scope: frozenset[str] | None) -> int | None:
    viewer = _user_id(claims, "viewer") if "viewer" in claims else None
    if not viewer_is_consistent(scope, viewer):
        raise InvalidToken("viewer and scope contradict each other")
    return viewer


def _sign_in_id(claims: dict[str, Any], name: str = "sid") -> UUID:
    try:
        return UUID(_text(claims, name))
    except ValueError:
        raise InvalidToken(f"{name} is not a UUID") from None


def _generation(claims: dict[str, Any], name: str = "gen") -> int:
    """`gen` is required: what revoked older tokens, which have none, is no longer stored."""
    generation = _int(claims, name)
    if generation < 0:
        raise InvalidToken(f"{name} is negative")
    return generation


def _scope(claims: dict[str, Any]) -> frozenset[str] | None:
    if "scope" not in claims:
        return None
    if claims["exp"] - claims["iat"] > SCOPED_TOKEN_SECONDS:
        raise InvalidToken("valid for longer than core issues with a scope")
    scope = _text(claims, "scope")
    if not re.fullmatch(SCOPE_PATTERN, scope):
        raise InvalidToken("scope is not a list of words")
    return frozenset(scope.split(" "))


def _role(claims: dict[str, Any]) -> Role:
    try:
        return Role(_text(claims, "role"))
    except ValueError:
        raise InvalidToken("no such role") from None


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 320:
        raise InvalidToken(f"{name} is not a text")
    return value


def _int(claims: dict[str, Any], name: str) -> int:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidToken(f"{name} is not an integer")
    return value


class BearerToken(SecurityBase):
    """The dependency of every protected route; a SecurityBase so that OpenAPI shows the lock."""

    model = HTTPBearerModel(bearerFormat="JWT", description="An access token from core's login.")
    scheme_name = "bearer"

    def __init__(self, permission: Permission | None = None, *, private: bool = False) -> None:
        """`permission` is what the route requires: the scope of a token may name it. `private`: no
        admin who views the account as its user reads here."""
        self._permission = permission
        self._private = private

    async def __call__(self, request: Request) -> Caller:
        tokens: Tokens = request.app.state.tokens
        headers = request.scope["headers"]
        try:
            caller = tokens.verify(_bearer(headers))
        except InvalidToken:
            raise Unauthenticated from None
        trace.set_actor(f"user:{caller.viewer or caller.user_id}")
        _check_user_header(headers, caller)
        allowed = scope_allows(
            caller.scope, request.method, self._permission, private=self._private
        )
        if not allowed:
            raise OutOfScope
        if caller.viewer is not None:
            log.info("viewed as: actor=%s user_id=%s", caller.viewer, caller.user_id)
        return caller


current_caller = BearerToken()
CurrentCaller = Annotated[Caller, Depends(current_caller)]
PrivateCaller = Annotated[Caller, Depends(BearerToken(private=True))]

RawHeaders = Sequence[tuple[bytes, bytes]]


def _bearer(headers: RawHeaders) -> str:
    given = [value for name, value in headers if name == b"authorization"]
    scheme, _, token = given[0].partition(b" ") if len(given) == 1 else (b"", b"", b"")
    if scheme.lower() != b"bearer":
        raise InvalidToken("not exactly one bearer token")
    return token.decode("latin-1")


def _check_user_header(headers: RawHeaders, caller: Caller) -> None:
    """X-User-ID grants nothing; one that contradicts the token is a mistake or an attack.

    Some proxies turn underscores into hyphens, so both spellings count as the header.
    """
    given = [value for name, value in headers if name in (b"x-user-id", b"x_user_id")]
    if not given:
        return
    if len(given) > 1 or not _USER_ID.fullmatch(given[0]):
        raise MalformedUserHeader
    if int(given[0]) != caller.user_id:
        raise UserMismatch
