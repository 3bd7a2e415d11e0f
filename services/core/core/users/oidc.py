"""Log-in by OpenID Connect: authorization code with PKCE, state and nonce.

What must be remembered between the two requests is sealed in a token that the browser which began
keeps: a code and state that somebody else slips to it are useless.
"""

import base64
import hashlib
import json
import secrets
import time
from typing import Any, NamedTuple
from urllib.parse import urlencode

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from core.access.selectors import roles_of
from core.kit.errors import Conflict, NotFound
from core.users import second_factor
from core.users.account_claims import claim_verified
from core.users.addresses import validate_new_address
from core.users.encryption import seal, unseal
from core.users.models import ExternalIdentity, User
from core.users.oidc_provider import (
    Claims,
    LogInRefused,
    Provider,
    claims_for,
    configuration_of,
)
from core.users.services import SignedIn, add_user_without_birth_year, sign_in
from ongoza_contracts.http.strict_text import is_line
from ongoza_contracts.vocabulary import Role

LOG_IN_SECONDS = 10 * 60


class AddressNotVerified(Conflict):
    code = "address_not_verified"
    detail = "An account has this address, but the address is not verified. Log in and verify it."


class StaffNotJoined(Conflict):
    code = "staff_not_joined"
    detail = "Accounts of staff are not joined to a provider. Log in with your password."


class AuthorizationRequest(NamedTuple):
    authorization_url: str
    log_in_token: str
    """The browser keeps it and sends it back with code and state."""


def provider_of(name: str) -> Provider:
    """Raises NotFound for a provider that is not configured."""
    found = settings.OIDC_PROVIDERS.get(name)
    if found is None:
        raise NotFound
    return Provider(name=name, **found)


# --- the two requests ----------------------------------------------------------------------------
def begin(provider: Provider) -> AuthorizationRequest:
    """Raises ProviderUnavailable."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": provider.redirect_uri,
        "scope": "openid email profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    endpoint = configuration_of(provider).authorization_endpoint
    url = f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"
    expires = int(time.time()) + LOG_IN_SECONDS
    remembered = {"state": state, "nonce": nonce, "verifier": verifier, "expires": expires}
    return AuthorizationRequest(url, seal(json.dumps(remembered).encode(), context=provider.name))


def finish(
    provider: Provider, *, code: str, state: str, log_in_token: str, device: str = ""
) -> SignedIn:
    """Raises LogInRefused, AddressNotVerified, StaffNotJoined, ProviderUnavailable and
    ChallengeIssued."""
    remembered = _remembered(provider, log_in_token)
    if not constant_time_compare(state, remembered["state"]):
        raise LogInRefused
    claims = claims_for(provider, code, remembered["verifier"])
    if not constant_time_compare(claims.nonce, remembered["nonce"]):
        raise LogInRefused
    with transaction.atomic():
        user = _user_of(provider, claims)
        challenge = second_factor.challenge_for(user)
        if challenge is None:
            return sign_in(user, device)
    raise challenge


def _remembered(provider: Provider, log_in_token: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(unseal(log_in_token, context=provider.name))
    except (InvalidTag, ValueError):
        raise LogInRefused from None
    if found["expires"] < time.time():
        raise LogInRefused
    return found


# --- the account ---------------------------------------------------------------------------------
def _user_of(provider: Provider, claims: Claims) -> User:
    """The user, locked: known by issuer and subject, or by a verified address, or new."""
    known = ExternalIdentity.objects.filter(issuer=provider.issuer, subject=claims.sub)
    user_id = known.values_list("user_id", flat=True).first()
    if user_id is None:
        user_id = _join(provider, claims)
    user = User.objects.filter(pk=user_id, is_active=True).select_for_update(no_key=True).first()
    if user is None:
        raise LogInRefused
    return user


def _join(provider: Provider, claims: Claims) -> int:
    """Adds the identity to the account that has its address, or to a new one; the user's id.

    Both sides must have verified the address: else somebody could sign up with the address of
    another, wait until they come by the provider, and share the account.
    """
    email = _verified_address(claims)
    rows = User.objects.filter(email=email)
    user = rows.select_for_update(no_key=True).first()
    identity = {"issuer": provider.issuer, "subject": claims.sub}
    if user is None:
        user = _new_user(email, claims)
    elif user.external_identities.filter(**identity).exists():  # joined while this waited
        return user.id
    else:
        user = _claimed(user)
    ExternalIdentity.objects.create(user=user, **identity)
    return user.id


def _claimed(user: User) -> User:
    """Raises LogInRefused, StaffNotJoined and AddressNotVerified."""
    if not user.is_active:
        raise LogInRefused
    if roles_of(user) - {Role.LEARNER}:
        raise StaffNotJoined
    if user.email_verified_at is None:
        raise AddressNotVerified
    return claim_verified(user)


def _verified_address(claims: Claims) -> str:
    email = str(claims.email).lower()
    try:
        validate_new_address(email)
    except ValidationError:
        raise LogInRefused from None
    if claims.email_verified is not True or not email.isascii() or len(email) > 254:
        raise LogInRefused
    return email


def _new_user(email: str, claims: Claims) -> User:
    """A learner without a password, who is asked for the year of birth."""
    names = ((name or "")[:80] for name in (claims.given_name, claims.family_name))
    first, last = (name if is_line(name) else "" for name in names)
    user = add_user_without_birth_year(email=email, first_name=first, last_name=last)
    User.objects.filter(pk=user.pk).update(email_verified_at=timezone.now())
    return user
