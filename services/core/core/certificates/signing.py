"""JSON Web Tokens signed with CERTIFICATE_KEY. Its public halves are published, also former ones,
until one is withdrawn."""

from typing import Any

import jwt
from django.conf import settings

from core.certificates.models import SigningKey
from core.certificates.rsa_keys import load_private_key, public_jwk, thumbprint
from core.certificates.selectors import published_keys
from core.kit.errors import Conflict

ALGORITHM = "RS256"
DEFAULT_TYPE = "JWT"


class CredentialsOff(Conflict):
    code = "credentials_off"
    detail = "Signed credentials are not set up on this server."


def certificates_url(path: str = "") -> str:
    return f"{settings.API_URL}/api/v1/certificates/{path}"


def key_url(key: SigningKey) -> str:
    return certificates_url(f"keys/{key.thumbprint}/")


def sign(claims: dict[str, Any], *, token_type: str = DEFAULT_TYPE) -> str:
    """The compact form of a token. Raises CredentialsOff.

    The public key is recorded first: the token verifies after the setting has another key.
    """
    if not settings.CERTIFICATE_KEY:
        raise CredentialsOff
    key = load_private_key(settings.CERTIFICATE_KEY)
    jwk = public_jwk(key.public_key())
    row, _ = SigningKey.objects.get_or_create(thumbprint=thumbprint(jwk), defaults={"jwk": jwk})
    if row.withdrawn_at:
        raise CredentialsOff
    headers = {"kid": key_url(row), "typ": token_type}
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers=headers)


def verified_claims(token: str, *, token_type: str) -> dict[str, Any] | None:
    """The claims of a token of this type; None for one that no published key verifies."""
    try:
        header = jwt.get_unverified_header(token)
        if header.get("typ") != token_type or "crit" in header:
            return None
        key_id = str(header.get("kid")).rstrip("/").rpartition("/")[2]
        key = published_keys().filter(pk=key_id).first()
        if key is None:
            return None
        jwk = jwt.PyJWK(key.jwk, ALGORITHM)
        claims: dict[str, Any] = jwt.decode(token, jwk, algorithms=[ALGORITHM])
    except (jwt.PyJWTError, ValueError, RecursionError):
        return None
    return claims
