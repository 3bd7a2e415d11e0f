"""A provider of OpenID Connect, none of whose answers is trusted to be well-formed."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import httpx
import jwt
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.kit.errors import DomainError, Unavailable
from core.kit.urls import is_confidential
from ongoza_contracts.http.strict_text import is_line

TIMEOUT_SECONDS = 5
MAX_ANSWER_SECONDS = 10
MAX_ANSWER_BYTES = 64 * 1024
ALGORITHMS = ("RS256", "ES256")
MALFORMED = (
    *(jwt.PyJWTError, StopIteration, AttributeError, KeyError, OverflowError, RecursionError),
    *(TypeError, ValueError),  # ValidationError is a ValueError
)


class LogInRefused(DomainError):
    status = 401
    code = "oidc_refused"
    detail = "The provider did not confirm this log-in. Begin again."


class ProviderUnavailable(Unavailable):
    code = "provider_unavailable"
    detail = "The provider does not answer at the moment. Try again."


@dataclass(frozen=True)
class Provider:
    """One entry of the setting OIDC_PROVIDERS."""

    name: str
    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str


# --- what it answers -----------------------------------------------------------------------------
def _confidential(url: str) -> str:
    if not is_confidential(url):
        raise ValueError("not https")
    return url


def _line(text: str) -> str:
    if not is_line(text):
        raise ValueError("not one line of text")
    return text


Endpoint = Annotated[str, AfterValidator(_confidential)]


class Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


A = TypeVar("A", bound=Answer)


class Configuration(Answer):
    issuer: str
    authorization_endpoint: Endpoint
    token_endpoint: Endpoint
    jwks_uri: Endpoint


class TokenAnswer(Answer):
    id_token: str


class KeySet(Answer):
    keys: list[dict[str, Any]]


class Claims(Answer):
    """The claims of an ID token. Providers disagree about the types of those that have `object`."""

    sub: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_line)]
    nonce: str
    aud: str | list[str]
    azp: str | None = None
    email: object = None
    email_verified: object = None
    given_name: str | None = None
    family_name: str | None = None

    def are_for(self, client_id: str) -> bool:
        """Whether the token was issued to this client; `aud` is checked with the signature."""
        several = isinstance(self.aud, list) and len(self.aud) > 1
        return self.azp == client_id or (self.azp is None and not several)


# --- requests ------------------------------------------------------------------------------------
def configuration_of(provider: Provider) -> Configuration:
    """Raises ProviderUnavailable and LogInRefused."""
    url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    found = _call(Configuration, "GET", url)
    if found.issuer != provider.issuer:
        raise ProviderUnavailable
    return found


def claims_for(provider: Provider, code: str, verifier: str) -> Claims:
    """The claims of the ID token that the provider gives for the code.

    Raises ProviderUnavailable and LogInRefused.
    """
    configuration = configuration_of(provider)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": provider.redirect_uri,
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        "code_verifier": verifier,
    }
    answer = _call(TokenAnswer, "POST", configuration.token_endpoint, form)
    keys = _call(KeySet, "GET", configuration.jwks_uri)
    return _verified(provider, answer.id_token, keys)


def _verified(provider: Provider, id_token: str, keys: KeySet) -> Claims:
    try:
        key_id = jwt.get_unverified_header(id_token).get("kid")
        found = jwt.PyJWKSet.from_dict(keys.model_dump()).keys
        decoded = jwt.decode(
            id_token,
            next(one for one in found if one.key_id == key_id),
            algorithms=ALGORITHMS,
            audience=provider.client_id,
            issuer=provider.issuer,
            options={"require": ["exp", "iat", "sub", "aud", "iss"]},
        )
        claims = Claims.model_validate(decoded)
    except MALFORMED:
        raise LogInRefused from None
    if not claims.are_for(provider.client_id):
        raise LogInRefused
    return claims


def _call(kind: type[A], method: str, url: str, form: Mapping[str, str] | None = None) -> A:
    """Without redirects and proxies: only the configured provider is called."""
    try:
        with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            headers = {"Accept-Encoding": "identity"}
            with client.stream(method, url, data=form, headers=headers) as response:
                status, body = response.status_code, _read(response)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise ProviderUnavailable from None
    if 400 <= status < 500:
        raise LogInRefused
    return _parsed(kind, status, body)


def _read(response: httpx.Response) -> bytes:
    """Raises ProviderUnavailable for an answer that is too long or takes too long."""
    deadline, body = time.monotonic() + MAX_ANSWER_SECONDS, b""
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES or time.monotonic() > deadline:
            raise ProviderUnavailable
    return body


def _parsed(kind: type[A], status: int, body: bytes) -> A:
    if status != 200:
        raise ProviderUnavailable
    try:
        return kind.model_validate(json.loads(body))
    except (ValueError, RecursionError):  # also pydantic's ValidationError
        raise ProviderUnavailable from None
